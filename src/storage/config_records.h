#pragma once
// The records of the config topic, as texts: keys and the JSON of values, as Java's JsonConverter
// writes and reads them without schemas. KafkaConfigBackingStore.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "storage/cluster_state.h"

namespace millrace::storage {

// What one record says. Names are as in the record's key.
struct ConnectorRecord {
  std::string connector;
  std::optional<NullableProperties> config;  // nullopt: deleted
};
struct TargetStateRecord {
  std::string connector;
  std::optional<TargetState> state;  // nullopt: deleted
};
struct TaskRecord {
  TaskId task;
  Properties config;
};
struct CommitRecord {
  std::string connector;
  int32_t tasks = 0;
};
struct TaskCountRecord {
  std::string connector;
  int32_t tasks = 0;
};
struct LoggerRecord {
  std::string logger, level;
};
using ConfigRecord = std::variant<ConnectorRecord, TargetStateRecord, TaskRecord, CommitRecord,
                                  TaskCountRecord, SessionKey, RestartRequest, LoggerRecord>;

struct RecordText {
  std::string key;
  std::optional<std::string> value;  // nullopt: a tombstone
};
RecordText to_text(const ConfigRecord& record);

struct UnreadableRecord {
  bool is_json = false;  // else its offset does not count, as in Java
  std::string reason;    // for the log
};
// Nothing is thrown away silently: the caller logs the reason.
tl::expected<ConfigRecord, UnreadableRecord> read_config_record(
    std::string_view key, const std::optional<std::string>& value);

}  // namespace millrace::storage
