// GET /openapi.json: the API's description (OpenAPI 3.0), made from the route table.

#include <map>

#include "rest/json_value.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

// Of the routes that take a body: "METHOD pattern" -> name of its schema.
const std::map<std::string, std::string>& body_schemas() {
  static const std::map<std::string, std::string> schemas{
      {"POST /connectors", "CreateConnectorRequest"},
      {"POST /connectors/validate-records", "ValidateRecordsRequest"},
      {"PUT /connectors/{connector}/config", "Config"},
      {"PATCH /connectors/{connector}/config", "ConfigPatch"},
      {"PATCH /connectors/{connector}/offsets", "ConnectorOffsets"},
      {"PUT /connector-plugins/{plugin}/config/validate", "Config"},
      {"PUT /admin/loggers/{logger}", "LoggerLevel"},
  };
  return schemas;
}

constexpr std::string_view kSchemas = R"({
"Error":{"type":"object","required":["error_code","message"],
 "properties":{"error_code":{"type":"integer"},"message":{"type":"string"}}},
"Config":{"type":"object","additionalProperties":{"type":"string"}},
"ConfigPatch":{"type":"object","additionalProperties":{"type":"string","nullable":true}},
"CreateConnectorRequest":{"type":"object","required":["name","config"],
 "properties":{"name":{"type":"string"},"config":{"$ref":"#/components/schemas/Config"},
  "initial_state":{"type":"string","enum":["RUNNING","PAUSED","STOPPED"]}},
 "additionalProperties":false},
"ConnectorOffsets":{"type":"object","required":["offsets"],"properties":{"offsets":{"type":"array",
 "items":{"type":"object","required":["partition"],"properties":{"partition":{"type":"object"},
  "offset":{"type":"object","nullable":true}}}}}},
"ValidateRecordsRequest":{"type":"object","required":["config"],"properties":{
  "config":{"$ref":"#/components/schemas/Config"},
  "records":{"type":"array","maxItems":1000,"items":{"$ref":"#/components/schemas/GivenRecord"}},
  "range":{"type":"object","required":["topic"],"properties":{"topic":{"type":"string"},
   "partition":{"type":"integer","format":"int32"},"from":{"type":"integer","format":"int64"},
   "to":{"type":"integer","format":"int64"},
   "limit":{"type":"integer","minimum":1,"maximum":1000}},"additionalProperties":false}},
 "additionalProperties":false},
"GivenRecord":{"type":"object","properties":{"topic":{"type":"string"},
  "partition":{"type":"integer","format":"int32"},"offset":{"type":"integer","format":"int64"},
  "timestamp":{"type":"integer","format":"int64"},
  "key":{"$ref":"#/components/schemas/GivenData"},"value":{"$ref":"#/components/schemas/GivenData"},
  "headers":{"type":"array","items":{"type":"object","required":["key"],
   "properties":{"key":{"type":"string"},"value":{"$ref":"#/components/schemas/GivenData"}},
   "additionalProperties":false}}},"additionalProperties":false},
"GivenData":{"nullable":true,"anyOf":[{"type":"string"},
 {"type":"object","description":"bytes, of a sink's record","minProperties":1,"maxProperties":1,
  "properties":{"text":{"type":"string"},"base64":{"type":"string"},"json":{}},
  "additionalProperties":false},
 {"type":"object","description":"Connect data, of a source's record","required":["payload"],
  "properties":{"schema":{"type":"object","nullable":true},"payload":{}},
  "additionalProperties":false}]},
"LoggerLevel":{"type":"object","required":["level"],"properties":{"level":{"type":"string",
 "enum":["TRACE","DEBUG","INFO","WARN","ERROR","FATAL","OFF"]}}}
})";

std::string parameter_json(const std::string& name, bool in_path, const std::string& description,
                           const std::string& type) {
  std::string out = R"({"name":)" + json_string(name) + R"(,"in":)" +
                    (in_path ? R"("path","required":true)" : R"("query")");
  if (!description.empty()) out += R"(,"description":)" + json_string(description);
  return out + R"(,"schema":{"type":)" + json_string(type) + "}}";
}

std::string parameters_json(const Route& route) {
  std::string out;
  auto add = [&out](const std::string& json) { out += (out.empty() ? "" : ",") + json; };
  for (size_t open = route.pattern.find('{'); open != std::string::npos;
       open = route.pattern.find('{', open + 1)) {
    const size_t close = route.pattern.find('}', open);
    const std::string name = route.pattern.substr(open + 1, close - open - 1);
    add(parameter_json(name, true, "", name == "task" ? "integer" : "string"));
  }
  for (const Parameter& one : route.parameters)
    if (one.where == Parameter::Where::kQuery)
      add(parameter_json(one.name, false, one.description, one.type));
  return "[" + out + "]";
}

// "get-connectors-connector-status"
std::string operation_id(const Route& route) {
  std::string id = route.method;
  for (char c : route.pattern) {
    if (c == '/') c = '-';
    if (c != '{' && c != '}') id.push_back(c);
  }
  for (char& c : id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return id.ends_with('-') ? id + "root" : id;
}

std::string tag(const Route& route) {
  const size_t end = route.pattern.find('/', 1);
  const std::string first = route.pattern.substr(1, end == std::string::npos ? end : end - 1);
  return first.empty() ? "worker" : first;
}

std::string operation_json(const Route& route) {
  const std::string type = route.produces.empty() ? "text/plain" : route.produces;
  std::string out = R"({"operationId":)" + json_string(operation_id(route)) + R"(,"tags":[)" +
                    json_string(tag(route)) + R"(],"summary":)" + json_string(route.summary) +
                    R"(,"parameters":)" + parameters_json(route);
  auto body = body_schemas().find(route.method + " " + route.pattern);
  if (body != body_schemas().end()) {
    out += R"(,"requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":)" +
           json_string("#/components/schemas/" + body->second) + "}}}}";
  }
  out += R"(,"responses":{"2XX":{"description":"Done","content":{)" + json_string(type) +
         R"(:{"schema":{}}}},"default":{"description":"The request could not be served",)"
         R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}}}})";
  return out;
}

}  // namespace

std::string openapi_json(const std::vector<Route>& routes) {
  std::map<std::string, std::string> paths;
  for (const Route& route : routes) {
    std::string method = route.method;
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string& path = paths[route.pattern];
    path += (path.empty() ? "" : ",") + json_string(method) + ":" + operation_json(route);
  }
  std::string out = R"({"openapi":"3.0.3","info":{"title":"Kafka Connect REST API","version":)" +
                    json_string(kafka_version()) + R"(},"servers":[{"url":"/"}],"paths":{)";
  bool first = true;
  for (const auto& [pattern, operations] : paths) {
    if (!std::exchange(first, false)) out.push_back(',');
    out += json_string(pattern) + ":{" + operations + "}";
  }
  return out + R"(},"components":{"schemas":)" + std::string(kSchemas) + "}}";
}

void add_openapi_resource(Router& router, ResourceContext&) {
  router.add({.method = "GET",
              .pattern = "/openapi.json",
              .summary = "This description",
              .handler = [&router](Call&) -> Answer {
                return json_response(openapi_json(router.routes()));
              },
              .consumes_json = false});
}

}  // namespace millrace::rest
