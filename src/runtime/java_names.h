#pragma once
// Java exception classes that the runtime's own errors are known by.

namespace millrace::runtime::java {

inline constexpr const char* kConnectException = "org.apache.kafka.connect.errors.ConnectException";
inline constexpr const char* kDataException = "org.apache.kafka.connect.errors.DataException";

}  // namespace millrace::runtime::java
