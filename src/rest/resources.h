#pragma once
// The resources of the API, each adding its routes to the table; named as in
// org.apache.kafka.connect.runtime.rest.resources.

#include <chrono>
#include <string>

#include "herder/herder.h"
#include "rest/router.h"
#include "rest/server.h"

namespace millrace::rest {

// What handlers work with. Outlives the router.
struct ResourceContext {
  herder::Herder& herder;
  const MetricRegistry& metrics;
  const RestServerOptions& options;

  herder::Herder::Deadline deadline() const {
    return std::chrono::steady_clock::now() + options.request_timeout;
  }
};

void add_root_resource(Router& router, ResourceContext& context);        // / and /health
void add_connectors_resource(Router& router, ResourceContext& context);  // /connectors
void add_connector_actions(Router& router, ResourceContext& context);    // restart, pause ...
void add_connector_offsets(Router& router, ResourceContext& context);    // .../offsets
void add_connector_plugins_resource(Router& router,
                                    ResourceContext& context);        // /connector-plugins
void add_logging_resource(Router& router, ResourceContext& context);  // /admin/loggers
void add_metrics_resource(Router& router, ResourceContext& context);  // /metrics
// /openapi.json, of all routes that the router has; the router must stay where it is.
void add_openapi_resource(Router& router, ResourceContext& context);
// /connectors/{connector}/logs
class ConnectorLogs;
void add_connector_logs_resource(Router& router, ResourceContext& context,
                                 const ConnectorLogs& kept);

// The OpenAPI document of these routes.
std::string openapi_json(const std::vector<Route>& routes);

// A JSON object of scalars as a configuration: numbers and booleans become text, null stays null,
// all else is refused as the Java worker refuses it.
tl::expected<config::NullableProperties, RestError> to_properties(const JsonValue& json,
                                                                  std::string_view what);

// Its keys as java.util.LinkedHashMap has them: each at its first place.
herder::KeyOrder key_order_of(const JsonValue& json);

// Of a path. What is no 32-bit integer is 404, as the Java worker's path parameters have it.
tl::expected<int32_t, RestError> parse_task_index(const std::string& text);

// For requests whose JSON is not of the form that is read: the Java worker's words, and 500.
RestFailure wrong_type(std::string_view type, const JsonValue& json);
RestFailure unknown_field(const std::string& name, std::string_view known);

}  // namespace millrace::rest
