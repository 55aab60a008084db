#pragma once
// The check of keys that hold a regular expression:
// org.apache.kafka.connect.transforms.util.RegexValidator.

#include "base/java_regex.h"
#include "config/config_def.h"

namespace millrace::transform {

inline std::optional<config::Problem> check_java_regex(std::string_view,
                                                       const config::Value& value) {
  if (value.is_null()) return std::nullopt;
  Result<JavaRegex> regex = JavaRegex::compile(*value.text);
  if (regex) return std::nullopt;
  return config::Problem{"Invalid regex: " + regex.error().message(), false};
}

}  // namespace millrace::transform
