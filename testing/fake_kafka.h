#pragma once
// A Kafka of a test's own, behind the runtime's interfaces: keeps what is produced in memory, and
// acknowledges at once, when told, or never. Thread-safe. What is real about Kafka is tested on a
// real one.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kafka/client.h"

namespace millrace::testing {

struct ProducedRecord {
  std::string topic;
  int32_t partition;
  int64_t timestamp;
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  int64_t offset = -1;  // once acknowledged

  static std::optional<std::string> bytes(const uint8_t* data, size_t size) {
    if (data == nullptr) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(data), size);
  }
};

class FakeKafka {
 public:
  // Set before use.
  bool acknowledge_at_once = true;
  size_t capacity = 1'000'000;  // of a producer: records in flight
  // The code that a record is refused with; 0: it is taken.
  std::function<int32_t(const ProducedRecord&)> refuse;
  // Failure of a send, asked for each record before it is taken.
  std::function<std::optional<Error>(const kafka::OutgoingRecord&)> fail_send;
  std::optional<Error> fail_make_producer;
  std::optional<Error> fail_check_producer;

  std::vector<std::string> values() const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> values;
    for (const ProducedRecord& record : log_) values.push_back(record.value.value_or("null"));
    return values;
  }
  std::vector<ProducedRecord> log() const {
    std::lock_guard lock(mutex_);
    return log_;
  }
  size_t in_flight() const {
    std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  int producers_made() const {
    std::lock_guard lock(mutex_);
    return producers_made_;
  }
  int producers_open() const {
    std::lock_guard lock(mutex_);
    return producers_open_;
  }

  // Failure of "init", "begin", "commit" or "abort".
  std::function<std::optional<Error>(const std::string& what)> fail_transaction;
  // What was done, in order: the values sent, and "init", "begin", "commit", "abort".
  std::vector<std::string> history() const {
    std::lock_guard lock(mutex_);
    return history_;
  }

  // Acknowledges what waits at these places (0: the oldest).
  void acknowledge(std::vector<size_t> places) {
    std::lock_guard lock(mutex_);
    std::sort(places.begin(), places.end());
    for (size_t i = places.size(); i-- > 0;) {
      deliver(waiting_[places[i]]);
      waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(places[i]));
    }
    changed_.notify_all();
  }
  void acknowledge_all() {
    std::lock_guard lock(mutex_);
    for (size_t waiting : waiting_) deliver(waiting);
    waiting_.clear();
    changed_.notify_all();
  }
  void acknowledge_at_once_from_now() {
    {
      std::lock_guard lock(mutex_);
      acknowledge_at_once = true;
    }
    acknowledge_all();
  }

  class Producer : public kafka::Producer {
   public:
    explicit Producer(FakeKafka& kafka) : kafka_(kafka) {
      std::lock_guard lock(kafka_.mutex_);
      ++kafka_.producers_made_;
      ++kafka_.producers_open_;
    }
    ~Producer() override {
      std::lock_guard lock(kafka_.mutex_);
      --kafka_.producers_open_;
      kafka_.waiting_.clear();
      kafka_.deliveries_.clear();
    }
    Result<size_t> send(std::span<const kafka::OutgoingRecord> records) override {
      std::lock_guard lock(kafka_.mutex_);
      size_t taken = 0;
      for (const kafka::OutgoingRecord& record : records) {
        if (kafka_.unpolled() >= kafka_.capacity) break;
        if (kafka_.fail_send) {
          if (auto error = kafka_.fail_send(record)) {
            if (taken > 0) break;
            return fail(std::move(*error));
          }
        }
        kafka_.take(record);
        ++taken;
      }
      kafka_.changed_.notify_all();
      return taken;
    }
    void poll_deliveries(std::chrono::milliseconds timeout,
                         std::vector<kafka::Delivery>& deliveries) override {
      std::unique_lock lock(kafka_.mutex_);
      kafka_.changed_.wait_for(lock, timeout, [this] { return !kafka_.deliveries_.empty(); });
      deliveries.insert(deliveries.end(), kafka_.deliveries_.begin(), kafka_.deliveries_.end());
      kafka_.deliveries_.clear();
    }
    Error describe_error(int32_t error, std::string_view topic) const override {
      return Error(ErrorKind::fatal,
                   "refused with " + std::to_string(error) + " by topic " + std::string(topic));
    }
    void flush_soon() override {}
    Result<void> init_transactions(std::chrono::milliseconds) override {
      return kafka_.transact("init");
    }
    Result<void> begin_transaction() override { return kafka_.transact("begin"); }
    Result<void> commit_transaction(std::chrono::milliseconds) override {
      return kafka_.transact("commit");
    }
    Result<void> abort_transaction(std::chrono::milliseconds) override {
      return kafka_.transact("abort");
    }
    size_t in_flight() const override {
      std::lock_guard lock(kafka_.mutex_);
      return kafka_.unpolled();
    }

   private:
    FakeKafka& kafka_;
  };

 private:
  friend class Producer;
  size_t unpolled() const { return waiting_.size() + deliveries_.size(); }

  Result<void> transact(const std::string& what) {
    std::lock_guard lock(mutex_);
    if (fail_transaction)
      if (auto error = fail_transaction(what)) return fail(std::move(*error));
    history_.push_back(what);
    changed_.notify_all();
    return {};
  }
  void take(const kafka::OutgoingRecord& record) {
    ProducedRecord produced{std::string(record.topic),
                            record.partition,
                            record.timestamp,
                            ProducedRecord::bytes(record.key, record.key_size),
                            ProducedRecord::bytes(record.value, record.value_size),
                            {}};
    for (const kafka::OutgoingHeader& header : record.headers)
      produced.headers.emplace_back(header.key, ProducedRecord::bytes(header.value, header.size));
    if (const int32_t error = refuse ? refuse(produced) : 0; error != 0) {
      deliveries_.push_back({record.token, -1, -1, -1, error});
      return;
    }
    history_.push_back(produced.value.value_or("null"));
    log_.push_back(std::move(produced));
    tokens_.push_back(record.token);
    if (acknowledge_at_once)
      deliver(log_.size() - 1);
    else
      waiting_.push_back(log_.size() - 1);
  }
  void deliver(size_t at) {
    log_[at].offset = next_offset_++;
    deliveries_.push_back(
        {tokens_[at], std::max(0, log_[at].partition), log_[at].offset, log_[at].timestamp, 0});
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ProducedRecord> log_;
  std::vector<std::string> history_;
  std::vector<uint64_t> tokens_;
  std::deque<size_t> waiting_;  // places in log_
  std::vector<kafka::Delivery> deliveries_;
  int64_t next_offset_ = 0;
  int producers_made_ = 0, producers_open_ = 0;
};

// Makes producers of one FakeKafka, which outlives them.
class FakeClientFactory : public kafka::ClientFactory {
 public:
  explicit FakeClientFactory(FakeKafka& kafka) : kafka_(kafka) {}
  Result<std::unique_ptr<kafka::Consumer>> make_consumer(const kafka::ClientProperties&,
                                                         const std::string&) override {
    return fail(ErrorKind::fatal, "no consumers here");
  }
  Result<std::unique_ptr<kafka::Producer>> make_producer(const kafka::ClientProperties&,
                                                         const std::string&) override {
    if (kafka_.fail_make_producer) return fail(*kafka_.fail_make_producer);
    return std::make_unique<FakeKafka::Producer>(kafka_);
  }
  Result<void> check_producer(const kafka::ClientProperties&) override {
    if (kafka_.fail_check_producer) return fail(*kafka_.fail_check_producer);
    return {};
  }
  Result<std::unique_ptr<kafka::Admin>> make_admin(const kafka::ClientProperties&,
                                                   const std::string&) override {
    return fail(ErrorKind::fatal, "no administration here");
  }

 private:
  FakeKafka& kafka_;
};

}  // namespace millrace::testing
