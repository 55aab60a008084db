// HerderCore: what is read from the config topic while the cluster works. Java:
// ConfigUpdateListener and the updateConfigsWith... of the tick.

#include "distributed/herder_core.h"

namespace millrace::distributed {

// ---- Told by the store, on its thread

void HerderCore::connector_config_updated(const std::string& connector) {
  post([this, connector] {
    log_.info("Connector {} config updated", connector);
    if (known_.count(connector) == 0)
      note_membership_change();
    else
      connector_updates_.insert(connector);
  });
}

void HerderCore::connector_config_removed(const std::string& connector) {
  post([this, connector] {
    log_.info("Connector {} config removed", connector);
    if (known_.count(connector) != 0)
      note_membership_change();
    else
      connector_updates_.insert(connector);
  });
}

void HerderCore::task_configs_updated(const std::string& connector) {
  post([this, connector] {
    log_.info("Tasks of connector {} configs updated", connector);
    note_membership_change();
    task_updates_.insert(connector);
  });
}

void HerderCore::target_state_changed(const std::string& connector) {
  post([this, connector] {
    log_.info("Connector {} target state change", connector);
    target_changes_.insert(connector);
  });
}

void HerderCore::session_key_updated(const storage::SessionKey& key) {
  session_keys_.set(key);
  post([] {});  // the leader's next renewal
}

void HerderCore::restart_requested(const RestartRequest& request) {
  post([this, request] {
    log_.info("Received and enqueuing restart request for connector {}", request.connector);
    auto [pending, added] = restarts_.try_emplace(request.connector, request);
    if (!added && request.impact() > pending->second.impact()) pending->second = request;
  });
}

void HerderCore::logging_level_updated(const std::string& logger, const std::string& level) {
  if (parts_.set_log_level) parts_.set_log_level(logger, level);
}

// ---- Applied within the tick, where no rebalance is under way

void HerderCore::note_membership_change() {
  needs_rebalance_ = true;
  changed_at_ = snapshot()->offset;
  pace_.changed(now_);
}

void HerderCore::apply_config_updates() {
  if (!needs_rebalance_ && connector_updates_.empty() && task_updates_.empty() &&
      target_changes_.empty())
    return;
  // What else is about to come or go shares the rebalance, and is not held up by it.
  const bool rebalance = needs_rebalance_ && pace_.due() <= now_;
  const bool gathering = needs_rebalance_ && !rebalance;
  if (gathering && connector_updates_.empty() && target_changes_.empty()) return;
  if (rebalance) needs_rebalance_ = false;
  configs_ = parts_.configs->snapshot();
  const auto connectors = std::exchange(connector_updates_, {});
  const auto targets = std::exchange(target_changes_, {});
  // Tasks are not stopped before they can be started anew.
  const auto tasks = gathering ? std::set<std::string>() : std::exchange(task_updates_, {});
  if (rebalance) rejoin("connectors or tasks have changed");
  // Everything is stopped and started anew then.
  if (rebalance && coordinator_.protocol() == ConnectProtocol::kEager) return;
  restart_updated_connectors(connectors);
  apply_target_states(targets);
  if (coordinator_.protocol() != ConnectProtocol::kEager) stop_reconfigured_tasks(tasks);
  // A half-written set, or one that was on its way when the connector was started anew: Java leaves
  // it so.
  for (const std::string& connector : tasks)
    if (overwritten(connector)) reconfigure(connector);
  for (const auto* touched : {&tasks, &targets})
    for (const std::string& connector : *touched) empty_if_stopped(connector);
}

// A former leader's task configurations can come after a new leader has stopped the connector. Java
// leaves them there.
void HerderCore::empty_if_stopped(const std::string& connector) {
  auto has_tasks = [connector](const ClusterState& state) {
    const ClusterState::Connector* found = state.find(connector);
    return found != nullptr && found->target == TargetState::kStopped && found->task_count != 0;
  };
  if (!has_tasks(*configs_)) return;
  HerderRequest request;
  request.connector = connector;
  request.serve = [this, connector, has_tasks] {
    if (is_leader() && has_tasks(*snapshot()))
      write_task_configs(connector, {}, [](const Result<void>&) {});
  };
  requests_.add(std::move(request));
}

void HerderCore::restart_updated_connectors(const std::set<std::string>& connectors) {
  for (const std::string& connector : connectors) {
    if (connectors_.count(connector) == 0) continue;  // another worker's
    const bool remains = configs_->contains(connector);
    log_.info("Handling connector-only config update by {} connector {}",
              remains ? "restarting" : "stopping", connector);
    withdraw_parts({{connector}, {}});
    if (remains)
      start_connector(connector, [this, connector](const Result<void>& started) {
        if (!started)
          log_.error("Failed to start connector '{}': {}", connector, started.error().describe());
      });
  }
}

void HerderCore::apply_target_states(const std::set<std::string>& connectors) {
  for (const std::string& connector : connectors) {
    const ClusterState::Connector* state = configs_->find(connector);
    if (state == nullptr) continue;
    const TargetState target = state->target;
    const auto task = tasks_.lower_bound({connector, 0});
    const bool here = connectors_.count(connector) != 0 ||
                      (task != tasks_.end() && task->first.connector == connector);
    if (!here) continue;
    if (parts_.listener != nullptr) parts_.listener->target_applied(connector, target);
    parts_.worker->set_target_state(
        connector, target,
        later<Result<TargetState>>([this, connector](const Result<TargetState>& reached) {
          if (!reached)
            log_.error("Failed to transition connector {} to its target state: {}", connector,
                       reached.error().describe());
          else if (*reached == TargetState::kStarted)
            reconfigure(connector);  // its configuration may have changed while it was paused
        }));
  }
}

void HerderCore::stop_reconfigured_tasks(const std::set<std::string>& connectors) {
  Load old;
  for (const std::string& connector : connectors) {
    const ClusterState::Connector* state = configs_->find(connector);
    for (auto part = tasks_.lower_bound({connector, 0});
         part != tasks_.end() && part->first.connector == connector; ++part)
      if (!is_configured(part->first) || state->inconsistent || !state->task_config_generation ||
          part->second.task_config_generation != state->task_config_generation)
        old.tasks.push_back(part->first);
  }
  if (old.empty()) return;
  log_.info(
      "Handling task config update by stopping {} tasks, which will be restarted after rebalance "
      "if still assigned to this worker",
      old.tasks.size());
  withdraw_parts(old);
}

}  // namespace millrace::distributed
