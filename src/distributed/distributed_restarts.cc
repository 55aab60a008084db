// DistributedHerder: restarts that no user asked for.

#include "distributed/distributed_herder.h"
#include "herder/restart_notices.h"

namespace millrace::distributed {
namespace {

using herder::AutomaticRestart;

constexpr std::chrono::milliseconds kRestartTimeout{60'000};

std::string name_of(const AutomaticRestart::Part& part) {
  return part.index == AutomaticRestart::kConnector ? part.connector : part.to_string();
}

}  // namespace

void DistributedHerder::connector_failed(const std::string& connector, const Error& error) {
  connector_state_changed(connector, State::kFailed, error.trace());
  automatic_restarts_.failed({connector, AutomaticRestart::kConnector}, error,
                             restart_policy(connector));
}

void DistributedHerder::task_failed(const TaskId& id, const Error& error) {
  task_state_changed(id, State::kFailed, error.trace());
  automatic_restarts_.failed(id, error, restart_policy(id.connector));
}

void DistributedHerder::connector_not_made(const std::string& connector, const Error& error) {
  storage::StoredStatus status = status_of(connector, State::kFailed, error.trace());
  status.version.reset();
  stores_.statuses->put(connector, std::move(status), /*safe=*/true);
  automatic_restarts_.failed({connector, AutomaticRestart::kConnector}, error,
                             restart_policy(connector));
}

void DistributedHerder::task_not_made(const TaskId& id, const Error& error) {
  storage::StoredStatus status = status_of(id.connector, State::kFailed, error.trace());
  status.version.reset();
  stores_.statuses->put(id, std::move(status), /*safe=*/true);
  automatic_restarts_.failed(id, error, restart_policy(id.connector));
}

herder::RestartPolicy DistributedHerder::restart_policy(const std::string& connector) const {
  auto config = config_of(connector);
  if (!config) return {};
  return herder::RestartPolicy::from(config::given_of(*config), *worker_.parts().resolver);
}

// By the worker that runs it: after the rebalance that it may have to wait for, it may be
// another's, or have been started anew.
void DistributedHerder::restart_automatically(const AutomaticRestart::Part& part) {
  HerderRequest request;
  request.gate = Gate::kSettled;
  request.connector = part.connector;
  const Deadline deadline = std::chrono::steady_clock::now() + kRestartTimeout;
  request.deadline = deadline;
  request.serve = [this, part, deadline] { restart_if_failed(part, deadline); };
  request.refuse = [this, part](const Error& error) {
    log_.warn("The automatic restart of {} was not made: {}", name_of(part), error.describe());
  };
  core_.submit(std::move(request));
}

void DistributedHerder::restart_if_failed(const AutomaticRestart::Part& part, Deadline deadline) {
  const Result<ConnectorStatus> status = core_.connector_status(part.connector);
  const auto state = core_.snapshot();
  const ClusterState::Connector* connector = state->find(part.connector);
  if (!status || connector == nullptr || !herder::is_failed(*status, part)) return;
  if (connector->target != TargetState::kStarted) return automatic_restarts_.postpone(part);
  auto tell = [this, part](const Result<void>& restarted) {
    if (!restarted)
      log_.warn("The automatic restart of {} was not made: {}", name_of(part),
                restarted.error().describe());
  };
  if (part.index == AutomaticRestart::kConnector)
    core_.restart_connector(part.connector, deadline, tell);
  else
    core_.restart_task(part, deadline, tell);
}

void DistributedHerder::values_expire(
    const std::string& connector, const Properties& resolved,
    const std::map<std::string, std::chrono::milliseconds>& times) {
  expiry_restarts_.resolved(connector, resolved, times);
}

void DistributedHerder::restart_for_new_values(const std::string& connector) {
  log_.info("Restarting connector {}: values of its configuration have expired", connector);
  core_.restart_connector(connector, std::chrono::steady_clock::now() + kRestartTimeout,
                          [this, connector](const Result<void>& restarted) {
                            if (!restarted)
                              log_.error("Failed to restart connector {}: {}", connector,
                                         restarted.error().describe());
                          });
}

void DistributedHerder::target_applied(const std::string& connector, TargetState target) {
  if (target == TargetState::kStarted)
    automatic_restarts_.release(connector);
  else
    automatic_restarts_.hold(connector);
}

void DistributedHerder::withdrawn(const Load& load) {
  for (const std::string& connector : load.connectors) {
    automatic_restarts_.forget({connector, AutomaticRestart::kConnector});
    expiry_restarts_.forget(connector);
  }
  for (const TaskId& task : load.tasks) automatic_restarts_.forget(task);
}

void DistributedHerder::restarting(const Load& load) {
  for (const std::string& connector : load.connectors)
    automatic_restarts_.cancel({connector, AutomaticRestart::kConnector});
  for (const TaskId& task : load.tasks) automatic_restarts_.cancel(task);
}

}  // namespace millrace::distributed
