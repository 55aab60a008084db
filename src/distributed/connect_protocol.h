#pragma once
// The bytes that workers of one cluster exchange through the group protocol: member metadata and
// assignments, versions 0 (eager), 1 (compatible) and 2 (sessioned).
// org.apache.kafka.connect.runtime.distributed.ConnectProtocol and
// IncrementalCooperativeConnectProtocol.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/task.h"

namespace millrace::distributed {

using runtime::TaskId;

enum class ConnectProtocol : int16_t { kEager = 0, kCompatible = 1, kSessioned = 2 };
std::string_view protocol_name(ConnectProtocol protocol);  // "default", "compatible", "sessioned"
// Any case; unknown names are eager's business: nullopt.
std::optional<ConnectProtocol> protocol_of(std::string_view name);

// Connectors and tasks, in the order in which they were written.
struct Load {
  std::vector<std::string> connectors;
  std::vector<TaskId> tasks;
  bool empty() const { return connectors.empty() && tasks.empty(); }
  bool operator==(const Load&) const = default;
};

struct Assignment {
  static constexpr int16_t kNoError = 0, kConfigMismatch = 1;
  int16_t version = 2;
  int16_t error = kNoError;
  std::string leader;      // member id
  std::string leader_url;  // of its REST API, with a slash at its end
  int64_t config_offset = -1;
  Load assigned;  // version 0: all; else what is new
  Load revoked;
  int32_t delay_ms = 0;  // until the rebalance that is scheduled; 0: none
  bool failed() const { return error != kNoError; }
  bool operator==(const Assignment&) const = default;
};

struct MemberMetadata {
  int16_t version = 2;
  std::string url;
  int64_t config_offset = -1;
  // What the member holds, with the head of its last assignment; nullopt before the first one, and
  // in version 0.
  std::optional<Assignment> allocation;
  bool operator==(const MemberMetadata&) const = default;
};

// The version in the struct decides about the form.
std::string encode(const MemberMetadata& metadata);
std::string encode(const Assignment& assignment);
// Readers take any version from 0 on; what is missing at the end is empty, what follows is ignored.
Result<MemberMetadata> decode_metadata(std::string_view bytes);
Result<Assignment> decode_assignment(std::string_view bytes);

}  // namespace millrace::distributed
