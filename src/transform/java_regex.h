#pragma once
// The check of keys that hold a regular expression:
// org.apache.kafka.connect.transforms.util.RegexValidator.

#include "base/java_regex.h"
#include "config/connector_config.h"

namespace millrace::transform {

inline std::optional<config::Problem> check_java_regex(std::string_view name,
                                                       const config::Value& value) {
  return config::check_regex(name, value);
}

}  // namespace millrace::transform
