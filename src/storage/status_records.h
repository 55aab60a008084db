#pragma once
// The records of the status topic as texts, as Java's JsonConverter writes and reads them without
// schemas. KafkaStatusBackingStore.

#include <optional>
#include <string>
#include <string_view>

#include "storage/status_store.h"

namespace millrace::storage {

// What a record's key names.
struct StatusKey {
  enum class Kind { kConnector, kTask, kTopic } kind = Kind::kConnector;
  std::string connector;
  int32_t task = 0;   // of kTask
  std::string topic;  // of kTopic
};

std::string connector_status_key(std::string_view connector);  // status-connector-X
std::string task_status_key(const TaskId& task);               // status-task-X-0
std::string topic_status_key(std::string_view connector, std::string_view topic);
std::optional<StatusKey> read_status_key(std::string_view key);  // nullopt: none of the three

std::string status_json(const StoredStatus& status);
std::string topic_status_json(const TaskId& task, std::string_view topic, int64_t now_ms);
std::optional<StoredStatus> read_status(const std::string& json);       // nullopt: malformed
std::optional<std::string> read_topic_status(const std::string& json);  // the topic's name

}  // namespace millrace::storage
