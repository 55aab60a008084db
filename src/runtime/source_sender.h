#pragma once
// SourceSender: the last station of a source task: hands converted batches to the task's producer,
// in order, and takes back the acknowledgements. The producer is made at the first record and
// closed when it has been idle for long. One thread.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "kafka/client.h"
#include "pipeline/error_policy.h"
#include "pipeline/source_pipeline.h"
#include "plugin/connector.h"
#include "runtime/source_task_metrics.h"
#include "runtime/submitted_records.h"
#include "runtime/topic_creation.h"

namespace millrace::runtime {

struct SourceTaskLimits {
  // Polling stops while this many bytes of sent batches wait for acknowledgements.
  size_t pinned_bytes = 24 << 20;
  // The producer is closed after this long without a record in flight; its first ones sooner: most
  // sources of a worker with many have little to send, and a producer has threads and memory.
  std::chrono::milliseconds producer_idle{60'000};
  // Longest time that one poll is given: with nothing in flight, and with records in flight.
  std::chrono::milliseconds idle_poll{1'000}, busy_poll{100};
  // Before a failed send is tried again (Java: SEND_FAILED_BACKOFF_MS).
  std::chrono::milliseconds send_retry{100};
};

class SourceSender {
 public:
  struct Settings {
    std::string log_context;  // "[NAME|task-0] "
    kafka::ClientProperties producer_properties;
    SourceTaskLimits limits;
    bool wants_acknowledgements = false;
    // Null: topics that are missing are left to the broker.
    std::shared_ptr<TopicCreation> topic_creation;
    // A topic that a record was written to for the first time. May be empty.
    std::function<void(std::string_view topic)> topic_used;
    // Waits a little, less if the task is to stop; true: it is to stop.
    std::function<bool(std::chrono::milliseconds)> wait;
    // Exactly once: the producer is there from the begin, and nothing that it refuses is tolerated.
    bool transactional = false;
    std::string task;           // "NAME-0"
    std::string offsets_topic;  // to which a task's records must not go then
  };
  // metrics outlives the sender; errors may be null: nothing is tolerated.
  SourceSender(Settings settings, std::shared_ptr<kafka::ClientFactory> clients,
               std::shared_ptr<pipeline::ErrorPolicy> errors, SubmittedRecords& submitted,
               SourceTaskMetrics& metrics);

  // Sends all, waiting for room as long as it takes, or until the task is to stop: then the rest of
  // the batch is not sent. An error fails the task.
  Result<void> send(std::shared_ptr<data::Batch> batch,
                    const pipeline::SourcePipeline::Output& output, size_t bytes);

  // Takes what was acknowledged; waits up to `timeout` for the first. The error with which the task
  // is to fail is in failure().
  void poll_deliveries(std::chrono::milliseconds timeout);
  // Waits until everything is acknowledged, the time is over, or give_up() says so.
  void drain(std::chrono::steady_clock::time_point deadline, const std::function<bool()>& give_up);
  // Of a record that Kafka refused and whose loss is not tolerated.
  const std::optional<Error>& failure() const { return failure_; }

  size_t in_flight() const { return in_flight_; }
  bool has_producer() const { return producer_ != nullptr; }
  Result<void> open();
  kafka::Producer& producer() { return *producer_; }  // that was opened
  void close_if_idle();
  void close();  // drops what is not acknowledged

  // Records of the batch that are not sent at all: to be told to the connector like the others.
  void dropped(const std::shared_ptr<const data::Batch>& batch,
               const pipeline::SourcePipeline::Output& output);
  // What the connector is to be told before the next poll, in the order of acknowledgement.
  std::vector<plugin::Acknowledgement> take_acknowledgements();

 private:
  // The records from `sent` on that may go: up to the first of a topic that is not known to exist.
  // Makes the topic of the record `sent`. retriable: try again.
  Result<std::span<const kafka::OutgoingRecord>> ready(size_t sent);
  // Sends what of outgoing_ can be sent; `sent` is how many.
  Result<void> send_all(size_t& sent);
  // positions: of the records to be sent in what was submitted; empty: they are all of it.
  void fill(data::Batch& batch, const pipeline::SourcePipeline::Output& output, uint64_t token,
            std::span<const uint32_t> positions);
  static std::span<const kafka::OutgoingHeader> headers(data::Batch& batch,
                                                        const pipeline::RawRecords& records,
                                                        uint32_t record);
  void note_topic(std::string_view topic);
  Result<void> send_failed(Error error, size_t record);
  void acknowledge(const kafka::Delivery& delivery);
  void refused(uint64_t token, Error error);
  bool tolerant() const;

  const Settings settings_;
  const std::shared_ptr<kafka::ClientFactory> clients_;
  const std::shared_ptr<pipeline::ErrorPolicy> errors_;
  SubmittedRecords& submitted_;
  SourceTaskMetrics& metrics_;
  const Logger log_;

  std::unique_ptr<kafka::Producer> producer_;
  std::chrono::steady_clock::time_point last_use_;
  std::chrono::milliseconds idle_patience_{0};  // of the present producer; 0: there was none yet
  size_t in_flight_ = 0;
  std::vector<kafka::OutgoingRecord> outgoing_;  // of the batch being sent
  std::vector<kafka::Delivery> deliveries_;
  std::vector<plugin::Acknowledgement> acknowledgements_;
  std::optional<Error> failure_;
  std::set<std::string, std::less<>> topics_;
};

}  // namespace millrace::runtime
