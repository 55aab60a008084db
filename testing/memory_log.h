#pragma once
// A kafka::TopicLog in memory: what is sent is acknowledged and read at once, unless a test says
// otherwise. Several logs may share a topic, as several workers do.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kafka/topic_log.h"

namespace millrace::testing {

struct MemoryTopic {
  std::vector<kafka::LogRecord> records;
  void add(std::string key, std::optional<std::string> value) {
    records.push_back(
        {0, static_cast<int64_t>(records.size()), 0, std::move(key), std::move(value)});
  }
};

class MemoryLog final : public kafka::TopicLog {
 public:
  explicit MemoryLog(std::shared_ptr<MemoryTopic> topic) : topic_(std::move(topic)) {}

  Result<void> start(OnRecord on_record) override {
    on_record_ = std::move(on_record);
    read();
    return {};
  }
  void read_to_end(std::chrono::milliseconds, Done done) override {
    read();
    done({});
  }
  void send(std::vector<kafka::LogEntry> entries, std::chrono::milliseconds, Done done) override {
    if (refusal) return done(fail(*refusal));
    for (kafka::LogEntry& entry : entries)
      topic_->add(entry.key.value_or(""), std::move(entry.value));
    done({});
  }
  void stop() override {}

  std::optional<Error> refusal;  // of all that is sent

 private:
  void read() {
    while (next_ < topic_->records.size()) on_record_(topic_->records[next_++]);
  }
  std::shared_ptr<MemoryTopic> topic_;
  OnRecord on_record_;
  size_t next_ = 0;
};

}  // namespace millrace::testing
