#pragma once
// OwnerWriter: sends to one topic in transactions, as the only one who may: the producer that was
// made last with its transactional id. A part of kafka::TopicLog; KafkaConfigBackingStore's
// fencable producer. Its thread is made with the first call.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "kafka/producer.h"
#include "kafka/topic_log.h"

namespace millrace::kafka {

class OwnerWriter {
 public:
  OwnerWriter(std::string topic, ClientProperties producer, std::string log_context)
      : topic_(std::move(topic)),
        properties_(std::move(producer)),
        log_context_(std::move(log_context)) {}
  ~OwnerWriter() { stop(); }
  // See TopicLog. Any thread; `done` on the writer's.
  void claim(std::chrono::milliseconds timeout, TopicLog::Done done);
  void send(std::vector<LogEntry> entries, std::chrono::milliseconds timeout, TopicLog::Done done);
  void stop();  // what waits fails

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    std::function<Result<void>()> work;
    TopicLog::Done done;
  };
  void post(Job job);
  void run();
  Result<void> claim_now(Clock::time_point deadline);
  Result<void> send_now(const std::vector<LogEntry>& entries, Clock::time_point deadline);
  Result<void> produce(const std::vector<LogEntry>& entries, Clock::time_point deadline);
  bool stopping();

  const std::string topic_;
  const ClientProperties properties_;
  const std::string log_context_;

  std::unique_ptr<Producer> producer_;  // of the thread; null: not claimed

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::kafka
