// Of a connector: restart, pause, resume, stop, delete, topics.
#include <optional>
#include <vector>

#include "rest/json_views.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

Answer empty_or_error(const Result<void>& result, int status) {
  if (!result) return refuse(result.error());
  return empty_response(status);
}

Answer restart(ResourceContext& context, Call& call) {
  bool include_tasks = call.query.boolean("includeTasks", false);
  bool only_failed = call.query.boolean("onlyFailed", false);
  if (!include_tasks && !only_failed) {
    return empty_or_error(context.herder.restart_connector(call.path[0], context.deadline()), 204);
  }
  auto status = context.herder.restart_connector_and_tasks(call.path[0], only_failed, include_tasks,
                                                           context.deadline());
  if (!status) return refuse(status.error());
  return json_response(connector_status_json(*status), 202);
}

Answer restart_task(ResourceContext& context, Call& call) {
  auto index = parse_task_index(call.path[1]);
  if (!index) return RestFailure(index.error());
  return empty_or_error(context.herder.restart_task({call.path[0], *index}, context.deadline()),
                        204);
}

Answer topics(ResourceContext& context, Call& call) {
  if (!context.options.topic_tracking_enable) return refuse(403, "Topic tracking is disabled.");
  auto topics = context.herder.active_topics(call.path[0]);
  if (!topics) return refuse(topics.error());
  return json_response(active_topics_json(call.path[0], *topics));
}

Answer reset_topics(ResourceContext& context, Call& call) {
  if (!context.options.topic_tracking_enable) return refuse(403, "Topic tracking is disabled.");
  if (!context.options.topic_tracking_allow_reset) {
    return refuse(403, "Topic tracking reset is disabled.");
  }
  return empty_or_error(context.herder.reset_active_topics(call.path[0]), 202);
}

// ---- Between workers of a cluster

herder::InternalRequest internal_request(const Call& call) {
  herder::InternalRequest request;
  if (const auto* mac = find_header(call.request.headers, "X-Connect-Authorization"))
    request.signature = *mac;
  if (const auto* name = find_header(call.request.headers, "X-Connect-Request-Signature-Algorithm"))
    request.signature_algorithm = *name;
  request.body = call.request.body;
  return request;
}

constexpr JavaType kTaskConfigs = {JavaType::Form::kList, "java.util.ArrayList",
                                   "<java.util.Map<java.lang.String,java.lang.String>>"};

// No value: there is a null where a configuration should be. Java comes by it when it has found the
// request to be signed.
tl::expected<std::optional<std::vector<config::Properties>>, RestError> read_task_configs(
    const JsonValue& body) {
  if (auto refused = refuse_kind(kTaskConfigs, body)) return RestFailure(*refused);
  std::vector<config::Properties> tasks;
  bool has_null = body.is_null();
  for (const JsonValue& each : body.elements) {
    if (each.is_null() && !each.broken) {
      has_null = true;
      continue;
    }
    auto given = to_properties(each, "a task's configuration", element_of({}, tasks.size()));
    if (!given) return RestFailure(given.error());
    tasks.push_back(config::given_of(*given));
  }
  if (auto refused = refuse_broken(body)) return RestFailure(*refused);
  if (has_null) return std::nullopt;
  return tasks;
}

Answer put_task_configs(ResourceContext& context, Call& call) {
  if (call.request.body.empty()) return refuse(500, "No content to map due to end-of-input");
  // Whatever its content type is, and without one.
  auto tasks = read_task_configs(parse_json_request(call.request.body));
  if (!tasks) return RestFailure(tasks.error());
  // Without tasks those of no connector are put: that says whether the request is signed.
  const auto put = context.herder.put_task_configs(
      *tasks ? call.path[0] : std::string(), tasks->value_or(std::vector<config::Properties>()),
      internal_request(call), context.deadline());
  if (!*tasks && (put || put.error().kind() == ErrorKind::not_found))
    return refuse(500, "The request has null in place of a task's configuration");
  return empty_or_error(put, 204);
}

}  // namespace

void add_connector_actions(Router& router, ResourceContext& context) {
  auto flag = [](std::string name, std::string description) {
    return Parameter{std::move(name), std::move(description), Parameter::Where::kQuery, "boolean"};
  };
  router.add({.method = "POST",
              .pattern = "/connectors/{connector}/restart",
              .summary = "Restart a connector, its tasks, or those that failed",
              .handler = [&context](Call& call) { return restart(context, call); },
              .parameters = {flag("includeTasks", "restart the tasks too"),
                             flag("onlyFailed", "restart only what has failed")}});
  router.add({.method = "POST",
              .pattern = "/connectors/{connector}/tasks/{task}/restart",
              .summary = "Restart one task",
              .handler = [&context](Call& call) { return restart_task(context, call); }});
  router.add({.method = "PUT",
              .pattern = "/connectors/{connector}/pause",
              .summary = "Pause a connector and its tasks",
              .handler = [&context](Call& call) {
                return empty_or_error(context.herder.pause_connector(call.path[0]), 202);
              }});
  router.add({.method = "PUT",
              .pattern = "/connectors/{connector}/resume",
              .summary = "Resume a paused or stopped connector",
              .handler = [&context](Call& call) {
                return empty_or_error(context.herder.resume_connector(call.path[0]), 202);
              }});
  router.add({.method = "PUT",
              .pattern = "/connectors/{connector}/stop",
              .summary = "Stop a connector: its tasks end, its configuration stays",
              .handler = [&context](Call& call) {
                return empty_or_error(
                    context.herder.stop_connector(call.path[0], context.deadline()), 204);
              }});
  router.add({.method = "DELETE",
              .pattern = "/connectors/{connector}",
              .summary = "Delete a connector",
              .handler = [&context](Call& call) {
                return empty_or_error(
                    context.herder.delete_connector(call.path[0], context.deadline()), 204);
              }});
  router.add({.method = "POST",
              .pattern = "/connectors/{connector}/tasks",
              .summary = "Between workers of a cluster: task configurations",
              .handler = [&context](Call& call) { return put_task_configs(context, call); },
              .consumes_json = false});
  router.add({.method = "PUT",
              .pattern = "/connectors/{connector}/fence",
              .summary = "Between workers of a cluster: fence out older tasks",
              .handler =
                  [&context](Call& call) {
                    return empty_or_error(
                        context.herder.fence_zombies(call.path[0], internal_request(call),
                                                     context.deadline()),
                        204);
                  },
              .consumes_json = false});
  router.add({.method = "GET",
              .pattern = "/connectors/{connector}/topics",
              .summary = "Topics that the connector has used since it was created or reset",
              .handler = [&context](Call& call) { return topics(context, call); }});
  router.add({.method = "PUT",
              .pattern = "/connectors/{connector}/topics/reset",
              .summary = "Forget which topics the connector has used",
              .handler = [&context](Call& call) { return reset_topics(context, call); }});
}

}  // namespace millrace::rest
