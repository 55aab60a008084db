// StandaloneHerder: restarts that no user asked for.

#include "config/config_resolver.h"
#include "herder/standalone.h"

namespace millrace::herder {
namespace {

constexpr std::string_view kRestartKeys = "errors.restart.";

void add_line(std::string& trace, const std::string& line) {
  if (line.empty()) return;
  if (!trace.empty() && trace.back() != '\n') trace += '\n';
  trace += line;
}

}  // namespace

void StandaloneHerder::connector_failed(const std::string& connector, const Error& error) {
  connector_state_changed(connector, State::kFailed, error.trace());
  failed({connector, AutomaticRestart::kConnector}, error);
}

void StandaloneHerder::task_failed(const TaskId& id, const Error& error) {
  task_state_changed(id, State::kFailed, error.trace());
  failed(id, error);
}

void StandaloneHerder::failed(const AutomaticRestart::Part& part, const Error& error) {
  automatic_restarts_.failed(part, error, restart_policy(part.connector));
}

// Nearly always none: then nothing is resolved either.
RestartPolicy StandaloneHerder::restart_policy(const std::string& connector) const {
  Properties keys;
  {
    std::lock_guard lock(mutex_);
    auto entry = connectors_.find(connector);
    if (entry == connectors_.end() || !entry->second->exists) return {};
    const Properties& config = entry->second->config;
    for (auto key = config.lower_bound(std::string(kRestartKeys));
         key != config.end() && key->first.compare(0, kRestartKeys.size(), kRestartKeys) == 0;
         ++key)
      keys.insert(*key);
  }
  if (keys.empty()) return {};
  Result<Properties> resolved = worker_.parts().resolver->resolve(keys);
  return RestartPolicy::from(resolved ? *resolved : keys);
}

void StandaloneHerder::add_restart_notices(ConnectorStatus& status) const {
  if (status.connector.state == State::kFailed)
    add_line(status.connector.trace,
             automatic_restarts_.notice({status.name, AutomaticRestart::kConnector}));
  for (ConnectorStatus::TaskPart& task : status.tasks)
    if (task.state == State::kFailed)
      add_line(task.trace, automatic_restarts_.notice({status.name, task.index}));
}

void StandaloneHerder::restart_automatically(const AutomaticRestart::Part& part) {
  EntryPtr entry = find(part.connector);
  if (entry == nullptr) return;
  operate(entry, [self = shared_from_this(), entry, part] {
    const bool connector = part.index == AutomaticRestart::kConnector;
    // What came between makes it superfluous.
    Result<ConnectorStatus> status = self->connector_status(entry->name);
    if (!status) return;
    State state = status->connector.state;
    if (!connector) {
      state = State::kUnassigned;
      for (const ConnectorStatus::TaskPart& task : status->tasks)
        if (task.index == part.index) state = task.state;
    }
    if (state != State::kFailed) return;
    {
      std::lock_guard lock(self->mutex_);
      if (!entry->exists) return;
      if (entry->target != TargetState::kStarted) return self->automatic_restarts_.postpone(part);
    }
    if (connector) return self->restart(entry, Pending<bool>::make());
    self->worker_.stop_tasks({part});
    (void)self->start_task(entry, part.index);
  });
}

void StandaloneHerder::values_expire(
    const std::string& connector, const Properties& resolved,
    const std::map<std::string, std::chrono::milliseconds>& times) {
  expiry_restarts_.resolved(connector, resolved, times);
}

void StandaloneHerder::restart_for_new_values(const std::string& connector) {
  EntryPtr entry = find(connector);
  if (entry == nullptr) return;
  operate(entry, [self = shared_from_this(), entry] {
    {
      std::lock_guard lock(self->mutex_);
      if (!entry->exists) return;
    }
    self->log_.info("Restarting connector {}: values of its configuration have expired",
                    entry->name);
    self->restart(entry, Pending<bool>::make());
  });
}

}  // namespace millrace::herder
