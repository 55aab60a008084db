#pragma once
// What a source task measures: the groups `source-task-metrics` and `connector-task-metrics` of the
// Java worker (org.apache.kafka.connect.runtime.ConnectMetricsRegistry), with what we add to them:
// bytes and the latency of each station. Written by the task's thread, read by anybody.

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "runtime/task.h"

namespace millrace::pipeline {
class ErrorPolicy;
}

namespace millrace::runtime {

// The share of time that a task spent in each state since it was started.
class StateTimes {
 public:
  void enter(State state);
  double ratio(State state) const;  // running-ratio, pause-ratio
  State state() const;

 private:
  mutable std::mutex mutex_;
  State state_ = State::kUnassigned;
  MetricClock::time_point since_ = MetricClock::now();
  std::map<State, MetricClock::duration> times_;
};

class SourceTaskMetrics {
 public:
  StateTimes states;
  Meter polled, written, bytes_out;
  WindowStat poll_ms, batch_size, active, commit_ms;
  WindowStat transaction_size;  // records of a transaction that was committed
  Counter commits, failed_commits;
  LatencyHistogram poll, convert, send;
  // Records that were polled and are neither written nor dropped yet.
  void active_changed(int64_t difference);
  int64_t active_count() const { return active_count_.load(std::memory_order_relaxed); }
  // A connector's own counters: SourceTaskContext::count. Thread-safe.
  void count(std::string_view metric, double difference);

  void read_source_group(Sample& sample) const;
  void read_task_group(Sample& sample) const;

 private:
  std::atomic<int64_t> active_count_{0};
  mutable std::mutex counters_mutex_;
  std::map<std::string, double, std::less<>> counters_;
};

// The registrations of one task's groups; the metrics live as long as they do. errors may be null.
struct SourceTaskRegistrations {
  // held outlives this.
  SourceTaskRegistrations(MetricRegistry& registry, const TaskId& id, const HeldCall& held,
                          std::shared_ptr<const SourceTaskMetrics> metrics,
                          std::shared_ptr<const pipeline::ErrorPolicy> errors);
  MetricRegistry::Registration source, task, errors;
};

}  // namespace millrace::runtime
