#pragma once
// What a sink task measures of itself: the groups `sink-task-metrics`, `connector-task-metrics` and
// `task-error-metrics` of the Java worker, with its names, and beyond them bytes, lag per partition
// and latency histograms. Written by the task's thread, read by any.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "kafka/topic_partition.h"
#include "pipeline/error_policy.h"
#include "runtime/sink_task_context.h"
#include "runtime/task.h"

namespace millrace::runtime {

// Shares of its life that a task has spent running and paused. Thread-safe.
class SinkStateTimes {
 public:
  void enter(State state);
  State state() const;
  double share(State state) const;

 private:
  mutable std::mutex mutex_;
  State state_ = State::kUnassigned;
  MetricClock::time_point started_ = MetricClock::now(), entered_ = started_;
  std::map<State, MetricClock::duration> times_;
};

struct SinkTaskProbe {
  Meter read, sent, bytes_read;
  WindowStat put_ms, batch_size, commit_ms, active, commit_success;
  Meter commit_completions, commit_skips;
  LatencyHistogram poll_time, convert_time, put_time;
  std::atomic<int64_t> partitions{0}, commit_sequence{0}, active_now{0}, retained_bytes{0};
  SinkStateTimes states;

  void set_active(int64_t records);
  void commit_ended(std::chrono::milliseconds time, bool success);
  void set_lag(std::vector<std::pair<kafka::TopicPartition, int64_t>> lag);

  void read_sink_group(Sample& sample) const;
  void read_task_group(Sample& sample) const;

 private:
  mutable std::mutex lag_mutex_;
  std::vector<std::pair<kafka::TopicPartition, int64_t>> lag_;
};

// The probe's place in the registry, as long as this lives.
class SinkTaskMetrics {
 public:
  // `registry` may be null. The others outlive this.
  SinkTaskMetrics(MetricRegistry* registry, const TaskId& id, const HeldCall& held,
                  const SinkTaskProbe& probe, const pipeline::ErrorProbe& errors,
                  const SinkContext& context);

 private:
  std::vector<MetricRegistry::Registration> registrations_;
};

}  // namespace millrace::runtime
