#include "rest/json_views.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

std::string_view without_connector(std::string_view name) {
  static constexpr std::string_view kSuffix = "Connector";
  if (name.size() > kSuffix.size() && name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  return name;
}

Answer validate(ResourceContext& context, Call& call) {
  auto body = call.document();
  if (!body) return RestFailure(body.error());
  auto properties = to_properties(*body, "the connector's configuration");
  if (!properties) return RestFailure(properties.error());
  auto given = properties->find("connector.class");
  if (given != properties->end() && given->second) {
    const std::string& included = *given->second;
    if (!without_connector(included).ends_with(without_connector(call.path[0]))) {
      return refuse(400, "Included connector type " + included + " does not match request type " +
                             call.path[0]);
    }
  }
  auto infos = context.herder.validate(*properties, context.deadline(), key_order_of(*body));
  if (infos) return json_response(config_infos_json(*infos));
  const Error& error = infos.error();
  if (error.kind() == ErrorKind::timed_out) return refuse(error);
  // Here, and only here, the Java worker shows the exception's class and no status of its own.
  return refuse(500, std::string(error.exception_class()) + ": " + error.message());
}

}  // namespace

void add_connector_plugins_resource(Router& router, ResourceContext& context) {
  router.add({.method = "GET",
              .pattern = "/connector-plugins",
              .summary = "Plug-ins that this worker knows",
              .handler = [&context](Call& call) -> Answer {
                bool connectors_only = call.query.boolean("connectorsOnly", true);
                return json_response(plugins_json(context.herder.plugins(), connectors_only));
              },
              .parameters = {{"connectorsOnly", "false: transforms, converters and predicates too",
                              Parameter::Where::kQuery, "boolean"}}});
  router.add({.method = "GET",
              .pattern = "/connector-plugins/{plugin}/config",
              .summary = "The definitions of a plug-in's configuration",
              .handler = [&context](Call& call) -> Answer {
                const std::string* version = call.query.find("version");
                auto keys = context.herder.plugin_config(call.path[0],
                                                         version == nullptr ? "latest" : *version);
                if (!keys) return refuse(keys.error());
                return json_response(config_keys_json(*keys));
              },
              .parameters = {{"version", "of the plug-in; the latest when absent"}}});
  router.add({.method = "PUT",
              .pattern = "/connector-plugins/{plugin}/config/validate",
              .summary = "Check a connector's configuration and show every problem",
              .handler = [&context](Call& call) { return validate(context, call); }});
}

}  // namespace millrace::rest
