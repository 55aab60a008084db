// Validators with the words of Java's ConfigDef.

#include <algorithm>
#include <set>

#include "config/config_def.h"

namespace millrace::config {
namespace {

std::string join(const std::vector<std::string>& items, std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += separator;
    text += items[i];
  }
  return text;
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return result;
}

std::optional<Problem> whole(std::string message) { return Problem{std::move(message), true}; }

// Code points that Character.isISOControl names, in order.
std::vector<std::string> control_characters(std::string_view text) {
  std::vector<std::string> found;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) found.push_back(std::to_string(byte));
    // U+0080 to U+009F in UTF-8
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      found.push_back(std::to_string(static_cast<unsigned char>(text[i + 1])));
  }
  return found;
}

std::optional<Problem> list_problem(const std::string& name, const Value& value,
                                    const std::vector<std::string>& values) {
  if (std::set<std::string>(value.list.begin(), value.list.end()).size() != value.list.size())
    return whole("Configuration '" + name + "' values must not be duplicated.");
  for (const std::string& item : value.list) {
    if (item.empty()) return whole("Configuration '" + name + "' values must not be empty.");
    if (!values.empty() && std::find(values.begin(), values.end(), item) == values.end())
      return whole(invalid_value(name, item, "String must be one of: " + join(values, ", ")));
  }
  return {};
}

}  // namespace

std::string invalid_value(std::string_view name, std::string_view value, std::string_view reason) {
  std::string text = "Invalid value ";
  text.append(value).append(" for configuration ").append(name);
  if (!reason.empty()) text.append(": ").append(reason);
  return text;
}

std::string value_in_message(const ConfigKey& key, const Value& value) {
  if (value.is_null()) return "null";
  if (key.type == Type::kPassword) return "[hidden]";
  if (key.type == Type::kList) return "[" + join(value.list, ", ") + "]";
  return *value.text;
}

Validator between(int64_t minimum, int64_t maximum) {
  return [minimum, maximum](std::string_view, const Value& value) -> std::optional<Problem> {
    if (value.is_null()) return Problem{"Value must be non-null"};
    if (value.number < minimum) return Problem{"Value must be at least " + std::to_string(minimum)};
    if (value.number > maximum)
      return Problem{"Value must be no more than " + std::to_string(maximum)};
    return {};
  };
}

Validator at_least(int64_t minimum) { return between(minimum, INT64_MAX); }

Validator one_of(std::vector<std::string> values) {
  return
      [values = std::move(values)](std::string_view, const Value& value) -> std::optional<Problem> {
        if (value.text && std::find(values.begin(), values.end(), *value.text) != values.end())
          return {};
        return Problem{"String must be one of: " + join(values, ", ")};
      };
}

Validator one_of_ignoring_case(std::vector<std::string> values) {
  for (std::string& value : values) value = upper(value);
  return [values = std::move(values)](std::string_view,
                                      const Value& value) -> std::optional<Problem> {
    if (value.text && std::find(values.begin(), values.end(), upper(*value.text)) != values.end())
      return {};
    return Problem{"String must be one of (case insensitive): " + join(values, ", ")};
  };
}

Validator non_empty() {
  return [](std::string_view, const Value& value) -> std::optional<Problem> {
    if (value.text && value.text->empty()) return Problem{"String must be non-empty"};
    return {};
  };
}

Validator non_empty_without_control() {
  return [](std::string_view, const Value& value) -> std::optional<Problem> {
    if (value.is_null()) return {};
    if (value.text->empty()) return Problem{"String may not be empty"};
    const std::vector<std::string> found = control_characters(*value.text);
    if (found.empty()) return {};
    return Problem{"String may not contain control sequences but had the following ASCII chars: " +
                   join(found, ", ")};
  };
}

Validator non_null() {
  return [](std::string_view name, const Value& value) -> std::optional<Problem> {
    if (value.is_null()) return whole(invalid_value(name, "null", "entry must be non null"));
    return {};
  };
}

Validator list_of(std::vector<std::string> values, bool empty_allowed, bool null_allowed) {
  return [values = std::move(values), empty_allowed, null_allowed](
             std::string_view key, const Value& value) -> std::optional<Problem> {
    const std::string name(key);
    if (value.is_null()) {
      if (null_allowed) return {};
      return whole("Configuration '" + name + "' values must not be null.");
    }
    if (!empty_allowed && value.list.empty())
      return whole("Configuration '" + name + "' must not be empty. Valid values include: " +
                   (values.empty() ? "any non-empty value" : "[" + join(values, ", ") + "]"));
    return list_problem(name, value, values);
  };
}

Validator all_of(std::vector<Validator> validators) {
  return [validators = std::move(validators)](std::string_view name,
                                              const Value& value) -> std::optional<Problem> {
    for (const Validator& validator : validators)
      if (std::optional<Problem> problem = validator(name, value)) return problem;
    return {};
  };
}

}  // namespace millrace::config
