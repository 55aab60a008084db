#pragma once
// Java client properties to librdkafka's: one table (client_properties.cc) says for each Java
// property what becomes of it:
//   copied, clamped to librdkafka's range (with a notice), accepted without effect (with a notice),
//   or refused because ignoring it would break a promise that the user asked for.
// `librdkafka.NAME` passes NAME through as it is: a way out that the Java client does not have.

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kafka/client.h"

namespace millrace::kafka {

enum class ClientRole : uint8_t { kProducer = 1, kConsumer = 2, kAdmin = 4 };

// Consumers only, and off by default. `true`: offsets that are gone before they were read
// (retention, or the dev broker's small log) fail the task, where auto.offset.reset would skip them
// silently.
inline constexpr std::string_view kFailOnLostRecords = "millrace.fail.on.lost.records";

enum class OffsetReset : uint8_t { kEarliest, kLatest, kNone, kByDuration };

struct ClientSetting {
  std::string name;  // librdkafka's
  std::string value;
  bool secret = false;  // the value must not be printed
};

struct ClientSettings {
  std::vector<ClientSetting> settings;
  std::vector<std::string> notices;  // for the log, once for each client

  // What librdkafka does not do by itself.
  size_t max_poll_records = 500;
  size_t max_request_size = 1048576;
  std::chrono::milliseconds metadata_max_age{300000};
  std::chrono::milliseconds api_timeout{60000};
  std::chrono::milliseconds linger{5};
  OffsetReset offset_reset = OffsetReset::kLatest;
  std::chrono::milliseconds offset_reset_duration{0};  // kByDuration: how far back (KIP-1106)
  bool read_committed = false;
  bool exclude_internal_topics = true;
  bool fail_on_lost_records = false;
  bool has_group = false;

  const std::string* find(std::string_view name) const;
  void set(std::string name, std::string value, bool secret = false);  // replaces
};

// An error lists every wrong property, one line each: key, value (never of a password) and the way
// out. Reads the key and trust stores that are named.
Result<ClientSettings> translate_client_properties(ClientRole role, const ClientProperties& java);

}  // namespace millrace::kafka
