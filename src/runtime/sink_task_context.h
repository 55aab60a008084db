#pragma once
// What a sink's connector may ask of its task: org.apache.kafka.connect.sink.SinkTaskContext.
// Requests are noted here, from any thread, and taken by the task's thread between two calls into
// the connector.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "pipeline/error_policy.h"
#include "plugin/connector.h"

namespace millrace::runtime {

class SinkContext final : public plugin::SinkTaskContext {
 public:
  using TopicPartition = kafka::TopicPartition;
  using TopicPartitionOffset = kafka::TopicPartitionOffset;

  SinkContext(std::string log_context, std::shared_ptr<pipeline::ErrorPolicy> errors);

  const std::string& log_context() const override { return log_context_; }
  void count(std::string_view metric, double delta) override;
  Result<void> read_offsets(
      std::span<const data::Cell> partitions,
      const std::function<void(size_t index, const data::Cell& offset)>& found) override;
  void rewind(std::span<const TopicPartitionOffset> offsets) override;
  void retry_after(std::chrono::milliseconds delay) override;
  Result<void> pause(std::span<const TopicPartition> partitions) override;
  Result<void> resume(std::span<const TopicPartition> partitions) override;
  void request_commit() override;
  std::vector<TopicPartition> assignment() const override;
  Result<void> report(const data::Batch& batch, uint32_t record, const data::Records* own,
                      Error error) override;

  // For the task's thread.
  void set_assignment(const std::set<TopicPartition>& assignment);  // also forgets pauses of others
  std::map<TopicPartition, int64_t> take_rewinds();
  std::optional<std::chrono::milliseconds> take_retry();
  bool commit_requested() const;
  void clear_commit_request();
  std::set<TopicPartition> paused() const;
  bool take_pause_change();  // whether the set of paused partitions changed since last asked
  void read_counts(Sample& sample) const;  // any thread

 private:
  Result<void> all_assigned(std::span<const TopicPartition> partitions, const char* verb) const;

  const std::string log_context_;
  const std::shared_ptr<pipeline::ErrorPolicy> errors_;
  mutable std::mutex mutex_;
  std::set<TopicPartition> assignment_, paused_;
  std::map<TopicPartition, int64_t> rewinds_;
  std::optional<std::chrono::milliseconds> retry_;
  bool commit_requested_ = false, pause_changed_ = false;
  std::map<std::string, double, std::less<>> counts_;
};

}  // namespace millrace::runtime
