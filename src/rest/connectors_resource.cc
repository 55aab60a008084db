#include <algorithm>

#include "base/log.h"
#include "rest/connector_metrics.h"
#include "rest/json_views.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

using config::NullableProperties;
using runtime::TargetState;
using PropertiesOrError = tl::expected<NullableProperties, RestError>;

const Logger& resource_log() {
  static const Logger log("org.apache.kafka.connect.runtime.rest.resources.ConnectorsResource");
  return log;
}

// As java.lang.String.trim.
std::string trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return std::string(text);
}

struct CreateConnectorRequest {
  std::string name;
  NullableProperties config;
  herder::KeyOrder key_order;
  std::optional<TargetState> initial_state;
};

constexpr std::string_view kRequest =
    "org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest";
constexpr std::string_view kInitialState =
    "org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest$InitialState";
constexpr JavaType kRequestType = {JavaType::Form::kBean, kRequest, ""};
constexpr JavaType kStringType = {JavaType::Form::kString, "java.lang.String", ""};

tl::expected<std::optional<TargetState>, RestError> read_initial_state(const JsonValue& json,
                                                                       const std::string& chain) {
  if (json.is_null()) return std::nullopt;
  std::string upper = json.text;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (upper == "RUNNING") return TargetState::kStarted;
  if (upper == "PAUSED") return TargetState::kPaused;
  if (upper == "STOPPED") return TargetState::kStopped;
  const std::string constant =
      "org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest.InitialState." + upper;
  std::string message = "Cannot construct instance of `" + std::string(kInitialState) +
                        "`, problem: No enum constant " + constant;
  if (json.is_array()) {
    message = "Input mismatch reading Enum `" + std::string(kInitialState) +
              "`: properties-based `@JsonCreator` ([method " + std::string(kInitialState) +
              "#forValue(java.lang.String)]) expects String Value, got Array value "
              "(`JsonToken.START_ARRAY`)";
  } else if (json.is_object()) {
    return RestFailure(*refuse_kind({JavaType::Form::kString, kInitialState, ""}, json, chain));
  }
  return refuse(500,
                message + json_location(json.begin) + " (through reference chain: " + chain + ")");
}

tl::expected<CreateConnectorRequest, RestError> read_create_request(const JsonValue& json) {
  if (auto refused = refuse_kind(kRequestType, json)) return RestFailure(*refused);
  if (json.is_null()) return refuse(500, "The request has no body");
  CreateConnectorRequest request;
  bool has_config = false;
  const std::string* unknown = nullptr;
  for (const auto& [field, value] : json.members) {
    const std::string chain = field_of({}, kRequest, field);
    if (field == "name") {
      if (auto refused = refuse_kind(kStringType, value, chain)) return RestFailure(*refused);
      request.name = trim(value.text);
    } else if (field == "config") {
      if (value.is_null()) continue;
      auto properties = to_properties(value, "config", chain);
      if (!properties) return RestFailure(properties.error());
      request.config = std::move(*properties);
      request.key_order = key_order_of(value);
      has_config = true;
    } else if (field == "initial_state") {
      if (value.broken && value.is_scalar()) return RestFailure(*refuse_broken(value, chain));
      auto state = read_initial_state(value, chain);
      if (!state) return RestFailure(state.error());
      request.initial_state = *state;
    } else if (unknown == nullptr) {
      unknown = &field;  // told when the rest is read
    }
  }
  if (auto refused = refuse_broken(json)) return RestFailure(*refused);
  if (unknown != nullptr)
    return RestFailure(
        unknown_field(*unknown, kRequest, {"config", "name", "initial_state"}, json));
  if (auto refused = refuse_trailing(json, kRequest)) return RestFailure(*refused);
  if (!has_config) return refuse(500, "The request has no \"config\"");
  return request;
}

