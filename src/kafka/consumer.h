#pragma once
// What a sink task needs of a Kafka consumer group member. Implemented by kafka/librdkafka.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kafka/topic_partition.h"

namespace millrace::kafka {

struct FetchedHeader {
  std::string_view key;
  const uint8_t* value;  // null: null value
  size_t size;
};

// One poll's records, grouped by partition, in offset order within each. Text and bytes point into
// the client's buffers and stay valid as long as `owner`.
struct Fetch {
  struct Record {
    std::string_view topic;  // the same pointer for all records of a topic
    int32_t partition;
    int64_t offset;
    int64_t timestamp;      // ms since the epoch; -1: none
    int8_t timestamp_type;  // MILLRACE_NO_TIMESTAMP_TYPE ...
    const uint8_t* key;     // null: null
    size_t key_size;
    const uint8_t* value;  // null: tombstone
    size_t value_size;
  };
  std::vector<Record> records;
  std::vector<uint32_t> header_begin;  // records.size() + 1, or empty: no record has headers
  std::vector<FetchedHeader> headers;
  size_t bytes = 0;  // keys and values
  std::shared_ptr<const void> owner;
};

// Called from within poll, commit_sync or close, on the calling thread.
class RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;
  virtual void assigned(std::span<const TopicPartition> partitions) = 0;  // only the new ones
  virtual void revoked(std::span<const TopicPartition> partitions) = 0;   // still ours: may commit
  virtual void lost(
      std::span<const TopicPartition> partitions) = 0;  // no longer ours: must not commit
};

using CommitCallback = std::function<void(const Result<void>&)>;

// Not thread-safe, but for wakeup.
class Consumer {
 public:
  virtual ~Consumer() = default;  // closes without leaving the group in good order: call close

  virtual Result<void> subscribe(const std::vector<std::string>& topics,
                                 RebalanceListener* listener) = 0;
  virtual Result<void> subscribe_pattern(const std::string& regex, RebalanceListener* listener) = 0;

  // Waits up to `timeout` for records; gives at most max.poll.records of them. Serves rebalances
  // and commit callbacks. A failure is fatal (authorization, a fenced member, offset out of range
  // with auto.offset.reset=none); what the client recovers from by itself is only logged.
  virtual Result<void> poll(std::chrono::milliseconds timeout, Fetch& fetch) = 0;
  virtual void wakeup() = 0;  // any thread: the running or the next poll returns early

  virtual Result<void> commit_sync(std::span<const TopicPartitionOffset> offsets,
                                   std::chrono::milliseconds timeout) = 0;
  virtual void commit_async(std::span<const TopicPartitionOffset> offsets, CommitCallback done) = 0;
  virtual Result<std::vector<TopicPartitionOffset>> committed(
      std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) = 0;
  // Next offset to read of an assigned partition. May ask the broker once for a fresh assignment.
  virtual Result<int64_t> position(const TopicPartition& partition,
                                   std::chrono::milliseconds timeout) = 0;
  virtual Result<void> seek(const TopicPartition& partition, int64_t offset) = 0;
  virtual void pause(std::span<const TopicPartition> partitions) = 0;
  virtual void resume(std::span<const TopicPartition> partitions) = 0;
  virtual std::vector<TopicPartition> assignment() const = 0;
  // End offset minus position, as the client last heard; nullopt where unknown. Cheap.
  virtual std::optional<int64_t> lag(const TopicPartition& partition) const = 0;

  virtual void close(std::chrono::milliseconds timeout) = 0;  // leaves the group; calls revoked
};

}  // namespace millrace::kafka
