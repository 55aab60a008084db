#include "storage/config_records.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "convert/base64.h"
#include "storage/json_text.h"

namespace millrace::storage {
namespace {

using Json = nlohmann::json;
using Unreadable = tl::unexpected<UnreadableRecord>;

constexpr std::string_view kTargetState = "target-state-", kConnector = "connector-",
                           kTask = "task-", kCommit = "commit-", kRestart = "restart-connector-",
                           kFencing = "tasks-fencing-", kSessionKey = "session-key",
                           kLogger = "logger-cluster-";

std::string properties_json(const NullableProperties& properties) {
  std::string json = "{\"properties\":{";
  for (const auto& [key, value] : properties) {
    if (json.back() != '{') json += ',';
    json += json_string(key) + ":" + (value ? json_string(*value) : "null");
  }
  return json + "}}";
}

std::optional<TargetState> target_of(std::string_view name) {
  for (const auto state : {TargetState::kStarted, TargetState::kPaused, TargetState::kStopped})
    if (runtime::target_state_name(state) == name) return state;
  return std::nullopt;
}

// Workers older than STOPPED read `state` alone.
std::string target_json(TargetState state) {
  const auto old = state == TargetState::kStopped ? TargetState::kPaused : state;
  return "{\"state\":\"" + std::string(runtime::target_state_name(old)) + "\",\"state.v2\":\"" +
         std::string(runtime::target_state_name(state)) + "\"}";
}

struct Writer {
  RecordText operator()(const ConnectorRecord& record) const {
    RecordText text{std::string(kConnector) + record.connector, std::nullopt};
    if (record.config) text.value = properties_json(*record.config);
    return text;
  }
  RecordText operator()(const TargetStateRecord& record) const {
    RecordText text{std::string(kTargetState) + record.connector, std::nullopt};
    if (record.state) text.value = target_json(*record.state);
    return text;
  }
  RecordText operator()(const TaskRecord& record) const {
    return {std::string(kTask) + record.task.to_string(),
            properties_json({record.config.begin(), record.config.end()})};
  }
  RecordText operator()(const CommitRecord& record) const {
    return {std::string(kCommit) + record.connector,
            "{\"tasks\":" + std::to_string(record.tasks) + "}"};
  }
  RecordText operator()(const TaskCountRecord& record) const {
    return {std::string(kFencing) + record.connector,
            "{\"task-count\":" + std::to_string(record.tasks) + "}"};
  }
  RecordText operator()(const SessionKey& key) const {
    return {std::string(kSessionKey),
            "{\"key\":" + json_string(convert::to_base64(key.key)) +
                ",\"algorithm\":" + json_string(key.algorithm) +
                ",\"creation-timestamp\":" + std::to_string(key.created_ms) + "}"};
  }
  RecordText operator()(const RestartRequest& request) const {
    auto text = [](bool value) { return value ? std::string("true") : std::string("false"); };
    return {std::string(kRestart) + request.connector,
            "{\"include-tasks\":" + text(request.include_tasks) +
                ",\"only-failed\":" + text(request.only_failed) + "}"};
  }
  RecordText operator()(const LoggerRecord& record) const {
    return {std::string(kLogger) + record.logger, "{\"level\":" + json_string(record.level) + "}"};
  }
};

Unreadable ignored(std::string reason) {
  return Unreadable(UnreadableRecord{true, "Ignoring " + std::move(reason)});
}

// Java's names of what a schemaless converter makes of JSON.
std::string class_name(const Json& json) {
  switch (json.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::object: return "java.util.HashMap";
    case Json::value_t::array: return "java.util.ArrayList";
    case Json::value_t::string: return "java.lang.String";
    case Json::value_t::boolean: return "java.lang.Boolean";
    case Json::value_t::number_float: return "java.lang.Double";
    default: return "java.lang.Long";
  }
}

std::optional<NullableProperties> read_properties(const Json& json) {
  auto found = json.find("properties");
  if (found == json.end() || !found->is_object()) return std::nullopt;
  NullableProperties properties;
  for (const auto& [key, value] : found->items()) {
    if (value.is_null())
      properties.emplace(key, std::nullopt);
    else
      properties.emplace(key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return properties;
}

std::optional<int32_t> read_count(const Json& json, const char* field) {
  auto found = json.find(field);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return static_cast<int32_t>(found->get<int64_t>());
}

std::optional<TaskId> read_task_id(std::string_view text) {
  const size_t dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  TaskId task;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + dash + 1, end, task.index);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  task.connector = text.substr(0, dash);
  return task;
}

using Answer = tl::expected<ConfigRecord, UnreadableRecord>;

Answer read_target_state(const std::string& connector, const Json& json) {
  if (json.is_null()) return TargetStateRecord{connector, std::nullopt};
  const std::string what = "target state for connector '" + connector + "' because ";
  if (!json.is_object()) return ignored(what + "it is in the wrong format: " + class_name(json));
  // Written by an older worker where `state.v2` is missing.
  for (const char* field : {"state.v2", "state"}) {
    auto found = json.find(field);
    if (found == json.end() || !found->is_string()) continue;
    if (auto state = target_of(found->get<std::string>()))
      return TargetStateRecord{connector, state};
    return ignored(what + "there is no state '" + found->get<std::string>() + "'");
  }
  return ignored(what + "its 'state' field is not a String");
}

Answer read_connector(const std::string& connector, const Json& json) {
  if (json.is_null()) return ConnectorRecord{connector, std::nullopt};
  const std::string what = "configuration for connector '" + connector + "' because ";
  if (!json.is_object()) return ignored(what + "it is in the wrong format: " + class_name(json));
  auto properties = read_properties(json);
  if (!properties) return ignored(what + "its 'properties' field is not a Map");
  return ConnectorRecord{connector, std::move(properties)};
}

Answer read_task(std::string_view key, const Json& json) {
  auto task = read_task_id(key.substr(kTask.size()));
  if (!task)
    return ignored("task configuration because " + std::string(key) +
                   " couldn't be parsed as a task config key");
  const std::string what = "task configuration for task " + task->to_string() + " because ";
  if (!json.is_object()) return ignored(what + "the value is not a Map but is " + class_name(json));
  auto properties = read_properties(json);
  if (!properties) return ignored(what + "its 'properties' field is not a Map");
  TaskRecord record{*std::move(task), {}};
  for (auto& [name, value] : *properties)
    if (value) record.config.emplace(name, *std::move(value));
  return record;
}

Answer read_session_key(const Json& json) {
  if (!json.is_object())
    return ignored("session key because the value is not a Map but is " + class_name(json));
  auto key = json.find("key"), algorithm = json.find("algorithm"),
       created = json.find("creation-timestamp");
  if (key == json.end() || !key->is_string() || algorithm == json.end() ||
      !algorithm->is_string() || created == json.end() || !created->is_number_integer())
    return ignored("session key because it lacks 'key', 'algorithm' or 'creation-timestamp'");
  Arena arena;
  std::string_view bytes;
  const auto text = key->get<std::string>();
  if (!convert::read_base64(text, arena, bytes))
    return ignored("session key because its 'key' field is not base64");
  return SessionKey{std::string(bytes), algorithm->get<std::string>(), created->get<int64_t>()};
}

Answer read_restart(const std::string& connector, const Json& json) {
  if (!json.is_object())
    return ignored("restart request because the value is not a Map but is " + class_name(json));
  RestartRequest request{connector};
  auto flag = [&](const char* field) {
    auto found = json.find(field);
    return found != json.end() && found->is_boolean() && found->get<bool>();
  };
  request.only_failed = flag("only-failed");
  request.include_tasks = flag("include-tasks");
  return request;
}

Answer read_logger(const std::string& logger, const Json& json) {
  if (json.is_object())
    if (auto level = json.find("level"); level != json.end() && level->is_string())
      return LoggerRecord{logger, level->get<std::string>()};
  return ignored("logging level for namespace " + logger + " because it is in the wrong format");
}

}  // namespace

RecordText to_text(const ConfigRecord& record) { return std::visit(Writer(), record); }

Answer read_config_record(std::string_view key, const std::optional<std::string>& value) {
  Json json;
  // A value without content is a null to Java's converter.
  if (value && value->find_first_not_of(" \t\r\n") != std::string::npos) {
    json = Json::parse(*value, nullptr, false);
    if (json.is_discarded())
      return Unreadable(UnreadableRecord{
          false, "Failed to convert config data to Kafka Connect format: the value of " +
                     std::string(key) + " is no JSON"});
  }
  auto named = [&](std::string_view prefix) { return std::string(key.substr(prefix.size())); };
  // The order matters: prefixes begin alike.
  if (key.starts_with(kTargetState)) return read_target_state(named(kTargetState), json);
  if (key.starts_with(kConnector)) return read_connector(named(kConnector), json);
  if (key.starts_with(kTask)) return read_task(key, json);
  if (key.starts_with(kCommit)) {
    const auto tasks = json.is_object() ? read_count(json, "tasks") : std::nullopt;
    if (tasks) return CommitRecord{named(kCommit), *tasks};
    return ignored("connector tasks configuration commit for connector '" + named(kCommit) +
                   "' because it is in the wrong format");
  }
  if (key.starts_with(kRestart)) return read_restart(named(kRestart), json);
  if (key.starts_with(kFencing)) {
    const auto tasks = json.is_object() ? read_count(json, "task-count") : std::nullopt;
    if (tasks) return TaskCountRecord{named(kFencing), *tasks};
    return ignored("task count record for connector '" + named(kFencing) +
                   "' because it is in the wrong format");
  }
  if (key == kSessionKey) return read_session_key(json);
  if (key.starts_with(kLogger)) return read_logger(named(kLogger), json);
  return Unreadable(UnreadableRecord{
      true, "Discarding config update record with invalid key: " + std::string(key)});
}

}  // namespace millrace::storage
