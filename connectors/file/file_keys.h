#pragma once
// What both file connectors share. Their settings are those of org.apache.kafka.connect.file, so a
// configuration written for the Java classes works unchanged.

#include <cstring>
#include <string>

#include "millrace/sdk.h"

namespace millrace::file {

namespace sdk = ::millrace::sdk;

inline constexpr char kFile[] = "file";
inline constexpr char kTopic[] = "topic";
inline constexpr char kBatchSize[] = "batch.size";

// "WHAT 'FILE': reason of the system".
inline std::string system_error(const std::string& what, const std::string& file,
                                int error_number) {
  return what + " '" + file + "': " + std::strerror(error_number);
}

}  // namespace millrace::file
