#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "rest/resources.h"

namespace millrace::rest {

using config::NullableProperties;

namespace {

constexpr JavaType kStringMap = {JavaType::Form::kMap, "java.util.LinkedHashMap",
                                 "<java.lang.String,java.lang.String>"};
constexpr JavaType kString = {JavaType::Form::kString, "java.lang.String", ""};

RestError located(std::string message, JsonPlace place, const std::string& chain) {
  message += json_location(place);
  if (!chain.empty()) message += " (through reference chain: " + chain + ")";
  return {500, std::move(message)};
}

bool is_floating(const JsonValue& json) {
  return json.text.find_first_of(".eE") != std::string::npos;
}

// "Array value (token `JsonToken.START_ARRAY`)"
std::string kind_and_token(const JsonValue& json) {
  switch (json.kind) {
    case JsonValue::Kind::kNull: return "Null value (token `JsonToken.VALUE_NULL`)";
    case JsonValue::Kind::kBoolean:
      return json.text == "true" ? "Boolean value (token `JsonToken.VALUE_TRUE`)"
                                 : "Boolean value (token `JsonToken.VALUE_FALSE`)";
    case JsonValue::Kind::kNumber:
      return is_floating(json) ? "Floating-point value (token `JsonToken.VALUE_NUMBER_FLOAT`)"
                               : "Integer value (token `JsonToken.VALUE_NUMBER_INT`)";
    case JsonValue::Kind::kString: return "String value (token `JsonToken.VALUE_STRING`)";
    case JsonValue::Kind::kArray: return "Array value (token `JsonToken.START_ARRAY`)";
    case JsonValue::Kind::kObject: return "Object value (token `JsonToken.START_OBJECT`)";
  }
  return {};
}

std::string no_such_value(const JavaType& type, const JsonValue& json) {
  return "Cannot deserialize value of type `" + std::string(type.name) +
         std::string(type.parameters) + "` from " + kind_and_token(json);
}

// The creator of a class that Jackson misses, and what it would have given to it.
std::string no_creator(const JavaType& type, const JsonValue& json) {
  std::string argument, value;
  int64_t small = 0;
  const char* end = json.text.data() + json.text.size();
  switch (json.kind) {
    case JsonValue::Kind::kBoolean:
      argument = "boolean/Boolean", value = "boolean value (" + json.text + ")";
      break;
    case JsonValue::Kind::kString:
      argument = "String", value = "String value ('" + json.text + "')";
      break;
    default:
      if (is_floating(json)) {
        argument = "double/Double";
      } else if (std::from_chars(json.text.data(), end, small).ec != std::errc()) {
        argument = "BigInteger";
      } else {
        argument = small == static_cast<int32_t>(small) ? "int/Int" : "long/Long";
      }
      value = "Number value (" + json.text + ")";
  }
  return "Cannot construct instance of `" + std::string(type.name) +
         "` (although at least one Creator exists): no " + argument +
         "-argument constructor/factory method to deserialize from " + value;
}

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

std::string wrong_scalar(const JavaType& type, const JsonValue& json) {
  const bool is_text = json.kind == JsonValue::Kind::kString;
  if (type.form == JavaType::Form::kList || (!is_text && type.form == JavaType::Form::kMap))
    return no_such_value(type, json);
  if (!is_text || !is_blank(json.text)) return no_creator(type, json);
  const bool map = type.form == JavaType::Form::kMap;
  return std::string("Cannot coerce empty String (\"\") to ") + (map ? "element of `" : "`") +
         std::string(type.name) + (map ? "`" : "` value") +
         " (but could if coercion was enabled using `CoercionConfig`)";
}

}  // namespace

RestFailure wrong_type(std::string_view type, const JsonValue& json) {
  return RestFailure(
      located(no_such_value({JavaType::Form::kList, type, ""}, json), json.begin, {}));
}

std::optional<RestError> refuse_broken(const JsonValue& json, const std::string& chain) {
  if (!json.broken) return std::nullopt;
  return located(json.broken->message, json.broken->place, chain);
}

std::optional<RestError> refuse_kind(const JavaType& type, const JsonValue& json,
                                     const std::string& chain) {
  if (json.is_scalar() && json.broken) return refuse_broken(json, chain);
  if (json.is_null()) return std::nullopt;
  const bool fits = type.form == JavaType::Form::kString ? json.is_scalar()
                    : type.form == JavaType::Form::kList ? json.is_array()
                                                         : json.is_object();
  if (fits) return std::nullopt;
  return located(json.is_scalar() ? wrong_scalar(type, json) : no_such_value(type, json),
                 json.begin, chain);
}

std::optional<RestError> refuse_trailing(const JsonValue& document, std::string_view bound_as) {
  if (!document.trailing) return std::nullopt;
  const JsonProblem& problem = *document.trailing;
  if (problem.trailing_token.empty()) return located(problem.message, problem.place, {});
  return located("Trailing token (of type " + problem.trailing_token +
                     ") found after value (bound as `" + std::string(bound_as) +
                     "`): not allowed as per `DeserializationFeature.FAIL_ON_TRAILING_TOKENS`",
                 problem.place, {});
}

std::string field_of(const std::string& chain, std::string_view class_name,
                     std::string_view field) {
  return (chain.empty() ? "" : chain + "->") + std::string(class_name) + "[\"" +
         std::string(field) + "\"]";
}

std::string element_of(const std::string& chain, size_t index) {
  return (chain.empty() ? "" : chain + "->") + "java.util.ArrayList[" + std::to_string(index) + "]";
}

RestError unknown_field(const std::string& name, std::string_view class_name,
                        const std::vector<std::string_view>& known, const JsonValue& object,
                        const std::string& chain) {
  std::string names;
  for (std::string_view each : known) {
    if (!names.empty()) names += ", ";
    names.append("\"").append(each).append("\"");
  }
  const std::string count = known.size() == 1
                                ? "one known property: "
                                : std::to_string(known.size()) + " known properties: ";
  return located("Unrecognized field \"" + name + "\" (class " + std::string(class_name) +
                     "), not marked as ignorable (" + count + names + ")",
                 object.after, field_of(chain, class_name, name));
}

tl::expected<NullableProperties, RestError> to_properties(const JsonValue& json,
                                                          std::string_view what,
                                                          const std::string& chain) {
  if (auto refused = refuse_kind(kStringMap, json, chain)) return RestFailure(*refused);
  if (json.is_null()) return refuse(500, "The request does not give " + std::string(what));
  NullableProperties properties;
  for (const auto& [key, value] : json.members) {
    // Of a map Jackson names the key for a value of the wrong kind, not for a text that breaks off.
    const std::string inner =
        value.is_scalar() ? chain : field_of(chain, "java.util.LinkedHashMap", key);
    if (auto refused = refuse_kind(kString, value, inner)) return RestFailure(*refused);
    properties[key] = value.is_null() ? std::nullopt : std::optional<std::string>(value.text);
  }
  if (auto refused = refuse_broken(json, chain)) return RestFailure(*refused);
  if (auto refused = refuse_trailing(json, "java.util.Map")) return RestFailure(*refused);
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
