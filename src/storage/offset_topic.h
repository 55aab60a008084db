#pragma once
// OffsetTopic: source offsets of a cluster in a Kafka topic:
// org.apache.kafka.connect.storage.KafkaOffsetBackingStore. Its records are those of the standalone
// worker's file: keys and values of runtime/source_offset.h.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "kafka/topic_log.h"
#include "runtime/offset_store.h"

namespace millrace::storage {

class OffsetTopic final : public runtime::OffsetStore {
 public:
  explicit OffsetTopic(std::unique_ptr<kafka::TopicLog> log) : log_(std::move(log)) {}
  ~OffsetTopic() override;

  // Once; a later call gives the first one's result. Any thread.
  Result<void> start() override;
  bool failed() const;  // start() has: it will not do better
  void stop() override;
  // Both read the topic to its end first.
  Result<std::vector<std::optional<std::string>>> get(
      const std::vector<std::string>& keys) override;
  Result<std::vector<runtime::OffsetEntry>> entries_of(const std::string& connector) override;
  void set(std::vector<runtime::OffsetEntry> entries, Done done) override;

 private:
  Result<void> read_to_end();

  const std::unique_ptr<kafka::TopicLog> log_;
  mutable std::mutex start_mutex_;  // guards started_; held while the topic is read
  std::optional<Result<void>> started_;
  std::mutex mutex_;  // guards what was read
  std::map<std::string, std::string> values_;
};

}  // namespace millrace::storage
