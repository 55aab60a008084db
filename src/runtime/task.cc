#include "runtime/task.h"

#include <pthread.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <utility>

namespace millrace::runtime {
namespace {

// Linux keeps 15 characters of a thread's name; the task's index is worth more than the prefix.
void name_this_thread(const TaskId& id) {
  const std::string full = "task-thread-" + id.to_string();
  const std::string index = "-" + std::to_string(id.index);
  std::string name = full;
  if (name.size() > 15) {
    name = "task-" + id.connector;
    name.resize(std::min(name.size(), 15 - std::min<size_t>(index.size(), 10)));
    name += index;
    name.resize(std::min<size_t>(name.size(), 15));
  }
  pthread_setname_np(pthread_self(), name.c_str());
}

std::string log_context(const TaskId& id) {
  return "[" + id.connector + "|task-" + std::to_string(id.index) + "] ";
}

// "2026-01-31T12:00:00.000Z"
std::string utc_text(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(since).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32], full[48];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(full, sizeof full, "%s.%03dZ", text, static_cast<int>(since.count() % 1000));
  return full;
}

}  // namespace

std::string_view state_name(State state) {
  switch (state) {
    case State::kUnassigned: return "UNASSIGNED";
    case State::kRunning: return "RUNNING";
    case State::kPaused: return "PAUSED";
    case State::kStopped: return "STOPPED";
    case State::kFailed: return "FAILED";
    case State::kRestarting: return "RESTARTING";
  }
  return "UNASSIGNED";
}

std::string_view target_state_name(TargetState state) {
  switch (state) {
    case TargetState::kStarted: return "STARTED";
    case TargetState::kPaused: return "PAUSED";
    case TargetState::kStopped: return "STOPPED";
  }
  return "STARTED";
}

std::string_view state_metric(State state) {
  switch (state) {
    case State::kUnassigned: return "unassigned";
    case State::kRunning: return "running";
    case State::kPaused: return "paused";
    case State::kStopped: return "stopped";
    case State::kFailed: return "failed";
    case State::kRestarting: return "restarting";
  }
  return "unassigned";
}

Task::Task(TaskId id, TargetState target, TaskStatusListener& listener, std::string_view logger)
    : id_(std::move(id)), log_(logger, log_context(id_)), listener_(listener), target_(target) {}

Task::~Task() = default;

void Task::start() {
  {
    std::lock_guard lock(mutex_);
    started_ = true;
  }
  std::thread([self = shared_from_this(), end = end_]() mutable {
    self->thread_main();
    self.reset();
    std::lock_guard lock(end->mutex);
    end->ended = true;
    end->reached.notify_all();
  }).detach();
}

void Task::set_target(TargetState state) {
  {
    std::lock_guard lock(mutex_);
    if (target_ == state) return;
    target_ = state;
    ++changes_;
  }
  changed_.notify_all();
  wake();
}

void Task::request_stop() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    ++changes_;
  }
  changed_.notify_all();
  wake();
}

bool Task::wait_stopped(std::chrono::steady_clock::time_point deadline) {
  {
    std::lock_guard lock(mutex_);
    if (!started_) return true;
  }
  std::unique_lock lock(end_->mutex);
  return end_->reached.wait_until(lock, deadline, [this] { return end_->ended; });
}

void Task::abandon() {
  {
    std::lock_guard lock(mutex_);
    abandoned_ = stopping_ = true;
    ++changes_;
  }
  // A report that is under way ends first; none begins after it.
  { std::lock_guard reports(report_mutex_); }
  abandoned_now();
  changed_.notify_all();
  wake();
}

bool Task::stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

bool Task::abandoned() const {
  std::lock_guard lock(mutex_);
  return abandoned_;
}

bool Task::paused() const {
  std::lock_guard lock(mutex_);
  return target_ == TargetState::kPaused;
}

void Task::report_running() { report(State::kRunning); }
void Task::report_paused() { report(State::kPaused); }

void Task::wait_for_change(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [this] { return stopping_ || changes_ != seen_changes_; });
  seen_changes_ = changes_;
}

void Task::report(State state, const Error* failure) {
  std::lock_guard reports(report_mutex_);
  if (reported_ == state || abandoned()) return;
  reported_ = state_ = state;
  stall_shown_ = false;
  if (failure != nullptr)
    listener_.task_failed(id_, *failure);
  else
    listener_.task_state_changed(id_, state, {});
}

bool Task::wait_to_stop(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
  return stopping_;
}

std::chrono::steady_clock::time_point Task::look_for_stall(std::chrono::milliseconds timeout) {
  constexpr std::chrono::milliseconds kShortest{10}, kLongest{1000};
  const auto now = std::chrono::steady_clock::now();
  const std::optional<HeldCall::Held> held = held_.held();
  const bool too_long = held && now - held->since >= timeout;
  std::lock_guard reports(report_mutex_);
  if (too_long && stalled_since_ != held->since) {
    stalled_since_ = held->since;
    stalled(*held, timeout);
  } else if (!too_long && held_.stalled) {
    stall_ended();
  }
  if (held_.stalled) return now + std::clamp(timeout / 10, kShortest, kLongest);
  return (held ? held->since : now) + timeout;
}

void Task::stalled(const HeldCall::Held& held, std::chrono::milliseconds timeout) {
  held_.stalled = true;
  const auto length = std::chrono::steady_clock::now() - held.since;
  const std::string text =
      "The connector's " + std::string(call_name(held.call)) + " holds task " + id_.to_string() +
      " since " +
      utc_text(std::chrono::system_clock::now() -
               std::chrono::duration_cast<std::chrono::system_clock::duration>(length)) +
      ", longer than errors.stall.timeout.ms=" + std::to_string(timeout.count()) +
      ": it is stalled.";
  log_.warn("{}", text);
  if (abandoned() || reported_ == State::kFailed) return;
  stall_shown_ = true;
  listener_.task_stalled(id_, state_, text);
}

void Task::stall_ended() {
  held_.stalled = false;
  const auto length = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - stalled_since_);
  log_.warn("The task is not stalled any more: the connector's call took {} ms", length.count());
  if (!std::exchange(stall_shown_, false) || abandoned()) return;
  listener_.task_stalled(id_, state_, {});
}

void Task::thread_main() {
  name_this_thread(id_);
  Result<void> result = [this]() -> Result<void> {
    try {
      return run();
    } catch (const std::exception& e) {
      return fail(ErrorKind::fatal, std::string("Unexpected failure of the task: ") + e.what());
    } catch (...) {
      return fail(ErrorKind::fatal, "Unexpected failure of the task");
    }
  }();
  if (result) {
    report(State::kUnassigned);
  } else if (abandoned()) {
    log_.warn("After being abandoned, the task ended with a failure: {}",
              result.error().describe());
  } else if (stopping()) {
    log_.warn("After being asked to stop, the task failed: {}", result.error().describe());
    report(State::kUnassigned);
  } else {
    log_.error("Task failed and will not recover until it is restarted: {}",
               result.error().trace());
    report(State::kFailed, &result.error());
  }
}

}  // namespace millrace::runtime
