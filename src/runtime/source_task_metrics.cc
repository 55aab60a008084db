#include "runtime/source_task_metrics.h"

#include "pipeline/error_policy.h"

namespace millrace::runtime {

void StateTimes::enter(State state) {
  const auto now = MetricClock::now();
  std::lock_guard lock(mutex_);
  times_[state_] += now - since_;
  state_ = state;
  since_ = now;
}

double StateTimes::ratio(State state) const {
  const auto now = MetricClock::now();
  std::lock_guard lock(mutex_);
  MetricClock::duration in_state{}, total = now - since_;
  for (const auto& [of, time] : times_) {
    total += time;
    if (of == state) in_state += time;
  }
  if (state == state_) in_state += now - since_;
  return total.count() == 0 ? 0 : static_cast<double>(in_state.count()) / total.count();
}

State StateTimes::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

void SourceTaskMetrics::active_changed(int64_t difference) {
  const int64_t now = active_count() + difference;
  active_count_.store(now, std::memory_order_relaxed);
  active.record(static_cast<double>(now));
}

void SourceTaskMetrics::count(std::string_view metric, double difference) {
  std::lock_guard lock(counters_mutex_);
  counters_.try_emplace(std::string(metric), 0.0).first->second += difference;
}

void SourceTaskMetrics::read_source_group(Sample& sample) const {
  sample.gauge("source-record-poll-rate", polled.rate());
  sample.counter("source-record-poll-total", static_cast<double>(polled.total()));
  sample.gauge("source-record-write-rate", written.rate());
  sample.counter("source-record-write-total", static_cast<double>(written.total()));
  sample.gauge("poll-batch-max-time-ms", poll_ms.maximum());
  sample.gauge("poll-batch-avg-time-ms", poll_ms.average());
  sample.gauge("source-record-active-count", static_cast<double>(active_count()));
  sample.gauge("source-record-active-count-max", active.maximum());
  sample.gauge("source-record-active-count-avg", active.average());
  sample.gauge("transaction-size-max", transaction_size.maximum());
  sample.gauge("transaction-size-avg", transaction_size.average());
  sample.gauge("source-byte-write-rate", bytes_out.rate());
  sample.counter("source-byte-write-total", static_cast<double>(bytes_out.total()));
  sample.histogram("poll-time-seconds", poll);
  sample.histogram("convert-time-seconds", convert);
  sample.histogram("send-time-seconds", send);
  std::lock_guard lock(counters_mutex_);
  for (const auto& [name, value] : counters_) sample.counter(name, value);
}

void SourceTaskMetrics::read_task_group(Sample& sample) const {
  std::string status(state_name(states.state()));
  for (char& c : status) c = static_cast<char>(c | 0x20);
  sample.text("status", status);
  sample.gauge("running-ratio", states.ratio(State::kRunning));
  sample.gauge("pause-ratio", states.ratio(State::kPaused));
  sample.gauge("offset-commit-max-time-ms", commit_ms.maximum());
  sample.gauge("offset-commit-avg-time-ms", commit_ms.average());
  sample.gauge("batch-size-max", batch_size.maximum());
  sample.gauge("batch-size-avg", batch_size.average());
  const double all = static_cast<double>(commits.total());
  const double failed = static_cast<double>(failed_commits.total());
  sample.gauge("offset-commit-failure-percentage", all == 0 ? 0 : failed / all);
  sample.gauge("offset-commit-success-percentage", all == 0 ? 0 : 1 - failed / all);
}

SourceTaskRegistrations::SourceTaskRegistrations(
    MetricRegistry& registry, const TaskId& id, const HeldCall& held,
    std::shared_ptr<const SourceTaskMetrics> metrics,
    std::shared_ptr<const pipeline::ErrorPolicy> policy) {
  const std::vector<std::pair<std::string, std::string>> labels{{"connector", id.connector},
                                                                {"task", std::to_string(id.index)}};
  source = registry.add({"source-task-metrics", labels},
                        [metrics](Sample& sample) { metrics->read_source_group(sample); });
  task = registry.add({"connector-task-metrics", labels}, [metrics, &held](Sample& sample) {
    metrics->read_task_group(sample);
    sample.gauge("stalled", held.stalled ? 1 : 0);
  });
  if (policy != nullptr)
    errors = registry.add({"task-error-metrics", labels},
                          [policy](Sample& sample) { policy->probe().read(sample); });
}

}  // namespace millrace::runtime