// The name in the configuration must be that of the request; where there is none it is added.
std::optional<RestError> settle_name(const std::string& name, NullableProperties& config,
                                     herder::KeyOrder& key_order) {
  auto [found, added] = config.try_emplace("name", name);
  if (added) {
    key_order.push_back("name");
    return std::nullopt;
  }
  if (!found->second) {
    found->second = name;
  } else if (*found->second != name) {
    return RestError{400, "Connector name configuration (" + *found->second +
                              ") doesn't match connector name in the URL (" + name + ")"};
  }
  return std::nullopt;
}

PropertiesOrError read_config(const Call& call, herder::KeyOrder& key_order) {
  auto body = call.document();
  if (!body) return RestFailure(body.error());
  key_order = key_order_of(*body);
  return to_properties(*body, "the connector's configuration");
}

Answer created_or_replaced(const Call& call, const herder::Created& result) {
  HttpResponse response =
      json_response(connector_info_json(result.info), result.created ? 201 : 200);
  if (result.created) {
    response.headers.emplace_back("Location", call.request.scheme + "://" + call.request.authority +
                                                  "/connectors/" +
                                                  percent_encode_path(result.info.name));
  }
  return response;
}

Answer create(ResourceContext& context, Call& call) {
  auto body = call.document();
  if (!body) return RestFailure(body.error());
  auto request = read_create_request(*body);
  if (!request) return RestFailure(request.error());
  if (auto problem = settle_name(request->name, request->config, request->key_order))
    return RestFailure(*problem);
  auto result = context.herder.put_connector_config(
      request->name, request->config, request->initial_state,
      /*allow_replace=*/false, context.deadline(), request->key_order);
  if (!result) return refuse(result.error());
  return created_or_replaced(call, *result);
}

Answer put_config(ResourceContext& context, Call& call) {
  herder::KeyOrder key_order;
  auto config = read_config(call, key_order);
  if (!config) return RestFailure(config.error());
  if (auto problem = settle_name(call.path[0], *config, key_order)) return RestFailure(*problem);
  auto result =
      context.herder.put_connector_config(call.path[0], *config, std::nullopt,
                                          /*allow_replace=*/true, context.deadline(), key_order);
  if (!result) return refuse(result.error());
  return created_or_replaced(call, *result);
}

Answer patch_config(ResourceContext& context, Call& call) {
  herder::KeyOrder key_order;
  auto body = call.document();
  if (!body) return RestFailure(body.error());
  if (body->is_null() &&
      !body->broken) {  // Java looks for the connector before it misses the patch
    auto info = context.herder.connector_info(call.path[0], context.deadline());
    if (!info) return refuse(info.error());
  }
  auto patch = read_config(call, key_order);
  if (!patch) return RestFailure(patch.error());
  auto info =
      context.herder.patch_connector_config(call.path[0], *patch, context.deadline(), key_order);
  if (!info) return refuse(info.error());
  return json_response(connector_info_json(*info));
}

// {name: {"status": {...}, "info": {...}}}; connectors that vanish meanwhile are left out.
Answer list_expanded(ResourceContext& context, const std::vector<std::string>& names,
                     const std::vector<std::string>& expansions) {
  auto asked = [&expansions](const char* name) {
    return std::find(expansions.begin(), expansions.end(), name) != expansions.end();
  };
  std::map<std::string, std::string> lags, metrics;
  if (asked("lag")) lags = lag_by_connector(context.metrics);
  if (asked("metrics")) metrics = metrics_by_connector(context.metrics);
  std::string out = "{";
  for (const std::string& name : names) {
    std::string inner;
    bool vanished = false;
    for (const std::string& expansion : expansions) {
      std::string view;
      if (expansion == "status") {
        auto status = context.herder.connector_status(name);
        vanished |= !status;
        if (status) view = connector_status_json(*status);
      } else if (expansion == "info") {
        auto info = context.herder.connector_info(name, context.deadline());
        vanished |= !info;
        if (info) view = connector_info_json(*info);
      } else if (expansion == "lag") {
        auto found = lags.find(name);
        view = found == lags.end() ? kNoLag : found->second;
      } else if (expansion == "metrics") {
        auto found = metrics.find(name);
        view = found == metrics.end() ? kNoMetrics : found->second;
      } else {
        resource_log().info("Ignoring unknown expansion type {}", expansion);
      }
      if (view.empty()) continue;
      if (!inner.empty()) inner.push_back(',');
      inner += json_string(expansion) + ":" + view;
    }
    if (vanished) continue;
    if (out.size() > 1) out.push_back(',');
    out += json_string(name) + ":{" + inner + "}";
  }
  return json_response(out + "}");
}

