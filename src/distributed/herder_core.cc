#include "distributed/herder_core.h"

#include <algorithm>
#include <utility>

namespace millrace::distributed {
namespace {

constexpr int kBackOffRetries = 5;

int64_t milliseconds(HerderCore::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

HerderCore::HerderCore(HerderOptions options, HerderParts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      log_("org.apache.kafka.connect.runtime.distributed.DistributedHerder", options_.log_context),
      session_keys_(options_.session_keys),
      configs_(std::make_shared<ClusterState>()),
      back_off_retries_(kBackOffRetries),
      coordinator_(
          options_.coordinator, [this] { return milliseconds(parts_.now()); }, *parts_.configs,
          *this) {
  figures_.protocol = options_.coordinator.protocol;
}

HerderCore::~HerderCore() { inbox_->close(); }

void HerderCore::set_wake(std::function<void()> wake) { inbox_->set_wake(std::move(wake)); }

Result<void> HerderCore::start() {
  log_.info("Herder starting");
  set_stage("initializing and reading to the end of internal topics");
  if (Result<void> started = parts_.statuses->start(); !started) return started;
  if (Result<void> started = parts_.configs->start(*this); !started) return started;
  if (auto snapshot = parts_.configs->snapshot(); snapshot->session_key)
    session_keys_.set(*snapshot->session_key);
  started_ = true;
  set_stage("ensuring membership in the cluster");
  return {};
}

HerderCore::Next HerderCore::tick() {
  now_ = parts_.now();
  run_events();
  run_timers();
  if (started_ && !stopping_) advance();
  if (!inbox_->empty()) return {now_, can_read_configs_ && !stopping_};
  return {next_wake(), started_ && !stopping_ && can_read_configs_};
}

void HerderCore::run_events() {
  for (HerderInbox::Event& event : inbox_->take()) event();
}

void HerderCore::run_timers() {
  while (!timers_.empty() && timers_.begin()->first <= now_) {
    auto node = timers_.extract(timers_.begin());
    node.mapped()();
  }
}

void HerderCore::after(std::chrono::milliseconds delay, Done action) {
  timers_.emplace(now_ + delay, std::move(action));
}

void HerderCore::submit(HerderRequest request) {
  post([this, request = std::move(request)]() mutable {
    if (stopping_) {
      if (request.refuse) request.refuse(Error(ErrorKind::fatal, "Worker is shutting down"));
      return;
    }
    requests_.add(std::move(request));
  });
}

bool HerderCore::open(Gate gate) const {
  if (gate == Gate::kStarted) return started_;
  const bool resolved = can_read_configs_ && assignment_ && !assignment_->failed() && resolved_ &&
                        !rejoin_pending_ && member_->in_group() && !claiming_ && !fenced_;
  return gate == Gate::kResolved ? resolved : resolved && !needs_rebalance_;
}

void HerderCore::advance() {
  if (!can_read_configs_) {
    // Joining without being able to work would hold up everybody.
    if (!syncing_ && backing_off_until_ <= now_) start_sync();
  } else if (resolve_rebalance()) {
    ready_ = true;
    set_stage({});
    if (fenced_ && !claiming_) {
      if (is_leader())
        claim_write_privileges();
      else
        fenced_ = false;  // rightly: there is a new leader
    }
    check_session_key();
  }
  requests_.serve(now_, [this](Gate gate) { return open(gate); });
  if (!open(Gate::kResolved)) return;
  run_restart_requests();
  apply_config_updates();
}

void HerderCore::check_session_key() {
  if (writing_session_key_ || fenced_ || claiming_ || !is_leader() ||
      coordinator_.protocol() != ConnectProtocol::kSessioned ||
      !session_keys_.renewal_due(parts_.wall_ms()))
    return;
  log_.debug("Distributing new session key");
  writing_session_key_ = true;
  const storage::SessionKey key = session_keys_.make(parts_.wall_ms());
  parts_.configs->put_session_key(
      key, later<Result<void>>([this](const Result<void>& written) {
        writing_session_key_ = false;
        if (written) return;
        log_.info(
            "Failed to write new session key to config topic; forcing a read to the end of the "
            "config topic before possibly retrying: {}",
            written.error().describe());
        if (is_privileged_write_failure(written.error())) fenced_ = true;
        can_read_configs_ = false;
      }));
}

HerderCore::Clock::time_point HerderCore::next_wake() const {
  Clock::time_point next = requests_.next_time(now_);
  if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
  if (!started_ || stopping_) return next;
  if (!can_read_configs_) return syncing_ ? next : std::min(next, backing_off_until_);
  // What cannot be done before the group has come to an end with a rebalance wakes nobody.
  if (!rejoin_pending_ && member_->in_group()) {
    next = std::min(next, scheduled_rebalance_);
    if (needs_rebalance_ && open(Gate::kResolved)) next = std::min(next, pace_.due());
  }
  if (auto expires = session_keys_.expires_ms();
      expires && open(Gate::kResolved) && is_leader() && !writing_session_key_ &&
      coordinator_.protocol() == ConnectProtocol::kSessioned) {
    const int64_t left = std::max<int64_t>(0, *expires - parts_.wall_ms());
    next = std::min(next, now_ + std::chrono::milliseconds(left));
  }
  return next;
}

void HerderCore::stop(std::function<void()> done) {
  post([this, done = std::move(done)] {
    if (stopping_) return;
    log_.info("Stopping connectors and tasks that are still assigned to this worker.");
    stopping_ = true;
    set_stage("shutting down");
    Load all;
    for (const auto& [connector, part] : connectors_) all.connectors.push_back(connector);
    for (const auto& [task, part] : tasks_) all.tasks.push_back(task);
    stop_parts(all, [this, done] {
      requests_.refuse_all(Error(ErrorKind::fatal, "Worker is shutting down"));
      stopped_ = true;
      done();
    });
  });
}

void HerderCore::set_stage(const std::string& stage) {
  std::lock_guard lock(told_mutex_);
  stage_ = stage;
}

std::string HerderCore::stage() const {
  std::lock_guard lock(told_mutex_);
  return stage_;
}

RebalanceFigures HerderCore::figures() const {
  std::lock_guard lock(told_mutex_);
  return figures_;
}

std::set<std::string> HerderCore::running_connectors() const {
  std::set<std::string> names;
  for (const auto& [connector, part] : connectors_) names.insert(connector);
  return names;
}

std::set<TaskId> HerderCore::running_tasks() const {
  std::set<TaskId> ids;
  for (const auto& [task, part] : tasks_) ids.insert(task);
  return ids;
}

}  // namespace millrace::distributed
