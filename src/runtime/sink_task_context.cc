#include "runtime/sink_task_context.h"

#include <utility>

namespace millrace::runtime {
namespace {

constexpr const char* kIllegalWorkerState =
    "org.apache.kafka.connect.errors.IllegalWorkerStateException";

// A record of the task's own making: it may have coordinates, but no bytes of its own.
class OwnRecord : public pipeline::OriginalRecords {
 public:
  explicit OwnRecord(const data::Records& records) : records_(records) {}
  std::string describe(uint32_t record) const override {
    const std::string place = this->place(record);
    return place.empty() ? place : ", where consumed record is " + place;
  }
  std::string place(uint32_t record) const override {
    pipeline::RawRecords raw;
    raw.topics = records_.topics;
    raw.partitions = records_.partitions;
    raw.offsets = records_.original_offsets;
    raw.timestamps = records_.timestamps;
    raw.timestamp_types = records_.timestamps == nullptr ? nullptr : records_.timestamp_types;
    if (raw.topics == nullptr || raw.partitions == nullptr || raw.offsets == nullptr) return {};
    return pipeline::ConsumedRecords(raw).place(record);
  }
  const data::Records* values() const override { return &records_; }

 private:
  const data::Records& records_;
};

}  // namespace

SinkContext::SinkContext(std::string log_context, std::shared_ptr<pipeline::ErrorPolicy> errors)
    : log_context_(std::move(log_context)), errors_(std::move(errors)) {}

void SinkContext::count(std::string_view metric, double delta) {
  std::lock_guard lock(mutex_);
  auto found = counts_.find(metric);
  if (found == counts_.end()) found = counts_.emplace(std::string(metric), 0.0).first;
  found->second += delta;
}

void SinkContext::read_counts(Sample& sample) const {
  std::lock_guard lock(mutex_);
  for (const auto& [metric, value] : counts_) sample.gauge(metric, value);
}

Result<void> SinkContext::read_offsets(std::span<const data::Cell>,
                                       const std::function<void(size_t, const data::Cell&)>&) {
  return fail(ErrorKind::fatal, "A sink task has no source offsets to read");
}

void SinkContext::rewind(std::span<const TopicPartitionOffset> offsets) {
  std::lock_guard lock(mutex_);
  for (const TopicPartitionOffset& offset : offsets) rewinds_[offset.partition] = offset.offset;
}

void SinkContext::retry_after(std::chrono::milliseconds delay) {
  std::lock_guard lock(mutex_);
  retry_ = delay;
}

Result<void> SinkContext::all_assigned(std::span<const TopicPartition> partitions,
                                       const char* verb) const {
  for (const TopicPartition& partition : partitions) {
    if (assignment_.contains(partition)) continue;
    return fail(ErrorKind::fatal,
                std::string("SinkTasks may not ") + verb +
                    " partitions that are not currently assigned to them.",
                kIllegalWorkerState);
  }
  return {};
}

Result<void> SinkContext::pause(std::span<const TopicPartition> partitions) {
  std::lock_guard lock(mutex_);
  if (auto assigned = all_assigned(partitions, "pause"); !assigned) return assigned;
  paused_.insert(partitions.begin(), partitions.end());
  pause_changed_ = true;
  return {};
}

Result<void> SinkContext::resume(std::span<const TopicPartition> partitions) {
  std::lock_guard lock(mutex_);
  if (auto assigned = all_assigned(partitions, "resume"); !assigned) return assigned;
  for (const TopicPartition& partition : partitions) paused_.erase(partition);
  pause_changed_ = true;
  return {};
}

void SinkContext::request_commit() {
  std::lock_guard lock(mutex_);
  commit_requested_ = true;
}

std::vector<kafka::TopicPartition> SinkContext::assignment() const {
  std::lock_guard lock(mutex_);
  return {assignment_.begin(), assignment_.end()};
}

Result<void> SinkContext::report(const data::Batch& batch, uint32_t record,
                                 const data::Records* own, Error error) {
  // Java gives the task no reporter then, and the task throws what it would have reported.
  if (!errors_->has_reporter()) return fail(std::move(error));
  // As in Java, a record that the task made of one that it was given is reported as the latter.
  if (own == &batch.original) return errors_->report_put(0, std::move(error), OwnRecord(*own));
  // Every other batch that a sink task was given is one of ours.
  const auto& raw = static_cast<const pipeline::SinkBatch&>(batch).raw;
  if (record >= raw.count) {
    return fail(ErrorKind::fatal, "A record was reported that its batch does not have: " +
                                      std::to_string(record) + " of " + std::to_string(raw.count));
  }
  return errors_->report_put(record, std::move(error), pipeline::ConsumedRecords(raw));
}

void SinkContext::set_assignment(const std::set<TopicPartition>& assignment) {
  std::lock_guard lock(mutex_);
  assignment_ = assignment;
  std::erase_if(paused_, [&](const auto& partition) { return !assignment.contains(partition); });
}

std::map<kafka::TopicPartition, int64_t> SinkContext::take_rewinds() {
  std::lock_guard lock(mutex_);
  return std::exchange(rewinds_, {});
}

std::optional<std::chrono::milliseconds> SinkContext::take_retry() {
  std::lock_guard lock(mutex_);
  return std::exchange(retry_, std::nullopt);
}

bool SinkContext::commit_requested() const {
  std::lock_guard lock(mutex_);
  return commit_requested_;
}

void SinkContext::clear_commit_request() {
  std::lock_guard lock(mutex_);
  commit_requested_ = false;
}

std::set<kafka::TopicPartition> SinkContext::paused() const {
  std::lock_guard lock(mutex_);
  return paused_;
}

bool SinkContext::take_pause_change() {
  std::lock_guard lock(mutex_);
  return std::exchange(pause_changed_, false);
}

}  // namespace millrace::runtime
