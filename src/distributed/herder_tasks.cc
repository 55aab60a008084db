// HerderCore: task configurations, from the connector to the config topic. Java:
// reconfigureConnectorTasksWithRetry, publishConnectorTaskConfigs.

#include <algorithm>

#include "distributed/herder_core.h"

namespace millrace::distributed {
namespace {

constexpr std::chrono::milliseconds kBackOff{250}, kLongestBackOff{60'000};

// Java: AbstractHerder.taskConfigsChanged, which leaves a half-written set as it is where the tasks
// before it were the same.
bool changed(const ClusterState::Connector& state, const std::vector<Properties>& configs) {
  if (state.inconsistent || configs.size() != static_cast<size_t>(state.task_count)) return true;
  for (size_t index = 0; index < configs.size(); ++index) {
    auto stored = state.tasks.find(static_cast<int32_t>(index));
    if (stored == state.tasks.end() || stored->second != configs[index]) return true;
  }
  return state.applied != state.config;
}

}  // namespace

void HerderCore::request_task_reconfiguration(const std::string& connector) {
  HerderRequest request;
  request.serve = [this, connector] { reconfigure(connector); };
  submit(std::move(request));
}

void HerderCore::reconfigure(const std::string& connector) {
  const ClusterState::Connector* state = configs_->find(connector);
  if (connectors_.count(connector) == 0 || state == nullptr ||
      !parts_.worker->is_running(connector)) {
    log_.info("Skipping reconfiguration of connector {} since it is not running", connector);
    reconfigurations_.erase(connector);
    return;
  }
  if (state->target != TargetState::kStarted) {
    log_.info("Skipping reconfiguration of connector {} since it is not to be started", connector);
    reconfigurations_.erase(connector);
    return;
  }
  Reconfiguration& reconfiguration = reconfigurations_[connector];
  if (reconfiguration.under_way) {
    reconfiguration.again = true;
    return;
  }
  reconfiguration.under_way = true;
  const uint64_t start = connectors_.at(connector).start;
  parts_.worker->task_configs(
      connector, state->config,
      later<Result<std::vector<Properties>>>(
          [this, connector, start](const Result<std::vector<Properties>>& made) {
            auto part = connectors_.find(connector);
            if (part != connectors_.end() && part->second.start == start)
              task_configs_made(connector, made);
          }));
}

void HerderCore::task_configs_made(const std::string& connector,
                                   const Result<std::vector<Properties>>& made) {
  if (!made) return published(connector, fail(Error(made.error())));
  connectors_.at(connector).made = *made;
  // In the row of the connector's requests: it may be about to be stopped or deleted.
  HerderRequest request;
  request.connector = connector;
  const uint64_t start = connectors_.at(connector).start;
  request.serve = [this, connector, start, configs = *made] {
    auto part = connectors_.find(connector);
    if (part != connectors_.end() && part->second.start == start) publish(connector, configs);
  };
  requests_.add(std::move(request));
}

bool HerderCore::overwritten(const std::string& connector) const {
  const ClusterState::Connector* state = configs_->find(connector);
  auto part = connectors_.find(connector);
  if (state == nullptr || part == connectors_.end()) return false;
  return state->inconsistent || (part->second.made && changed(*state, *part->second.made));
}

void HerderCore::publish(const std::string& connector, const std::vector<Properties>& configs) {
  const auto state = parts_.configs->snapshot();
  const ClusterState::Connector* present = state->find(connector);
  if (present == nullptr || present->target == TargetState::kStopped || !changed(*present, configs))
    return published(connector, {});
  const uint64_t start = connectors_.at(connector).start;
  auto done = [this, connector, start](const Result<void>& result) {
    auto part = connectors_.find(connector);
    if (part != connectors_.end() && part->second.start == start) published(connector, result);
  };
  if (is_leader()) return write_task_configs(connector, configs, done);
  const std::string url = assignment_->leader_url;
  if (url.empty() || !parts_.forward_task_configs)
    return published(connector,
                     fail(ErrorKind::retriable,
                          "Request to leader to reconfigure connector tasks failed because the URL "
                          "of the leader's REST interface is empty!"));
  log_.debug("Forwarding task configurations for connector {} to leader", connector);
  parts_.forward_task_configs(url, connector, configs, later<Result<void>>(done));
}

void HerderCore::published(const std::string& connector, const Result<void>& result) {
  auto found = reconfigurations_.find(connector);
  if (found == reconfigurations_.end()) return;
  Reconfiguration& reconfiguration = found->second;
  reconfiguration.under_way = false;
  if (std::exchange(reconfiguration.again, false)) return reconfigure(connector);
  if (result) {
    reconfigurations_.erase(found);
    return;
  }
  const Error& error = result.error();
  const bool for_good =
      error.kind() == ErrorKind::cancelled ||
      error.exception_class() == "org.apache.kafka.connect.runtime.TooManyTasksException";
  if (for_good) {
    log_.debug("Connector {} will not be asked for its tasks again: {}", connector,
               error.describe());
    reconfigurations_.erase(found);
    return;
  }
  log_.error("Failed to reconfigure connector's tasks ({}), retrying after backoff: {}", connector,
             error.describe());
  retry_reconfiguration(connector);
}

void HerderCore::retry_reconfiguration(const std::string& connector) {
  int& attempts = reconfigurations_[connector].attempts;
  const auto delay = std::min(kLongestBackOff, kBackOff * (1 << std::min(attempts, 8)));
  ++attempts;
  after(delay, [this, connector] {
    if (reconfigurations_.count(connector) != 0) reconfigure(connector);
  });
}

}  // namespace millrace::distributed
