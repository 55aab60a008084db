#include "herder/automatic_restart.h"

#include <algorithm>

namespace millrace::herder {
namespace {

using std::chrono::milliseconds;

std::string in_words(const AutomaticRestart::Part& part) {
  return part.index == AutomaticRestart::kConnector ? "Connector " + part.connector
                                                    : "Task " + part.to_string();
}

std::string seconds(milliseconds time) { return std::to_string((time.count() + 999) / 1000); }

std::string of_maximum(const RestartPolicy& policy) {
  return policy.maximum_attempts < 0 ? "" : " of " + std::to_string(policy.maximum_attempts);
}

}  // namespace

AutomaticRestart::AutomaticRestart(Schedule& schedule, MetricRegistry* metrics, Restart restart)
    : schedule_(schedule),
      metrics_(metrics),
      restart_(std::move(restart)),
      log_("org.millrace.AutomaticRestart"),
      random_(std::random_device{}()) {}

void AutomaticRestart::failed(const Part& part, const Error& error, const RestartPolicy& policy) {
  if (policy.maximum_attempts == 0) return forget(part);
  std::lock_guard lock(mutex_);
  Record& record = records_[part];
  withdraw(record);
  if (record.running_since && schedule_.now() - *record.running_since >= policy.maximum_delay)
    record.attempts = 0;
  record.running_since.reset();
  record.policy = policy;
  record.permanent = !policy.all_failures && !is_transient(error);
  record.given_up = policy.maximum_attempts > 0 && record.attempts >= policy.maximum_attempts;
  if (record.metrics == nullptr) measure(part, record);
  if (record.permanent) {
    log_.warn("{} is not restarted: its failure is not transient, and errors.restart.on=transient",
              in_words(part));
  } else if (record.given_up) {
    log_.warn("{} is not restarted any more: it failed after {} restarts", in_words(part),
              record.attempts);
  } else {
    plan(part, record);
  }
}

// Doubled each time; a random part of up to a fifth is taken off, so that what failed together does
// not come back together.
milliseconds AutomaticRestart::delay_of(const Record& record) {
  const auto maximum = static_cast<double>(record.policy.maximum_delay.count());
  auto delay = static_cast<double>(record.policy.initial_delay.count());
  for (int64_t i = 0; i < record.attempts && delay < maximum; ++i) delay *= 2;
  delay = std::min(delay, maximum);
  delay *= std::uniform_real_distribution<double>(0.8, 1.0)(random_);
  return milliseconds(static_cast<int64_t>(delay));
}

void AutomaticRestart::plan(const Part& part, Record& record) {
  const milliseconds delay = delay_of(record);
  ++record.attempts;
  record.held = false;
  record.probe->waiting = true;
  log_.warn("{} failed: restart {}{} in {} ms", in_words(part), record.attempts,
            of_maximum(record.policy), delay.count());
  record.generation = ++generations_;
  record.due = schedule_.run_at(schedule_.now() + delay,
                                [this, part, generation = generations_] { due(part, generation); });
}

void AutomaticRestart::withdraw(Record& record) {
  if (record.due) schedule_.cancel(*record.due);
  record.due.reset();
  record.held = false;
  record.probe->waiting = false;
}

void AutomaticRestart::running(const Part& part) {
  std::lock_guard lock(mutex_);
  auto found = records_.find(part);
  if (found != records_.end()) found->second.running_since = schedule_.now();
}

void AutomaticRestart::cancel(const Part& part) {
  std::lock_guard lock(mutex_);
  auto found = records_.find(part);
  if (found == records_.end()) return;
  withdraw(found->second);
  found->second.attempts = 0;
  found->second.permanent = found->second.given_up = false;
}

void AutomaticRestart::forget(const Part& part) {
  Record forgotten;  // its metrics go without the lock
  std::lock_guard lock(mutex_);
  auto found = records_.find(part);
  if (found == records_.end()) return;
  withdraw(found->second);
  forgotten = std::move(found->second);
  records_.erase(found);
}

void AutomaticRestart::postpone(const Part& part) {
  std::lock_guard lock(mutex_);
  auto found = records_.find(part);
  if (found != records_.end() && !found->second.due) found->second.held = true;
}

void AutomaticRestart::hold(const std::string& connector) {
  std::lock_guard lock(mutex_);
  for (auto record = records_.lower_bound({connector, kConnector});
       record != records_.end() && record->first.connector == connector; ++record) {
    if (!record->second.due) continue;
    withdraw(record->second);
    record->second.held = true;
  }
}

void AutomaticRestart::release(const std::string& connector) {
  std::lock_guard lock(mutex_);
  for (auto record = records_.lower_bound({connector, kConnector});
       record != records_.end() && record->first.connector == connector; ++record) {
    if (!record->second.held) continue;
    record->second.attempts = 0;
    plan(record->first, record->second);
  }
}

std::string AutomaticRestart::notice(const Part& part) const {
  std::lock_guard lock(mutex_);
  auto found = records_.find(part);
  if (found == records_.end()) return {};
  const Record& record = found->second;
  const std::string which =
      "Restart " + std::to_string(record.attempts) + of_maximum(record.policy);
  if (record.due) {
    const auto left = std::max(Schedule::Clock::duration(0), record.due->first - schedule_.now());
    return which + " in " + seconds(std::chrono::ceil<milliseconds>(left)) + " s";
  }
  if (record.held) return which + " when the connector is resumed";
  if (record.permanent) return "No restart: the failure is not transient";
  if (record.given_up)
    return "No restart any more: " + std::to_string(record.attempts) + of_maximum(record.policy) +
           " made";
  return {};
}

void AutomaticRestart::due(const Part& part, uint64_t generation) {
  {
    std::lock_guard lock(mutex_);
    auto found = records_.find(part);
    if (found == records_.end() || !found->second.due || found->second.generation != generation)
      return;
    Record& record = found->second;
    record.due.reset();
    record.probe->waiting = false;
    record.probe->attempts.add();
    log_.info("{} is restarted: attempt {}{}", in_words(part), record.attempts,
              of_maximum(record.policy));
  }
  restart_(part);
}

void AutomaticRestart::measure(const Part& part, Record& record) {
  if (metrics_ == nullptr) return;
  const bool connector = part.index == kConnector;
  MetricGroup group{connector ? "connector-metrics" : "connector-task-metrics",
                    {{"connector", part.connector}}};
  if (!connector) group.labels.emplace_back("task", std::to_string(part.index));
  const std::string prefix = connector ? "connector-restart-" : "task-restart-";
  record.metrics = std::make_shared<MetricRegistry::Registration>(
      metrics_->add(std::move(group), [probe = record.probe, prefix](Sample& sample) {
        sample.counter(prefix + "attempts-total", static_cast<double>(probe->attempts.total()));
        sample.gauge(prefix + "waiting", probe->waiting ? 1 : 0);
      }));
}

}  // namespace millrace::herder
