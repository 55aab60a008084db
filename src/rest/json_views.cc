#include "rest/json_views.h"

#include <nlohmann/json.hpp>

#include "rest/json_value.h"

namespace millrace::rest {
namespace {

using Json = nlohmann::ordered_json;
using config::ConfigKey;
using config::ConfigValue;

constexpr std::string_view kHidden = "[hidden]";

// Texts may come from anywhere (a trace, a plug-in): bytes that are no UTF-8 are replaced.
std::string print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json nullable(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json task_id(const runtime::TaskId& id) {
  return {{"connector", id.connector}, {"task", id.index}};
}

// The object's keys are all different, so they need no look-up as they are added.
Json properties(const config::Properties& given, const herder::KeyOrder& order) {
  Json::object_t object;
  for (const std::string& key : order) {
    auto found = given.find(key);
    object.emplace_back(key, found == given.end() ? Json(nullptr) : Json(found->second));
  }
  if (order.empty())
    for (const auto& [key, value] : given) object.emplace_back(key, value);
  return object;
}

void add_state(Json& json, const herder::ConnectorStatus::Part& part) {
  json["state"] = runtime::state_name(part.state);
  json["worker_id"] = part.worker_id;
  json["version"] = part.version.empty() ? Json(nullptr) : Json(part.version);
  if (!part.trace.empty()) json["trace"] = part.trace;  // last, as Java's 4.x have it
}

std::string_view importance_name(config::Importance importance) {
  switch (importance) {
    case config::Importance::kHigh: return "HIGH";
    case config::Importance::kMedium: return "MEDIUM";
    case config::Importance::kLow: return "LOW";
  }
  return "MEDIUM";
}

std::string_view width_name(config::Width width) {
  switch (width) {
    case config::Width::kNone: return "NONE";
    case config::Width::kShort: return "SHORT";
    case config::Width::kMedium: return "MEDIUM";
    case config::Width::kLong: return "LONG";
  }
  return "NONE";
}

Json hidden_if_password(const ConfigKey* key, const std::optional<std::string>& text) {
  bool hide = key != nullptr && key->type == config::Type::kPassword && text;
  return hide ? Json(kHidden) : nullable(text);
}

Json config_key(const ConfigKey& key) {
  return {{"name", key.name},
          {"type", config::type_name(key.type)},
          {"required", key.required},
          {"default_value", hidden_if_password(&key, key.default_value)},
          {"importance", importance_name(key.importance)},
          {"documentation", key.documentation},
          {"group", nullable(key.group)},
          {"order_in_group", key.order},
          {"width", width_name(key.width)},
          {"display_name", key.display_name},
          {"dependents", key.dependents}};
}

Json config_value(const ConfigKey* key, const ConfigValue& value) {
  return {{"name", value.name},
          {"value", hidden_if_password(key, value.value)},
          {"recommended_values", value.recommended_values},
          {"errors", value.errors},
          {"visible", value.visible}};
}

Json level(const logging::LevelSetting& setting) {
  return {{"level", logging::level_name(setting.level)},
          {"last_modified", setting.modified_ms < 0 ? Json(nullptr) : Json(setting.modified_ms)}};
}

}  // namespace

std::string server_info_json(std::string_view version, std::string_view commit,
                             const std::string& kafka_cluster_id) {
  return print({{"version", version}, {"commit", commit}, {"kafka_cluster_id", kafka_cluster_id}});
}

std::string worker_status_json(std::string_view status, std::string_view message) {
  return print({{"status", status}, {"message", message}});
}

std::string names_json(const std::vector<std::string>& names) { return print(Json(names)); }

std::string properties_json(const config::Properties& given, const herder::KeyOrder& order) {
  return print(properties(given, order));
}

std::string connector_info_json(const herder::ConnectorInfo& info) {
  Json tasks = Json::array();
  for (const runtime::TaskId& id : info.tasks) tasks.push_back(task_id(id));
  return print({{"name", info.name},
                {"config", properties(info.config, info.key_order)},
                {"tasks", std::move(tasks)},
                {"type", info.type}});
}

std::string connector_status_json(const herder::ConnectorStatus& status) {
  Json connector = Json::object();
  add_state(connector, status.connector);
  Json tasks = Json::array();
  for (const auto& part : status.tasks) {
    Json task{{"id", part.index}};
    add_state(task, part);
    tasks.push_back(std::move(task));
  }
  return print({{"name", status.name},
                {"connector", std::move(connector)},
                {"tasks", std::move(tasks)},
                {"type", status.type}});
}

std::string task_status_json(const std::string&, const herder::ConnectorStatus::TaskPart& part) {
  Json task{{"id", part.index}};
  add_state(task, part);
  return print(task);
}

std::string task_infos_json(const std::vector<herder::TaskInfo>& infos) {
  Json tasks = Json::array();
  for (const herder::TaskInfo& info : infos) {
    tasks.push_back(
        {{"id", task_id(info.id)}, {"config", properties(info.config, info.key_order)}});
  }
  return print(tasks);
}

std::string active_topics_json(const std::string& connector,
                               const std::vector<std::string>& topics) {
  Json list;
  list["topics"] = topics;
  Json all;
  all[connector] = std::move(list);
  return print(all);
}

std::string offsets_json(const std::vector<herder::Offset>& offsets) {
  std::string out = R"({"offsets":[)";
  for (const herder::Offset& offset : offsets) {
    if (&offset != &offsets.front()) out.push_back(',');
    out.append(R"({"partition":)").append(offset.partition_json);
    out.append(R"(,"offset":)").append(offset.offset_json).append("}");
  }
  return out + "]}";
}

std::string message_json(std::string_view message) { return print({{"message", message}}); }

std::string plugins_json(const std::vector<herder::PluginInfo>& plugins, bool connectors_only) {
  Json list = Json::array();
  for (const herder::PluginInfo& plugin : plugins) {
    bool connector = plugin.type == "sink" || plugin.type == "source";
    if (connectors_only && !connector) continue;
    Json view{{"class", plugin.class_name}, {"type", plugin.type}};
    if (plugin.version != "undefined") view["version"] = plugin.version;
    list.push_back(std::move(view));
  }
  return print(list);
}

std::string config_keys_json(const std::vector<ConfigKey>& keys) {
  Json list = Json::array();
  for (const ConfigKey& key : keys) {
    if (!key.internal) list.push_back(config_key(key));
  }
  return print(list);
}

std::string config_infos_json(const herder::ConfigInfos& infos) {
  Json configs = Json::array();
  for (const herder::ConfigInfo& info : infos.configs) {
    const ConfigKey* key = info.definition ? &*info.definition : nullptr;
    configs.push_back({{"definition", key != nullptr ? config_key(*key) : Json(nullptr)},
                       {"value", info.value ? config_value(key, *info.value) : Json(nullptr)}});
  }
  return print({{"name", infos.name},
                {"error_count", infos.error_count},
                {"groups", infos.groups},
                {"configs", std::move(configs)}});
}

std::string logger_level_json(const logging::LevelSetting& setting) {
  return print(level(setting));
}

std::string logger_levels_json(const std::map<std::string, logging::LevelSetting>& levels) {
  Json::object_t object;
  for (const auto& [name, setting] : levels) object.emplace_back(name, level(setting));
  return print(object);
}

}  // namespace millrace::rest
