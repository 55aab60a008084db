// Of a connector: read, alter and reset its offsets (KIP-875).
#include "rest/json_views.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

constexpr std::string_view kOffsets =
    "org.apache.kafka.connect.runtime.rest.entities.ConnectorOffsets";
constexpr std::string_view kOffset =
    "org.apache.kafka.connect.runtime.rest.entities.ConnectorOffset";
constexpr JavaType kOffsetsType = {JavaType::Form::kBean, kOffsets, ""};
constexpr JavaType kOffsetType = {JavaType::Form::kBean, kOffset, ""};
constexpr JavaType kListType = {JavaType::Form::kList, "java.util.ArrayList",
                                "<org.apache.kafka.connect.runtime.rest.entities.ConnectorOffset>"};
constexpr JavaType kMapType = {JavaType::Form::kMap, "java.util.LinkedHashMap",
                               "<java.lang.String,java.lang.Object>"};

// {"partition":{...},"offset":{...}}; a member that is missing is null.
tl::expected<herder::Offset, RestError> read_offset(const JsonValue& json,
                                                    const std::string& chain) {
  if (auto refused = refuse_kind(kOffsetType, json, chain)) return RestFailure(*refused);
  herder::Offset offset{"null", "null"};
  const std::string* unknown = nullptr;
  for (const auto& [name, value] : json.members) {
    const bool partition = name == "partition";
    if (!partition && name != "offset") {
      if (unknown == nullptr) unknown = &name;
      continue;
    }
    const std::string inner = field_of(chain, kOffset, name);
    if (auto refused = refuse_kind(kMapType, value, inner)) return RestFailure(*refused);
    if (auto refused = refuse_broken(value, inner)) return RestFailure(*refused);
    (partition ? offset.partition_json : offset.offset_json) = value.to_json();
  }
  if (auto refused = refuse_broken(json, chain)) return RestFailure(*refused);
  if (unknown != nullptr)
    return RestFailure(unknown_field(*unknown, kOffset, {"partition", "offset"}, json, chain));
  return offset;
}

tl::expected<std::vector<herder::Offset>, RestError> read_list(const JsonValue& list,
                                                               const std::string& chain) {
  if (auto refused = refuse_kind(kListType, list, chain)) return RestFailure(*refused);
  std::vector<herder::Offset> offsets;
  for (size_t i = 0; i < list.elements.size(); ++i) {
    auto offset = read_offset(list.elements[i], element_of(chain, i));
    if (!offset) return RestFailure(offset.error());
    offsets.push_back(*std::move(offset));
  }
  if (auto refused = refuse_broken(list, chain)) return RestFailure(*refused);
  return offsets;
}

// {"offsets":[...]}
tl::expected<std::vector<herder::Offset>, RestError> read_offsets(const JsonValue& json) {
  if (auto refused = refuse_kind(kOffsetsType, json)) return RestFailure(*refused);
  if (json.is_null()) return refuse(500, "The request has no body");
  std::vector<herder::Offset> offsets;
  const std::string* unknown = nullptr;
  for (const auto& [field, list] : json.members) {
    if (field != "offsets") {
      if (unknown == nullptr) unknown = &field;
      continue;
    }
    auto read = read_list(list, field_of({}, kOffsets, field));
    if (!read) return RestFailure(read.error());
    offsets = *std::move(read);
  }
  if (auto refused = refuse_broken(json)) return RestFailure(*refused);
  if (unknown != nullptr) return RestFailure(unknown_field(*unknown, kOffsets, {"offsets"}, json));
  if (auto refused = refuse_trailing(json, kOffsets)) return RestFailure(*refused);
  if (const JsonValue* list = json.find("offsets"))
    for (const JsonValue& element : list->elements)
      if (element.is_null()) return refuse(500, "An element of \"offsets\" is null");
  if (offsets.empty()) {
    return refuse(400, "Partitions / offsets need to be provided for an alter offsets request");
  }
  return offsets;
}

Answer alter(ResourceContext& context, Call& call) {
  auto body = call.document();
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
