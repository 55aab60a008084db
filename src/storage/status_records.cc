#include "storage/status_records.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "storage/json_text.h"

namespace millrace::storage {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kConnector = "status-connector-", kTask = "status-task-",
                           kTopic = "status-topic-";
constexpr State kStates[] = {State::kUnassigned, State::kRunning, State::kPaused,
                             State::kStopped,    State::kFailed,  State::kRestarting};

std::optional<StatusKey> read_task_key(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  StatusKey key{StatusKey::Kind::kTask, std::string(name.substr(0, dash)), 0, {}};
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + dash + 1, end, key.task);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return key;
}

std::optional<std::string> text_of(const Json& json, const char* field) {
  auto found = json.find(field);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

std::string connector_status_key(std::string_view connector) {
  return std::string(kConnector).append(connector);
}

std::string task_status_key(const TaskId& task) { return std::string(kTask) + task.to_string(); }

std::string topic_status_key(std::string_view connector, std::string_view topic) {
  return std::string(kTopic).append(topic).append(":connector-").append(connector);
}

std::optional<StatusKey> read_status_key(std::string_view key) {
  if (key.starts_with(kConnector) && key.size() > kConnector.size())
    return StatusKey{
        StatusKey::Kind::kConnector, std::string(key.substr(kConnector.size())), 0, {}};
  if (key.starts_with(kTask)) return read_task_key(key.substr(kTask.size()));
  constexpr std::string_view kSeparator = ":connector-";
  if (!key.starts_with(kTopic)) return std::nullopt;
  const std::string_view name = key.substr(kTopic.size());
  const size_t colon = name.find(':');  // no topic has one in its name
  if (colon == std::string_view::npos || colon == 0 || !name.substr(colon).starts_with(kSeparator))
    return std::nullopt;
  const std::string_view connector = name.substr(colon + kSeparator.size());
  if (connector.empty()) return std::nullopt;
  return StatusKey{StatusKey::Kind::kTopic, std::string(connector), 0,
                   std::string(name.substr(0, colon))};
}

std::string status_json(const StoredStatus& status) {
  return "{\"state\":" + json_string(runtime::state_name(status.state)) +
         ",\"trace\":" + (status.trace.empty() ? "null" : json_string(status.trace)) +
         ",\"worker_id\":" + json_string(status.worker_id) +
         ",\"generation\":" + std::to_string(status.generation) +
         ",\"version\":" + (status.version ? json_string(*status.version) : "null") + "}";
}

std::string topic_status_json(const TaskId& task, std::string_view topic, int64_t now_ms) {
  return "{\"topic\":{\"name\":" + json_string(topic) +
         ",\"connector\":" + json_string(task.connector) +
         ",\"task\":" + std::to_string(task.index) +
         ",\"discoverTimestamp\":" + std::to_string(now_ms) + "}}";
}

std::optional<StoredStatus> read_status(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto name = text_of(json, "state");
  const auto generation = json.find("generation");
  if (!name || generation == json.end() || !generation->is_number_integer()) return std::nullopt;
  for (const State state : kStates) {
    if (runtime::state_name(state) != *name) continue;
    StoredStatus status;
    status.state = state;
    status.trace = text_of(json, "trace").value_or("");
    status.worker_id = text_of(json, "worker_id").value_or("");
    status.generation = generation->get<int32_t>();
    status.version = text_of(json, "version");
    return status;
  }
  return std::nullopt;
}

std::optional<std::string> read_topic_status(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto topic = json.find("topic");
  if (topic == json.end() || !topic->is_object() || !text_of(*topic, "connector"))
    return std::nullopt;
  for (const char* field : {"task", "discoverTimestamp"})
    if (auto found = topic->find(field); found == topic->end() || !found->is_number_integer())
      return std::nullopt;
  return text_of(*topic, "name");
}

}  // namespace millrace::storage
