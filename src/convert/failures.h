#pragma once
// The errors that converters give, in the classes that Java throws.

#include <string>
#include <utility>

#include "base/result.h"

namespace millrace::convert {

inline Error data_error(std::string message) { return {ErrorKind::bad_data, std::move(message)}; }
inline Failure data_failure(std::string message) { return fail(data_error(std::move(message))); }

inline Error serialization_error(std::string message) {
  return {ErrorKind::bad_data, std::move(message),
          "org.apache.kafka.common.errors.SerializationException"};
}
inline Error schema_builder_error(std::string message) {
  return {ErrorKind::bad_data, std::move(message),
          "org.apache.kafka.connect.errors.SchemaBuilderException"};
}
inline Error null_pointer_error(std::string message) {
  return {ErrorKind::bad_data, std::move(message), "java.lang.NullPointerException"};
}

}  // namespace millrace::convert
