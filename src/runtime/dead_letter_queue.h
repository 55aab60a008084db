#pragma once
// KafkaDeadLetterQueue: records that a task could not use go to the topic of
// errors.deadletterqueue.topic.name, with headers that tell why: a sink's as they were read
// (org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter), a source's as its connector
// gave them (docs/decisions/source-dead-letters.md).

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "config/config_def.h"
#include "kafka/client.h"
#include "pipeline/error_policy.h"
#include "runtime/task.h"

namespace millrace::runtime {

struct DeadLetterConfig {
  std::string topic;               // empty: no dead letters
  int16_t replication_factor = 3;  // of a topic that has to be made
  bool context_headers = false;

  // From a connector's configuration that was validated before; absent keys are at their defaults.
  static DeadLetterConfig from(const config::Properties& connector_config);
};

class KafkaDeadLetterQueue : public pipeline::DeadLetterQueue {
 public:
  struct Clients {
    std::shared_ptr<kafka::ClientFactory> factory;
    kafka::ClientProperties producer, admin;
  };
  KafkaDeadLetterQueue(DeadLetterConfig config, TaskId task, const std::string& log_context,
                       Clients clients);

  // Makes the topic where it is missing, with one partition, and the producer. An error fails the
  // task.
  Result<void> open() override;

  // Copies what it sends. Waits while the producer's buffer is full. A record that cannot be sent
  // is logged and counted, no more.
  void report(const pipeline::RawRecords& raw, uint32_t record,
              const data::RecordFailure& failure) override;
  Result<void> await_written(std::chrono::milliseconds longest) override;
  uint64_t take_failures() override;

 private:
  // One record on its way. `bytes` holds all that the record points to.
  struct Letter {
    std::string bytes;
    std::vector<kafka::OutgoingHeader> headers;
    kafka::OutgoingRecord record;
  };
  Result<void> make_topic();
  std::unique_ptr<Letter> write(const pipeline::RawRecords& raw, uint32_t record,
                                const data::RecordFailure& failure) const;
  void send(const Letter& letter);
  void take_deliveries(std::chrono::milliseconds timeout);
  void failed(const Error& error);

  const DeadLetterConfig config_;
  const TaskId task_;
  const std::string log_context_;
  const Logger log_;
  const Clients clients_;

  std::mutex mutex_;
  std::unique_ptr<kafka::Producer> producer_;  // null before open()
  std::unordered_map<uint64_t, std::unique_ptr<Letter>> on_their_way_;
  std::vector<kafka::Delivery> deliveries_;
  uint64_t next_token_ = 0;
  uint64_t failures_ = 0;
};

}  // namespace millrace::runtime
