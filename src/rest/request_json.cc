#include <charconv>
#include <unordered_set>

#include "rest/resources.h"

namespace millrace::rest {

using config::NullableProperties;

RestFailure wrong_type(std::string_view type, const JsonValue& json) {
  static constexpr std::string_view kKinds[] = {"null",   "Boolean value", "Number value",
                                                "String", "Array value",   "Object value"};
  return refuse(500, "Cannot deserialize value of type `" + std::string(type) + "` from " +
                         std::string(kKinds[static_cast<size_t>(json.kind)]));
}

RestFailure unknown_field(const std::string& name, std::string_view known) {
  return refuse(500, "Unrecognized field \"" + name +
                         "\", not marked as ignorable (known: " + std::string(known) + ")");
}

tl::expected<NullableProperties, RestError> to_properties(const JsonValue& json,
                                                          std::string_view what) {
  if (json.is_null()) return refuse(500, "The request does not give " + std::string(what));
  if (!json.is_object()) return wrong_type("java.util.LinkedHashMap", json);
  NullableProperties properties;
  for (const auto& [key, value] : json.members) {
    if (!value.is_scalar()) return wrong_type("java.lang.String", value);
    properties[key] = value.is_null() ? std::nullopt : std::optional<std::string>(value.text);
  }
  return properties;
}

herder::KeyOrder key_order_of(const JsonValue& json) {
  herder::KeyOrder order;
  std::unordered_set<std::string_view> seen;
  for (const auto& [key, value] : json.members)
    if (seen.insert(key).second) order.push_back(key);
  return order;
}

tl::expected<int32_t, RestError> parse_task_index(const std::string& text) {
  int32_t index = 0;
  const char *begin = text.data(), *end = begin + text.size();
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') ++begin;
  auto [stopped, error] = std::from_chars(begin, end, index);
  if (error != std::errc() || stopped != end) return refuse(404, "HTTP 404 Not Found");
  return index;
}

}  // namespace millrace::rest
