// Targets and bodies as anybody may send them.
#include <cstdint>
#include <cstdlib>

#include "rest/json_value.h"
#include "rest/router.h"

using namespace millrace::rest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Router* router = [] {
    auto* made = new Router;
    for (const char* pattern : {"/", "/a/{x}", "/a/{x}/b/{y}"}) {
      made->add({.method = "GET", .pattern = pattern, .handler = [](Call& call) -> Answer {
                   for (const std::string& value : call.path) {
                     if (percent_decode(percent_encode_path(value)) != value) std::abort();
                   }
                   call.query.boolean("x", true);
                   return json_response("{}");
                 }});
    }
    return made;
  }();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  HttpRequest request;
  request.method = "GET";
  if (auto target = split_target(text)) {
    request.path = target->path;
    request.query = target->query;
    router->dispatch(request);
  }
  if (auto json = parse_json(text)) {
    auto again = parse_json(json->to_json());
    if (!again || again->to_json() != json->to_json()) std::abort();
  }
  return 0;
}
