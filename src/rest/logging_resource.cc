#include <algorithm>

#include "base/log.h"
#include "rest/json_views.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

Answer get_level(const std::string& name) {
  auto setting = logging::level(name);
  if (!setting) return refuse(404, "Logger " + name + " not found.");
  return json_response(logger_level_json(*setting));
}

Answer set_level(ResourceContext& context, Call& call) {
  auto body = call.document();
  if (!body) return RestFailure(body.error());
  auto map = to_properties(*body, "the levels");
  if (!map) return RestFailure(map.error());
  auto given = map->find("level");
  if (given == map->end() || !given->second) {
    return refuse(400, "Desired 'level' parameter was not specified in request.");
  }
  // Java's words, too, for what its logging library does not take.
  if (given->second->empty()) return refuse(500, "Illegal null or empty Level name.");
  auto level = logging::parse_level(*given->second);
  if (!level) return refuse(404, "invalid log level '" + *given->second + "'.");
  std::vector<std::string> names = logging::set_level(call.path[0], *level);
  const std::string* scope = call.query.find("scope");
  if (scope != nullptr && same_ignoring_case(*scope, "cluster")) {
    auto told = context.herder.set_logger_level_of_cluster(call.path[0], *given->second);
    return told ? Answer(empty_response(204)) : refuse(told.error());
  }
  return json_response(names_json(names));
}

}  // namespace

void add_logging_resource(Router& router, ResourceContext& context) {
  router.add({.method = "GET",
              .pattern = "/admin/loggers",
              .summary = "Loggers with their levels",
              .handler = [](Call&) -> Answer {
                return json_response(logger_levels_json(logging::all_levels()));
              }});
  router.add({.method = "GET",
              .pattern = "/admin/loggers/{logger}",
              .summary = "The level of one logger",
              .handler = [](Call& call) { return get_level(call.path[0]); }});
  router.add({.method = "PUT",
              .pattern = "/admin/loggers/{logger}",
              .summary = "Set the level of a logger and of those below it",
              .handler = [&context](Call& call) { return set_level(context, call); },
              .parameters = {{"scope", "worker (default) or cluster"}}});
}

}  // namespace millrace::rest
