// StandaloneHerder: restarts that no user asked for.

#include "herder/restart_notices.h"
#include "herder/standalone.h"

namespace millrace::herder {

void StandaloneHerder::connector_failed(const std::string& connector, const Error& error) {
  connector_state_changed(connector, State::kFailed, error.trace());
  failed({connector, AutomaticRestart::kConnector}, error);
}

void StandaloneHerder::task_failed(const TaskId& id, const Error& error) {
  task_state_changed(id, State::kFailed, error.trace());
  failed(id, error);
}

void StandaloneHerder::connector_not_made(const std::string& connector, const Error& error) {
  ConnectorStatus::Part part = status_part(connector, State::kFailed, error.trace());
  part.version.clear();
  statuses_.put(connector, std::move(part));
  failed({connector, AutomaticRestart::kConnector}, error);
}

void StandaloneHerder::task_not_made(const TaskId& id, const Error& error) {
  ConnectorStatus::Part part = status_part(id.connector, State::kFailed, error.trace());
  part.version.clear();
  statuses_.put(id, std::move(part));
  failed(id, error);
}

void StandaloneHerder::failed(const AutomaticRestart::Part& part, const Error& error) {
  automatic_restarts_.failed(part, error, restart_policy(part.connector));
}

RestartPolicy StandaloneHerder::restart_policy(const std::string& connector) const {
  Properties config;
  {
    std::lock_guard lock(mutex_);
    auto entry = connectors_.find(connector);
    if (entry == connectors_.end() || !entry->second->exists) return {};
    config = entry->second->config;
  }
  return RestartPolicy::from(config, *worker_.parts().resolver);
}

void StandaloneHerder::restart_automatically(const AutomaticRestart::Part& part) {
  EntryPtr entry = find(part.connector);
  if (entry == nullptr) return;
  operate(entry, [self = shared_from_this(), entry, part] {
    // What came between makes it superfluous.
    Result<ConnectorStatus> status = self->connector_status(entry->name);
    if (!status || !is_failed(*status, part)) return;
    {
      std::lock_guard lock(self->mutex_);
      if (!entry->exists) return;
      if (entry->target != TargetState::kStarted) return self->automatic_restarts_.postpone(part);
    }
    if (part.index == AutomaticRestart::kConnector)
      return self->restart(entry, Pending<bool>::make());
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
