// GET /connectors/{connector}/logs: what a connector and its tasks logged last. Millrace's own.

#include <charconv>
#include <ctime>

#include "rest/connector_logs.h"
#include "rest/json_value.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

constexpr size_t kDefaultTail = 100;

std::string utc_time(int64_t time_ms) {
  char date[32], whole[48];
  const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(whole, sizeof whole, "%s.%03dZ", date, static_cast<int>(time_ms % 1000));
  return whole;
}

std::string line_json(const ConnectorLogs::Line& line) {
  std::string_view context = line.context;
  while (context.ends_with(' ')) context.remove_suffix(1);
  return R"({"time":)" + json_string(utc_time(line.time_ms)) + R"(,"level":)" +
         json_string(logging::level_name(line.level)) + R"(,"context":)" + json_string(context) +
         R"(,"message":)" + json_string(line.message) + R"(,"logger":)" + json_string(line.logger) +
         "}";
}

Answer logs(ResourceContext& context, const ConnectorLogs& kept, Call& call) {
  size_t count = kDefaultTail;
  if (const std::string* tail = call.query.find("tail")) {
    auto [end, error] = std::from_chars(tail->data(), tail->data() + tail->size(), count);
    if (error != std::errc() || end != tail->data() + tail->size()) {
      return refuse(400, "tail must be a number of lines, not '" + *tail + "'");
    }
  }
  auto info = context.herder.connector_info(call.path[0], context.deadline());
  if (!info) return refuse(info.error());
  std::string out = R"({"name":)" + json_string(call.path[0]) + R"(,"lines":[)";
  bool first = true;
  for (const ConnectorLogs::Line& line : kept.tail(call.path[0], count)) {
    if (!std::exchange(first, false)) out.push_back(',');
    out += line_json(line);
  }
  return json_response(out + "]}");
}

}  // namespace

void add_connector_logs_resource(Router& router, ResourceContext& context,
                                 const ConnectorLogs& kept) {
  router.add({.method = "GET",
              .pattern = "/connectors/{connector}/logs",
              .summary = "The last log lines of a connector and its tasks",
              .handler = [&context, &kept](Call& call) { return logs(context, kept, call); },
              .parameters = {{"tail", "how many lines; 100 when absent", Parameter::Where::kQuery,
                              "integer"}}});
}

}  // namespace millrace::rest
