#include "kafka/wire/messages.h"
#include "kafka/wire/writer.h"

namespace millrace::kafka::wire {
namespace {

constexpr std::string_view kSoftwareName = "millrace", kSoftwareVersion = "0.1.0";
// JoinGroupRequest.maybeTruncateReason
constexpr size_t kLongestReason = 255;

Writer writer(Api api, int16_t version) { return Writer(is_flexible(api, version)); }

std::string_view truncated(std::string_view reason) {
  if (reason.size() <= kLongestReason) return reason;
  size_t size = kLongestReason;
  while (size > 0 && (static_cast<uint8_t>(reason[size]) & 0xC0) == 0x80) --size;  // whole letters
  return reason.substr(0, size);
}

}  // namespace

std::string encode_api_versions(int16_t version) {
  Writer out = writer(Api::kApiVersions, version);
  if (version >= 3) {
    out.string(kSoftwareName);
    out.string(kSoftwareVersion);
  }
  out.tags();
  return out.take();
}

std::string encode_metadata(int16_t version) {
  Writer out = writer(Api::kMetadata, version);
  out.array(0);
  if (version >= 4) out.boolean(false);                   // allow auto topic creation
  if (version >= 8 && version <= 10) out.boolean(false);  // cluster's authorized operations
  if (version >= 8) out.boolean(false);                   // topics' authorized operations
  out.tags();
  return out.take();
}

std::string encode_find_coordinator(int16_t version, std::string_view key, CoordinatorType type) {
  Writer out = writer(Api::kFindCoordinator, version);
  if (version <= 3) out.string(key);
  if (version >= 1) out.int8(static_cast<int8_t>(type));
  if (version >= 4) {
    out.array(1);
    out.string(key);
  }
  out.tags();
  return out.take();
}

std::string encode(int16_t version, const JoinGroupRequest& request) {
  Writer out = writer(Api::kJoinGroup, version);
  out.string(request.group_id);
  out.int32(request.session_timeout_ms);
  if (version >= 1) out.int32(request.rebalance_timeout_ms);
  out.string(request.member_id);
  if (version >= 5) out.string(std::nullopt);  // group instance id: Connect has no static members
  out.string(request.protocol_type);
  out.array(request.protocols.size());
  for (const GroupProtocol& protocol : request.protocols) {
    out.string(protocol.name);
    out.bytes(protocol.metadata);
    out.tags();
  }
  if (version >= 8) out.string(truncated(request.reason));
  out.tags();
  return out.take();
}

std::string encode(int16_t version, const SyncGroupRequest& request) {
  Writer out = writer(Api::kSyncGroup, version);
  out.string(request.group_id);
  out.int32(request.generation);
  out.string(request.member_id);
  if (version >= 3) out.string(std::nullopt);
  if (version >= 5) {
    out.string(request.protocol_type);
    out.string(request.protocol_name);
  }
  out.array(request.assignments.size());
  for (const auto& [member, assignment] : request.assignments) {
    out.string(member);
    out.bytes(assignment);
    out.tags();
  }
  out.tags();
  return out.take();
}

std::string encode(int16_t version, const HeartbeatRequest& request) {
  Writer out = writer(Api::kHeartbeat, version);
  out.string(request.group_id);
  out.int32(request.generation);
  out.string(request.member_id);
  if (version >= 3) out.string(std::nullopt);
  out.tags();
  return out.take();
}

std::string encode(int16_t version, const LeaveGroupRequest& request) {
  Writer out = writer(Api::kLeaveGroup, version);
  out.string(request.group_id);
  if (version <= 2) {
    out.string(request.member_id);
  } else {
    out.array(1);
    out.string(request.member_id);
    out.string(std::nullopt);
    if (version >= 5) out.string(truncated(request.reason));
    out.tags();
  }
  out.tags();
  return out.take();
}

std::string encode(int16_t version, const InitProducerIdRequest& request) {
  Writer out = writer(Api::kInitProducerId, version);
  out.string(request.transactional_id);
  out.int32(request.transaction_timeout_ms);
  if (version >= 3) {
    out.int64(-1);
    out.int16(-1);
  }
  out.tags();
  return out.take();
}

std::string encode_sasl_handshake(std::string_view mechanism) {
  Writer out;
  out.string(mechanism);
  return out.take();
}

std::string encode_sasl_authenticate(int16_t version, std::string_view bytes) {
  Writer out = writer(Api::kSaslAuthenticate, version);
  out.bytes(bytes);
  out.tags();
  return out.take();
}

}  // namespace millrace::kafka::wire
