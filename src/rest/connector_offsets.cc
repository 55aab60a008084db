// Of a connector: read, alter and reset its offsets (KIP-875).
#include "rest/json_views.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

// {"offsets":[{"partition":{...},"offset":{...}}]}; a member that is missing is null.
tl::expected<std::vector<herder::Offset>, RestError> read_offsets(const JsonValue& json) {
  if (json.is_null()) return refuse(500, "The request has no body");
  if (!json.is_object()) return wrong_type("ConnectorOffsets", json);
  std::vector<herder::Offset> offsets;
  for (const auto& [field, list] : json.members) {
    if (field != "offsets") return unknown_field(field, "\"offsets\"");
    offsets.clear();
    if (list.is_null()) continue;
    if (!list.is_array()) return wrong_type("java.util.ArrayList", list);
    for (const JsonValue& element : list.elements) {
      if (!element.is_object()) return wrong_type("ConnectorOffset", element);
      herder::Offset offset{"null", "null"};
      for (const auto& [name, value] : element.members) {
        bool partition = name == "partition";
        if (!partition && name != "offset") return unknown_field(name, R"("partition", "offset")");
        if (!value.is_null() && !value.is_object()) return wrong_type("java.util.Map", value);
        (partition ? offset.partition_json : offset.offset_json) = value.to_json();
      }
      offsets.push_back(std::move(offset));
    }
  }
  if (offsets.empty()) {
    return refuse(400, "Partitions / offsets need to be provided for an alter offsets request");
  }
  return offsets;
}

Answer alter(ResourceContext& context, Call& call) {
  auto body = call.json();
  if (!body) return RestFailure(body.error());
  auto offsets = read_offsets(*body);
  if (!offsets) return RestFailure(offsets.error());
  auto message =
      context.herder.modify_connector_offsets(call.path[0], *offsets, context.deadline());
  if (!message) return refuse(message.error());
  return json_response(message_json(*message));
}

}  // namespace

void add_connector_offsets(Router& router, ResourceContext& context) {
  router.add({.method = "GET",
              .pattern = "/connectors/{connector}/offsets",
              .summary = "A connector's committed offsets",
              .handler = [&context](Call& call) -> Answer {
                auto offsets = context.herder.connector_offsets(call.path[0], context.deadline());
                if (!offsets) return refuse(offsets.error());
                return json_response(offsets_json(*offsets));
              }});
  router.add({.method = "PATCH",
              .pattern = "/connectors/{connector}/offsets",
              .summary = "Alter offsets of a stopped connector",
              .handler = [&context](Call& call) { return alter(context, call); }});
  router.add({.method = "DELETE",
              .pattern = "/connectors/{connector}/offsets",
              .summary = "Reset the offsets of a stopped connector",
              .handler = [&context](Call& call) -> Answer {
                auto message = context.herder.modify_connector_offsets(call.path[0], std::nullopt,
                                                                       context.deadline());
                if (!message) return refuse(message.error());
                return json_response(message_json(*message));
              }});
}

}  // namespace millrace::rest
