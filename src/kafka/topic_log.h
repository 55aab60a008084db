#pragma once
// TopicLog: a compacted topic that is read whole, from its begin and then for ever, without a
// group, and written: org.apache.kafka.connect.util.KafkaBasedLog. Implemented by kafka/librdkafka;
// in memory for unit tests and simulations.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/client.h"

namespace millrace::kafka {

struct LogRecord {
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp = -1;  // ms since the epoch
  std::optional<std::string> key, value;
};
struct LogEntry {
  std::optional<std::string> key, value;  // value nullopt: a tombstone
};

struct TopicLogOptions {
  NewTopic topic;  // made where it is missing; cleanup.policy=compact is among its configs
  std::string topic_property;                  // "config.storage.topic": named in errors
  bool single_partition = false;               // more than one partition is refused
  ClientProperties producer, consumer, admin;  // Java client properties
  // Of the producer that claim() makes: with a transactional.id. Empty: there is none.
  ClientProperties owner;
  std::string log_context;
};

// Thread-safe. What was read and what has been read to its end come on one thread of the log's, in
// the order of the topic; what was sent on another, in the order of the calls. None may block.
class TopicLog {
 public:
  using OnRecord = std::function<void(const LogRecord&)>;
  using Done = std::function<void(const Result<void>&)>;
  virtual ~TopicLog() = default;
  // Makes the topic where it is missing, refuses one that is not compacted, reads it to its end:
  // every record is given to `on_record`, on this thread until start returns, then on the log's. A
  // transaction that is still open (isolation.level=read_committed) is not waited for, as Java
  // does for up to a minute: it may be that of a worker that died.
  virtual Result<void> start(OnRecord on_record) = 0;
  // `done` once all that was in the topic when this was called has been given to on_record, or with
  // timed_out after `timeout`. Open transactions are waited for.
  virtual void read_to_end(std::chrono::milliseconds timeout, Done done) = 0;
  // In the order of the calls; acks=all. `done` once all are acknowledged, or one never will be
  // (after `timeout` at the latest).
  virtual void send(std::vector<LogEntry> entries, std::chrono::milliseconds timeout,
                    Done done) = 0;
  // As send, and `done` not before what was sent has been given to on_record, too; on the thread of
  // those who read to the end.
  virtual void send_and_read(std::vector<LogEntry> entries, std::chrono::milliseconds timeout,
                             Done done) {
    send(std::move(entries), timeout, [this, timeout, done](const Result<void>& sent) {
      if (!sent) return done(sent);
      read_to_end(timeout, done);
    });
  }
  // Makes this log's writer the only one that may send as the owner: another log's is shut out, by
  // the transactional id that both have. Nothing where it is so already. Without such an id all may
  // write. On the thread of what was sent, or within the call.
  virtual void claim(std::chrono::milliseconds /*timeout*/, Done done) { done({}); }
  // In one transaction. After a failure nothing of it is ever read, and the log must be claimed
  // again.
  virtual void send_as_owner(std::vector<LogEntry> entries, std::chrono::milliseconds timeout,
                             Done done) {
    send(std::move(entries), timeout, std::move(done));
  }
  // What is pending is sent or fails; nothing is read any more.
  virtual void stop() = 0;
};

using TopicLogFactory = std::function<Result<std::unique_ptr<TopicLog>>(TopicLogOptions options)>;

}  // namespace millrace::kafka