Answer list(ResourceContext& context, Call& call) {
  auto names = context.herder.connectors(context.deadline());
  if (!names) return refuse(names.error());
  if (call.query.find("expand") == nullptr) return json_response(names_json(*names));
  std::vector<std::string> expansions;
  for (const std::string& expansion : call.query.all("expand")) {
    bool again = std::find(expansions.begin(), expansions.end(), expansion) != expansions.end();
    if (!again) expansions.push_back(expansion);
  }
  return list_expanded(context, *names, expansions);
}

Answer task_status(ResourceContext& context, Call& call) {
  auto index = parse_task_index(call.path[1]);
  if (!index) return RestFailure(index.error());
  auto status = context.herder.connector_status(call.path[0]);
  if (!status && status.error().kind() != ErrorKind::not_found) return refuse(status.error());
  if (status) {
    for (const auto& task : status->tasks) {
      if (task.index == *index) return json_response(task_status_json(call.path[0], task));
    }
  }
  return refuse(404, "No status found for task " + call.path[0] + "-" + std::to_string(*index));
}

}  // namespace

void add_connectors_resource(Router& router, ResourceContext& context) {
  router.add({.method = "GET",
              .pattern = "/connectors",
              .summary = "Names of the connectors",
              .handler = [&context](Call& call) { return list(context, call); },
              .parameters = {{"expand", "status, info, lag or metrics; may be repeated"}}});
  router.add({.method = "POST",
              .pattern = "/connectors",
              .summary = "Create a connector",
              .handler = [&context](Call& call) { return create(context, call); }});
  router.add({.method = "GET",
              .pattern = "/connectors/{connector}",
              .summary = "A connector's configuration and tasks",
              .handler = [&context](Call& call) -> Answer {
                auto info = context.herder.connector_info(call.path[0], context.deadline());
                if (!info) return refuse(info.error());
                return json_response(connector_info_json(*info));
              }});
  router.add({.method = "GET",
              .pattern = "/connectors/{connector}/config",
              .summary = "A connector's configuration",
              .handler = [&context](Call& call) -> Answer {
                auto info = context.herder.connector_info(call.path[0], context.deadline());
                if (!info) return refuse(info.error());
                return json_response(properties_json(info->config, info->key_order));
              }});
  router.add({.method = "PUT",
              .pattern = "/connectors/{connector}/config",
              .summary = "Create a connector or replace its configuration",
              .handler = [&context](Call& call) { return put_config(context, call); }});
  router.add({.method = "PATCH",
              .pattern = "/connectors/{connector}/config",
              .summary = "Change some settings of a connector; null removes one",
              .handler = [&context](Call& call) { return patch_config(context, call); }});
  router.add({.method = "GET",
              .pattern = "/connectors/{connector}/status",
              .summary = "The state of a connector and its tasks",
              .handler = [&context](Call& call) -> Answer {
                auto status = context.herder.connector_status(call.path[0]);
                if (!status) return refuse(status.error());
                return json_response(connector_status_json(*status));
              }});
  router.add({.method = "GET",
              .pattern = "/connectors/{connector}/tasks",
              .summary = "The tasks with their configurations",
              .handler = [&context](Call& call) -> Answer {
                auto tasks = context.herder.task_configs(call.path[0], context.deadline());
                if (!tasks) return refuse(tasks.error());
                return json_response(task_infos_json(*tasks));
              }});
  router.add({.method = "GET",
              .pattern = "/connectors/{connector}/tasks/{task}/status",
              .summary = "The state of one task",
              .handler = [&context](Call& call) { return task_status(context, call); }});
}

}  // namespace millrace::rest
