// millrace_config_key to config::ConfigKey.

#include <limits>

#include "plugin/native/tables.h"

namespace millrace::plugin::native {
namespace {

std::vector<std::string> split(const char* text) {
  std::vector<std::string> parts(1);
  for (const char* next = text; *next != '\0'; ++next) {
    if (*next == ',') {
      parts.emplace_back();
    } else if (*next != ' ' || !parts.back().empty()) {
      parts.back().push_back(*next);
    }
  }
  return parts;
}

config::Validator check_all(std::vector<config::Validator> validators) {
  if (validators.empty()) return {};
  if (validators.size() == 1) return std::move(validators.front());
  return [validators = std::move(validators)](
             std::string_view name, const config::Value& value) -> std::optional<config::Problem> {
    for (const auto& validator : validators) {
      if (auto problem = validator(name, value)) return problem;
    }
    return std::nullopt;
  };
}

void add_validators(const millrace_config_key& key, config::ConfigKey& made) {
  std::vector<config::Validator> validators;
  auto add = [&](config::Validator validator, std::string words) {
    validators.push_back(std::move(validator));
    made.valid_values += (made.valid_values.empty() ? "" : ",") + words;
  };
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
  constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();
  // A key that was made by a C initialiser with zeros at its end has no limits either.
  bool limited =
      (key.minimum != kLowest || key.maximum != kHighest) && (key.minimum != 0 || key.maximum != 0);
  if (limited && key.maximum == kHighest) {
    add(config::at_least(key.minimum), "[" + std::to_string(key.minimum) + ",...]");
  } else if (limited) {
    add(config::between(key.minimum, key.maximum),
        "[" + std::to_string(key.minimum) + ",...," + std::to_string(key.maximum) + "]");
  }
  if (key.allowed_values != nullptr) {
    bool ignore_case = (key.flags & MILLRACE_KEY_IGNORE_CASE) != 0;
    std::string words = ignore_case ? "(case insensitive) [" : "[";
    for (const std::string& value : split(key.allowed_values))
      words += (words.back() == '[' ? "" : ", ") + value;
    add(ignore_case ? config::one_of_ignoring_case(split(key.allowed_values))
                    : config::one_of(split(key.allowed_values)),
        words + "]");
  }
  if (key.flags & MILLRACE_KEY_NOT_EMPTY) add(config::non_empty(), "non-empty string");
  made.validator = check_all(std::move(validators));
}

bool in_range(int32_t value, int32_t last) { return value >= 0 && value <= last; }

}  // namespace

Result<config::ConfigDef> to_config_def(const std::string& class_name,
                                        const millrace_connector& connector) {
  config::ConfigDef definition;
  for (uint32_t i = 0; i < connector.key_count; ++i) {
    const millrace_config_key* given = connector.keys == nullptr ? nullptr : connector.keys[i];
    if (given == nullptr) {
      return fail(ErrorKind::bad_config,
                  class_name + ": millrace_connector::keys[" + std::to_string(i) + "] is NULL");
    }
    millrace_config_key key = full_table(given);
    if (key.name == nullptr || !in_range(key.type, MILLRACE_CONFIG_PASSWORD) ||
        !in_range(key.importance, MILLRACE_LOW) || !in_range(key.width, MILLRACE_WIDTH_LONG)) {
      return fail(ErrorKind::bad_config,
                  class_name + ": the config key " + std::to_string(i) +
                      " has no name, or an unknown type, importance or width");
    }
    config::ConfigKey made;
    made.name = key.name;
    made.type = static_cast<config::Type>(key.type);
    made.required = key.has_default == 0;
    if (key.default_value != nullptr) made.default_value = key.default_value;
    made.importance = static_cast<config::Importance>(key.importance);
    made.documentation = key.documentation == nullptr ? "" : key.documentation;
    if (key.group != nullptr) made.group = key.group;
    made.order = key.order;
    made.width = static_cast<config::Width>(key.width);
    made.display_name = key.display_name == nullptr ? key.name : key.display_name;
    if (key.dependents != nullptr) made.dependents = split(key.dependents);
    made.internal = (key.flags & MILLRACE_KEY_INTERNAL) != 0;
    add_validators(key, made);
    definition.define(std::move(made));
  }
  return definition;
}

}  // namespace millrace::plugin::native
