// HerderCore: from an assignment to work. Java: handleRebalanceCompleted, RebalanceListener.

#include <algorithm>

#include "distributed/herder_core.h"

namespace millrace::distributed {
namespace {

constexpr int kBackOffRetries = 5;
constexpr std::chrono::milliseconds kClaimBackOff{250};

}  // namespace

bool HerderCore::is_leader() const {
  return assignment_ && coordinator_.leads() && member_->in_group();
}

void HerderCore::rejoin(const std::string& reason) {
  rejoin_pending_ = true;
  set_stage("ensuring membership in the cluster");
  member_->request_rejoin(reason);
}

void HerderCore::assigned(const Assignment& held, int32_t generation) {
  log_.info(
      "Joined group at generation {} with protocol version {}; leader {} at {}, {} connectors and "
      "{} tasks, config offset {}, rebalance delay {}",
      generation, static_cast<int>(coordinator_.protocol()), held.leader, held.leader_url,
      held.assigned.connectors.size(), held.assigned.tasks.size(), held.config_offset,
      held.delay_ms);
  now_ = parts_.now();
  assignment_ = held;
  generation_ = generation;
  rejoin_pending_ = false;
  resolved_ = false;
  synced_ = false;
  rebalance_began_ = now_;
  pace_.rebalanced(now_);
  scheduled_rebalance_ = held.delay_ms > 0 ? now_ + std::chrono::milliseconds(held.delay_ms)
                                           : Clock::time_point::max();
  {
    std::lock_guard lock(told_mutex_);
    figures_.protocol = coordinator_.protocol();
    figures_.leader_url = held.leader_url;
    figures_.epoch = generation;
    figures_.rebalancing = true;
    figures_.assigned_connectors = held.assigned.connectors.size();
    figures_.assigned_tasks = held.assigned.tasks.size();
  }
  if (coordinator_.leads()) lead();
  post([] {});  // a tick takes it up
}

void HerderCore::lead() {
  // After the rebalance, so that no former owner writes UNASSIGNED afterwards: what this worker
  // still stops says so, and another rebalance follows.
  if (assignment_->revoked.empty()) clean_statuses();
  claim_write_privileges();
}

void HerderCore::clean_statuses() {
  const auto state = parts_.configs->snapshot();
  for (const std::string& connector : parts_.statuses->connectors()) {
    if (!state->contains(connector)) {
      log_.debug("Cleaning status information for connector {}", connector);
      for (const auto& [task, status] : parts_.statuses->tasks(connector))
        parts_.statuses->remove(task);
      parts_.statuses->remove(connector);
      continue;
    }
    const std::vector<TaskId> remaining = state->tasks_of(connector);
    for (const auto& [task, status] : parts_.statuses->tasks(connector))
      if (std::find(remaining.begin(), remaining.end(), task) == remaining.end())
        parts_.statuses->remove(task);
  }
}

void HerderCore::claim_write_privileges() {
  if (claiming_) return;
  claiming_ = true;
  parts_.configs->claim_write_privileges(later<Result<void>>([this](const Result<void>& claimed) {
    if (claimed) {
      claiming_ = fenced_ = false;
      return;
    }
    log_.warn(
        "Unable to claim write privileges for config topic. Will backoff and possibly retry if "
        "still the leader: {}",
        claimed.error().describe());
    fenced_ = true;
    after(kClaimBackOff, [this] { claiming_ = false; });
  }));
}

void HerderCore::revoked(const Load& load) {
  log_.info("Revoked: {} connectors and {} tasks", load.connectors.size(), load.tasks.size());
  ++revocations_;
  if (parts_.listener != nullptr) parts_.listener->withdrawn(load);
  stop_all_of(load, [this, load] {
    const auto state = parts_.configs->snapshot();
    std::set<std::string> touched(load.connectors.begin(), load.connectors.end());
    for (const TaskId& task : load.tasks) touched.insert(task.connector);
    if (options_.topic_tracking)
      for (const std::string& connector : touched)
        if (!state->contains(connector))
          for (const std::string& topic : parts_.statuses->topics(connector))
            parts_.statuses->remove_topic(connector, topic);
    // Others may write statuses of these from the next rebalance on.
    parts_.worker->run([statuses = parts_.statuses, over = later([this] { --revocations_; })] {
      statuses->flush();
      over();
    });
  });
}

bool HerderCore::resolve_rebalance() {
  if (!assignment_ || rejoin_pending_ || !member_->in_group()) return false;
  if (!coordinator_.holds_assignment()) {
    rejoin("the assignment was given up");
    return false;
  }
  if (scheduled_rebalance_ <= now_) {
    scheduled_rebalance_ = Clock::time_point::max();
    rejoin("the scheduled rebalance is due");
    return false;
  }
  if (resolved_) return true;
  if (!catch_up_with_assignment()) return false;
  if (revocations_ > 0) return false;

  start_work();
  resolved_ = true;
  // What came and went until then has been counted in this rebalance.
  needs_rebalance_ = needs_rebalance_ && changed_at_ > configs_->offset;
  if (needs_rebalance_) pace_.changed(now_);
  {
    std::lock_guard lock(told_mutex_);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(now_ - rebalance_began_);
    figures_.rebalancing = false;
    ++figures_.completed;
    figures_.total += took;
    figures_.longest = std::max(figures_.longest, took);
    figures_.last_completed = now_;
  }
  if (assignment_->revoked.empty()) return true;
  assignment_->revoked = {};
  rejoin("what was revoked can be assigned again");
  return false;
}

bool HerderCore::catch_up_with_assignment() {
  if (syncing_) return false;
  const int64_t wanted = assignment_->config_offset;
  if (assignment_->failed()) {
    // The leader would lead again, and keep everybody from work: it reads on first.
    if (!synced_ && (is_leader() || configs_->offset < wanted))
      start_sync();
    else
      rejoin("the assignment failed");
    return false;
  }
  // What was offered with the join is what the leader's offset speaks of, most often.
  if (const auto& offered = coordinator_.offered();
      configs_->offset < wanted && offered != nullptr && offered->offset > configs_->offset &&
      offered->offset <= wanted)
    configs_ = offered;
  if (configs_->offset < wanted)
    if (auto present = parts_.configs->snapshot(); present->offset == wanted) configs_ = present;
  if (configs_->offset < wanted && !synced_) {
    start_sync();
    return false;
  }
  if (configs_->offset == wanted) return true;
  log_.info("Current config state offset {} does not match group assignment {}. Forcing rebalance.",
            configs_->offset, wanted);
  rejoin("the config topic is at another offset than the assignment");
  return false;
}

// ---- Reading the config topic to its end, before anything else may go on

void HerderCore::start_sync() {
  syncing_ = true;
  set_stage("reading to the end of the config topic");
  const uint64_t sync = ++sync_;
  parts_.configs->refresh(later<Result<void>>(
      [this, sync](const Result<void>& read) { synced(sync, read.has_value()); }));
  after(options_.sync_timeout, [this, sync] { synced(sync, false); });
}

void HerderCore::synced(uint64_t sync, bool succeeded) {
  if (!syncing_ || sync != sync_) return;
  syncing_ = false;
  if (succeeded) {
    configs_ = parts_.configs->snapshot();
    can_read_configs_ = true;
    synced_ = true;
    back_off_retries_ = kBackOffRetries;
    set_stage("ensuring membership in the cluster");
    return;
  }
  log_.warn("Didn't reach end of config log quickly enough");
  can_read_configs_ = false;
  member_->leave("taking too long to read the log");
  back_off();
}

void HerderCore::back_off() {
  set_stage("backing off before reading the config topic again");
  if (coordinator_.protocol() == ConnectProtocol::kEager) {
    backing_off_until_ = now_ + options_.unsync_back_off;
    return;
  }
  // Without a delay others have been given what runs here.
  if (back_off_retries_ > 0 && options_.coordinator.max_delay.count() > 0) {
    backing_off_until_ = now_ + options_.coordinator.max_delay / 10 / back_off_retries_;
    --back_off_retries_;
    return;
  }
  log_.info(
      "Revoking the running assignment because after {} retries the worker has not caught up with "
      "the latest Connect cluster updates",
      kBackOffRetries);
  coordinator_.revoke_all();
  back_off_retries_ = kBackOffRetries;
  backing_off_until_ = now_ + kClaimBackOff;
}

}  // namespace millrace::distributed
