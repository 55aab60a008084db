#include "runtime/sink_task_metrics.h"

#include <cmath>

namespace millrace::runtime {
namespace {

std::string_view status_text(State state) {
  switch (state) {
    case State::kRunning: return "running";
    case State::kPaused: return "paused";
    case State::kFailed: return "failed";
    case State::kStopped: return "stopped";
    case State::kRestarting: return "restarting";
    case State::kUnassigned: break;
  }
  return "unassigned";
}

double zero_if_nan(double value) { return std::isnan(value) ? 0 : value; }

double total(const Meter& meter) { return static_cast<double>(meter.total()); }

}  // namespace

void SinkStateTimes::enter(State state) {
  std::lock_guard lock(mutex_);
  const auto now = MetricClock::now();
  times_[state_] += now - entered_;
  state_ = state;
  entered_ = now;
}

State SinkStateTimes::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

double SinkStateTimes::share(State state) const {
  std::lock_guard lock(mutex_);
  const auto now = MetricClock::now();
  auto found = times_.find(state);
  auto time = found == times_.end() ? MetricClock::duration{} : found->second;
  if (state == state_) time += now - entered_;
  if (now == started_) return 0;
  return std::chrono::duration<double>(time) / std::chrono::duration<double>(now - started_);
}

void SinkTaskProbe::set_active(int64_t records) {
  active_now.store(records, std::memory_order_relaxed);
  active.record(static_cast<double>(records));
}

void SinkTaskProbe::commit_ended(std::chrono::milliseconds time, bool success) {
  if (success) commit_ms.record(static_cast<double>(time.count()));
  commit_success.record(success ? 1 : 0);
  if (success) commit_completions.mark(1);
}

void SinkTaskProbe::set_lag(std::vector<std::pair<kafka::TopicPartition, int64_t>> lag) {
  std::lock_guard lock(lag_mutex_);
  lag_ = std::move(lag);
}

void SinkTaskProbe::read_sink_group(Sample& sample) const {
  sample.gauge("sink-record-read-rate", read.rate());
  sample.counter("sink-record-read-total", total(read));
  sample.gauge("sink-record-send-rate", sent.rate());
  sample.counter("sink-record-send-total", total(sent));
  sample.gauge("sink-record-read-bytes-rate", bytes_read.rate());
  sample.counter("sink-record-read-bytes-total", total(bytes_read));
  sample.gauge("partition-count", static_cast<double>(partitions.load()));
  sample.gauge("offset-commit-seq-no", static_cast<double>(commit_sequence.load()));
  sample.gauge("offset-commit-completion-rate", commit_completions.rate());
  sample.counter("offset-commit-completion-total", total(commit_completions));
  sample.gauge("offset-commit-skip-rate", commit_skips.rate());
  sample.counter("offset-commit-skip-total", total(commit_skips));
  sample.gauge("put-batch-max-time-ms", put_ms.maximum());
  sample.gauge("put-batch-avg-time-ms", put_ms.average());
  sample.gauge("sink-record-active-count", static_cast<double>(active_now.load()));
  sample.gauge("sink-record-active-count-max", active.maximum());
  sample.gauge("sink-record-active-count-avg", active.average());
  sample.gauge("sink-record-retained-bytes", static_cast<double>(retained_bytes.load()));
  sample.histogram("poll-time", poll_time);
  sample.histogram("convert-time", convert_time);
  sample.histogram("put-time", put_time);
  std::lock_guard lock(lag_mutex_);
  for (const auto& [partition, lag] : lag_) {
    sample.labelled_gauge(
        "records-lag",
        {{"topic", partition.topic}, {"partition", std::to_string(partition.partition)}},
        static_cast<double>(lag));
  }
}

void SinkTaskProbe::read_task_group(Sample& sample) const {
  sample.text("status", status_text(states.state()));
  sample.gauge("running-ratio", states.share(State::kRunning));
  sample.gauge("pause-ratio", states.share(State::kPaused));
  sample.gauge("offset-commit-max-time-ms", commit_ms.maximum());
  sample.gauge("offset-commit-avg-time-ms", commit_ms.average());
  sample.gauge("batch-size-max", batch_size.maximum());
  sample.gauge("batch-size-avg", batch_size.average());
  const double success = commit_success.average();
  sample.gauge("offset-commit-success-percentage", zero_if_nan(success));
  sample.gauge("offset-commit-failure-percentage", std::isnan(success) ? 0 : 1 - success);
}

SinkTaskMetrics::SinkTaskMetrics(MetricRegistry* registry, const TaskId& id, const HeldCall& held,
                                 const SinkTaskProbe& probe, const pipeline::ErrorProbe& errors,
                                 const SinkContext& context) {
  if (registry == nullptr) return;
  auto group = [&](const char* name) {
    return MetricGroup{name, {{"connector", id.connector}, {"task", std::to_string(id.index)}}};
  };
  registrations_.push_back(registry->add(group("sink-task-metrics"), [&](Sample& sample) {
    probe.read_sink_group(sample);
    context.read_counts(sample);
  }));
  registrations_.push_back(registry->add(group("connector-task-metrics"), [&](Sample& sample) {
    probe.read_task_group(sample);
    sample.gauge("stalled", held.stalled ? 1 : 0);
  }));
  registrations_.push_back(
      registry->add(group("task-error-metrics"), [&](Sample& sample) { errors.read(sample); }));
}

}  // namespace millrace::runtime
