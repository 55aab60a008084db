#pragma once
// kafka::Consumer over one librdkafka group member.
//
// Positions, pausing and the choice of start offsets are this class's own; librdkafka only fetches.
// Fetched messages wait in a queue of their partition until a poll hands them over: so they come
// out grouped, those of a paused partition stay where they are (a short pause fetches nothing
// anew), and those of a revoked partition are dropped. Callbacks of librdkafka only take notes;
// listeners and commit callbacks run after the library's call has returned.

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/java_regex.h"
#include "kafka/consumer.h"
#include "kafka/librdkafka/handle.h"

struct rd_kafka_queue_s;
struct rd_kafka_message_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_topic_s;

namespace millrace::kafka {

class LibrdkafkaConsumer final : public Consumer {
 public:
  static Result<std::unique_ptr<Consumer>> make(const ClientProperties& properties,
                                                const std::string& log_context);
  ~LibrdkafkaConsumer() override;

  Result<void> subscribe(const std::vector<std::string>& topics,
                         RebalanceListener* listener) override;
  Result<void> subscribe_pattern(const std::string& regex, RebalanceListener* listener) override;
  Result<void> poll(std::chrono::milliseconds timeout, Fetch& fetch) override;
  void wakeup() override;
  Result<void> commit_sync(std::span<const TopicPartitionOffset> offsets,
                           std::chrono::milliseconds timeout) override;
  void commit_async(std::span<const TopicPartitionOffset> offsets, CommitCallback done) override;
  Result<std::vector<TopicPartitionOffset>> committed(std::span<const TopicPartition> partitions,
                                                      std::chrono::milliseconds timeout) override;
  Result<int64_t> position(const TopicPartition& partition,
                           std::chrono::milliseconds timeout) override;
  Result<void> seek(const TopicPartition& partition, int64_t offset) override;
  void pause(std::span<const TopicPartition> partitions) override;
  void resume(std::span<const TopicPartition> partitions) override;
  std::vector<TopicPartition> assignment() const override;
  std::optional<int64_t> lag(const TopicPartition& partition) const override;
  void close(std::chrono::milliseconds timeout) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Partition {
    TopicPartition name;
    std::string_view topic;       // interned
    int64_t position = -1;        // next to hand over; -1: not known yet
    int64_t fetch_position = -1;  // next to come from librdkafka
    bool started = false;         // librdkafka fetches it
    bool paused = false;          // nothing is handed over
    bool fetch_paused = false;    // librdkafka was told as well
    std::deque<rd_kafka_message_s*> ready;
    size_t ready_bytes = 0;
  };
  struct Rebalance {
    bool assign;
    rd_kafka_topic_partition_list_s* partitions;  // owned
  };
  struct Commit {
    uint64_t id;
    CommitCallback done;
    std::optional<Result<void>> result;
  };

  LibrdkafkaConsumer(ClientSettings settings);
  static void rebalance_callback(rd_kafka_s*, int error, rd_kafka_topic_partition_list_s*,
                                 void* opaque);
  static void error_callback(rd_kafka_s*, int error, const char* reason, void* opaque);
  static void commit_callback(rd_kafka_s*, int error, rd_kafka_topic_partition_list_s*,
                              void* opaque);

  // poll's parts
  void receive(std::chrono::milliseconds timeout);
  void sort_in(rd_kafka_message_s* message);
  void note_error(const rd_kafka_message_s& message);
  Partition* partition_of(const rd_kafka_message_s& message);
  void hand_over(Fetch& fetch);
  void append(Fetch& fetch, const Partition& partition, rd_kafka_message_s* message);
  void hold_back(Partition& partition);

  // rebalances and commits, after the library's call
  bool run_callbacks();
  void run_rebalance(Rebalance rebalance);
  void assign(const rd_kafka_topic_partition_list_s& partitions);
  void revoke(const rd_kafka_topic_partition_list_s& partitions, bool lost);
  Result<void> find_start_offsets(std::span<const TopicPartition> partitions,
                                  std::chrono::milliseconds timeout);
  Result<void> reset_offsets(std::span<const TopicPartition> partitions,
                             std::chrono::milliseconds timeout);
  // Sets positions to what librdkafka's OffsetSpec or a time in milliseconds stands for; -1 where
  // there is no record of that time or a later one.
  Result<void> list_offsets(std::span<const TopicPartition> partitions, int64_t spec_or_time,
                            std::chrono::milliseconds timeout);
  void forget(Partition& partition);
  Partition* find(const TopicPartition& partition) const;

  void refresh_pattern(std::chrono::milliseconds timeout);
  Result<void> subscribe_to(const std::vector<std::string>& topics);
  void set_fatal(Error error);
  Error not_in_group() const;

  const ClientSettings settings_;
  std::shared_ptr<Handle> handle_;
  rd_kafka_queue_s* queue_ = nullptr;
  RebalanceListener* listener_ = nullptr;
  std::optional<JavaRegex> pattern_;  // matched here: librdkafka's own are POSIX searches
  std::vector<std::string> subscribed_;
  Clock::time_point next_refresh_{};

  std::map<TopicPartition, std::unique_ptr<Partition>> partitions_;
  std::vector<Partition*> with_ready_;
  rd_kafka_topic_s* last_topic_ = nullptr;  // of the message sorted in last
  Partition* last_partition_ = nullptr;
  std::vector<rd_kafka_message_s*> received_;

  std::deque<Rebalance> rebalances_;
  std::deque<Commit> commits_;
  uint64_t next_commit_ = 1;
  uint64_t sync_commit_ = 0;  // the one that commit_sync waits for
  std::optional<Result<void>> sync_result_;
  std::optional<Error> fatal_;
  std::atomic<bool> woken_{false};
  bool closed_ = false;
};

}  // namespace millrace::kafka
