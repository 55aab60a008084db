#pragma once
// kafka::Producer over one librdkafka producer. Errors of librdkafka's queue and of its metadata
// are told before a record is taken; everything later comes back as a delivery.
//
// Where a topic that was there is unknown to the broker that is asked next (it was made a moment
// ago, or is deleted and made anew), librdkafka gives its records back as failed. Java's producer
// waits for the topic, so such records are kept here and sent again, in their order and before
// those that come later. Not in a transaction, which is aborted then.

#include <chrono>
#include <list>

#include "kafka/librdkafka/handle.h"
#include "kafka/producer.h"

struct rd_kafka_topic_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace millrace::kafka {

class LibrdkafkaProducer final : public Producer {
 public:
  static Result<std::unique_ptr<Producer>> make(const ClientProperties& properties,
                                                const std::string& log_context);
  ~LibrdkafkaProducer() override;  // waits until no borrowed memory is in use any more

  Result<size_t> send(std::span<const OutgoingRecord> records) override;
  void poll_deliveries(std::chrono::milliseconds timeout,
                       std::vector<Delivery>& deliveries) override;
  Error describe_error(int32_t error, std::string_view topic) const override;
  void flush_soon() override;
  size_t in_flight() const override { return in_flight_.load(std::memory_order_relaxed); }
  Result<void> init_transactions(std::chrono::milliseconds timeout) override;
  Result<void> begin_transaction() override;
  Result<void> commit_transaction(std::chrono::milliseconds timeout) override;
  Result<void> abort_transaction(std::chrono::milliseconds timeout) override;

 private:
  LibrdkafkaProducer(std::shared_ptr<Handle> handle, ClientSettings settings);
  rd_kafka_topic_s* topic(std::string_view name);
  size_t plain_run(std::span<const OutgoingRecord> records) const;
  // Both give how many were taken and set `error` (librdkafka's) where one was not.
  size_t send_run(rd_kafka_topic_s* topic, std::span<const OutgoingRecord> records, int& error);
  bool send_one(rd_kafka_topic_s* topic, const OutgoingRecord& record, int& error);
  bool too_large(const OutgoingRecord& record) const;
  void note_refusal(int error, std::string_view why);
  struct Unsent;
  bool is_unsent(const rd_kafka_message_s& message) const;
  void keep_unsent(const rd_kafka_message_s& message);
  void tell_unsent(int error);
  void send_unsent();

  std::shared_ptr<Handle> handle_;
  const ClientSettings settings_;
  rd_kafka_queue_s* queue_;
  std::mutex mutex_;  // topics, unsent records and the scratch of `send`
  std::unordered_map<std::string, rd_kafka_topic_s*> topics_;
  std::string_view last_name_;
  rd_kafka_topic_s* last_topic_ = nullptr;
  std::unique_ptr<rd_kafka_message_s[]> run_;
  std::list<Unsent> unsent_;
  std::chrono::steady_clock::time_point send_unsent_at_{};
  std::vector<Delivery> given_up_;  // of those that were unsent
  bool closing_ = false;
  std::atomic<size_t> in_flight_{0};
  // Of the thread that sends and polls.
  bool admitted_ = false;         // a broker has acknowledged something
  std::optional<Error> refusal_;  // why none ever will
};

}  // namespace millrace::kafka
