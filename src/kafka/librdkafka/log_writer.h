#pragma once
// LogWriter: sends to one topic, in order, and tells when what was sent is acknowledged. A part of
// kafka::TopicLog. Its producer and its thread are made with the first record.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "kafka/librdkafka/log_ends.h"
#include "kafka/producer.h"
#include "kafka/topic_log.h"

namespace millrace::kafka {

class LogWriter {
 public:
  LogWriter(std::string topic, ClientProperties producer, std::string log_context)
      : topic_(std::move(topic)),
        properties_(std::move(producer)),
        log_context_(std::move(log_context)) {}
  ~LogWriter() { stop(); }
  // ends: past what was sent.
  using Sent = std::function<void(const Result<void>&, const LogEnds& ends)>;
  void send(std::vector<LogEntry> entries, std::chrono::milliseconds timeout, Sent sent);
  // What is pending is sent within a few seconds, or fails.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    std::vector<LogEntry> entries;
    Clock::time_point deadline;
    Sent done;
    LogEnds ends;
    size_t sent = 0, open = 0;  // handed over; not yet acknowledged
    std::optional<Error> failure;
  };

  void run();
  Result<void> open();
  void hand_over();
  void collect();
  void finish();

  const std::string topic_;
  const ClientProperties properties_;
  const std::string log_context_;

  // Of the thread.
  std::unique_ptr<Producer> producer_;
  std::deque<std::shared_ptr<Job>> jobs_;  // in order; the first are handed over
  std::vector<Delivery> deliveries_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Job>> added_;
  bool stopping_ = false;
  Clock::time_point stop_at_{};
  std::thread thread_;
};

}  // namespace millrace::kafka
