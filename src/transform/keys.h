#pragma once
// Short forms for the configuration tables of this folder.

#include <string>

#include "config/config_def.h"
#include "transform/side_transform.h"

namespace millrace::transform {

// A text that defaults to null.
inline config::ConfigKey text_key(std::string name, config::Importance importance,
                                  std::string documentation) {
  config::ConfigKey key;
  key.name = std::move(name);
  key.importance = importance;
  key.documentation = std::move(documentation);
  return key;
}

inline config::ConfigKey required_key(std::string name, config::Type type,
                                      config::Importance importance, std::string documentation) {
  config::ConfigKey key = text_key(std::move(name), importance, std::move(documentation));
  key.type = type;
  key.required = true;
  return key;
}

inline config::ConfigKey default_key(std::string name, config::Type type, std::string default_value,
                                     config::Importance importance, std::string documentation) {
  config::ConfigKey key = text_key(std::move(name), importance, std::move(documentation));
  key.type = type;
  key.default_value = std::move(default_value);
  return key;
}

// org.apache.kafka.connect.errors.SchemaBuilderException
inline Failure schema_failure(std::string message) {
  return fail(ErrorKind::bad_data, std::move(message),
              "org.apache.kafka.connect.errors.SchemaBuilderException");
}

// ValidList.anyNonDuplicateValues(empty_allowed, false) of 4.x, with its words.
config::Validator list_without_duplicates(bool empty_allowed);

}  // namespace millrace::transform
