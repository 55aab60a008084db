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

// ---- Reading of Call::document, which may break off somewhere: what the Java worker would notice
// first is told first, in its words. chain: the way from the outermost object to this one, as
// Jackson tells it ("org...ConnectorOffsets["offsets"]->java.util.ArrayList[0]").

// A JSON object of scalars as a configuration: numbers and booleans become text, null stays null,
// all else is refused as the Java worker refuses it.
tl::expected<config::NullableProperties, RestError> to_properties(const JsonValue& json,
                                                                  std::string_view what,
                                                                  const std::string& chain = {});

// A Java class as Jackson names it.
struct JavaType {
  enum class Form : uint8_t { kBean, kMap, kList, kString };
  Form form;
  std::string_view name;        // "java.util.LinkedHashMap"
  std::string_view parameters;  // "<java.lang.String,java.lang.String>"; may be empty
};

// Why `json` is no such thing, judged by how it begins; null stands for any. Text that broke off
// before its end is none, either.
std::optional<RestError> refuse_kind(const JavaType& type, const JsonValue& json,
                                     const std::string& chain = {});
// To be asked when all that is there was read: does it break off here?
std::optional<RestError> refuse_broken(const JsonValue& json, const std::string& chain = {});
// And of the whole document: does anything follow?
std::optional<RestError> refuse_trailing(const JsonValue& document, std::string_view bound_as);
RestError unknown_field(const std::string& name, std::string_view class_name,
                        const std::vector<std::string_view>& known, const JsonValue& object,
                        const std::string& chain = {});
// The way on to a field of a class, to a place in a list.
std::string field_of(const std::string& chain, std::string_view class_name, std::string_view field);
std::string element_of(const std::string& chain, size_t index);

// Its keys as java.util.LinkedHashMap has them: each at its first place.
herder::KeyOrder key_order_of(const JsonValue& json);

// Of a path. What is no 32-bit integer is 404, as the Java worker's path parameters have it.
tl::expected<int32_t, RestError> parse_task_index(const std::string& text);

// For requests whose JSON is not of the form that is read: the Java worker's words, and 500.
RestFailure wrong_type(std::string_view type, const JsonValue& json);

}  // namespace millrace::rest
