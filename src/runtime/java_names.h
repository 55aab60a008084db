#pragma once
// Java exception classes that the runtime's own errors are known by.

#include <string>
#include <utility>

#include "base/result.h"

namespace millrace::runtime::java {

inline constexpr const char* kConnectException = "org.apache.kafka.connect.errors.ConnectException";
inline constexpr const char* kDataException = "org.apache.kafka.connect.errors.DataException";

// What a Java client's future makes of a failure: one more cause.
inline Error waited_for(Error failure) {
  Error wrapped(failure.kind(), std::string(failure.exception_class()) + ": " + failure.message(),
                "java.util.concurrent.ExecutionException");
  return std::move(wrapped).caused_by(std::move(failure));
}

}  // namespace millrace::runtime::java
