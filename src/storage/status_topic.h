#pragma once
// StatusTopic: a StatusStore in a Kafka topic: KafkaStatusBackingStore.

#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "base/log.h"
#include "kafka/topic_log.h"
#include "storage/status_records.h"
#include "storage/status_store.h"

namespace millrace::storage {

class StatusTopic final : public StatusStore {
 public:
  explicit StatusTopic(std::unique_ptr<kafka::TopicLog> log);

  Result<void> start() override;
  void stop() override;
  void flush() override;
  void put(const std::string& connector, const StoredStatus& status, bool safe) override;
  void put(const TaskId& task, const StoredStatus& status, bool safe) override;
  void remove(const std::string& connector) override;
  void remove(const TaskId& task) override;
  void put_topic(const TaskId& task, const std::string& topic) override;
  void remove_topic(const std::string& connector, const std::string& topic) override;

  std::optional<StoredStatus> get(const std::string& connector) const override;
  std::optional<StoredStatus> get(const TaskId& task) const override;
  std::vector<std::pair<TaskId, StoredStatus>> tasks(const std::string& connector) const override;
  std::vector<std::string> connectors() const override;
  std::vector<std::string> topics(const std::string& connector) const override;

 private:
  void read(const kafka::LogRecord& record);
  void read_task(const TaskId& task, const StoredStatus& status);
  void send(std::string key, std::optional<std::string> value);

  const std::unique_ptr<kafka::TopicLog> log_;
  const Logger logger_;
  mutable std::mutex mutex_;  // guards what was read
  std::map<std::string, StoredStatus> connectors_;
  std::map<TaskId, StoredStatus> tasks_;
  // By connector, and by the topic of the key: the name that the value gives it.
  std::map<std::string, std::map<std::string, std::string>> topics_;
};

}  // namespace millrace::storage
