#pragma once
// LogReader: makes a compacted topic where it is missing, checks its settings, reads all of its
// partitions from the begin and then for ever, without a group. A part of kafka::TopicLog.

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "kafka/librdkafka/handle.h"
#include "kafka/librdkafka/log_ends.h"
#include "kafka/topic_log.h"

struct rd_kafka_topic_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace millrace::kafka {

class LogReader {
 public:
  static Result<std::unique_ptr<LogReader>> make(const TopicLogOptions& options,
                                                 TopicLog::OnRecord on_record);
  ~LogReader();
  // Waits until all is read, of a reader of what is committed up to the first open transaction;
  // then the thread goes on.
  Result<void> start();
  void read_to_end(std::chrono::milliseconds timeout, TopicLog::Done done);
  void read_to(const LogEnds& ends, std::chrono::milliseconds timeout, TopicLog::Done done);
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Request {
    Clock::time_point deadline;
    TopicLog::Done done;
    std::vector<int64_t> ends;  // by partition; empty: not asked yet
  };

  LogReader(const TopicLogOptions& options, TopicLog::OnRecord on_record)
      : options_(options), on_record_(std::move(on_record)) {}
  Result<void> prepare_topic();
  Result<int32_t> make_topic_if_missing();
  Result<void> check_cleanup_policy();
  Result<void> begin();
  Result<std::vector<int64_t>> end_offsets(bool read_committed, std::chrono::milliseconds timeout);
  void run();
  void ask(Request request);
  void receive(std::chrono::milliseconds timeout);
  void take(const rd_kafka_message_s& message);
  void serve_requests();
  bool reached(const std::vector<int64_t>& ends) const;
  int32_t partitions() const { return static_cast<int32_t>(positions_.size()); }

  const TopicLogOptions& options_;  // the log's
  const TopicLog::OnRecord on_record_;
  std::shared_ptr<ClientLog> log_;
  std::shared_ptr<Handle> handle_;
  // Asks for the ends. Brokers answer a connection's requests one by one: on handle_'s the question
  // would stand behind a fetch that waits for records, for up to fetch.wait.max.ms.
  std::shared_ptr<Handle> asker_;
  bool read_committed_ = false;
  rd_kafka_topic_s* topic_ = nullptr;
  rd_kafka_queue_s* queue_ = nullptr;
  std::vector<int64_t> positions_;  // next offset by partition; of the reading thread
  std::deque<Request> waiting_;     // of the reading thread

  std::mutex mutex_;  // guards what follows
  std::vector<Request> asked_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::kafka
