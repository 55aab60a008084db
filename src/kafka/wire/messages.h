#pragma once
// The requests and responses of the group protocol and of connecting, as the message definitions of
// Apache Kafka have them (clients/src/main/resources/common/message). Bodies only: headers and
// frames are connection.h's.
//
// Decoders never trust a length; views point into the body that was given.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kafka/group_member.h"
#include "kafka/wire/api.h"

namespace millrace::kafka::wire {

struct Node {
  int32_t id = -1;
  std::string host;
  int32_t port = 0;
};

enum class CoordinatorType : int8_t { kGroup = 0, kTransaction = 1 };

struct JoinGroupRequest {
  std::string group_id;
  int32_t session_timeout_ms = 0, rebalance_timeout_ms = 0;
  std::string member_id;
  std::string protocol_type;
  std::vector<GroupProtocol> protocols;
  std::string reason;
};
struct SyncGroupRequest {
  std::string group_id;
  int32_t generation = -1;
  std::string member_id;
  std::string protocol_type, protocol_name;
  std::map<std::string, std::string> assignments;  // by member id; of a leader only
};
struct HeartbeatRequest {
  std::string group_id;
  int32_t generation = -1;
  std::string member_id;
};
struct LeaveGroupRequest {
  std::string group_id;
  std::string member_id;
  std::string reason;
};
struct InitProducerIdRequest {
  std::string transactional_id;
  int32_t transaction_timeout_ms = 60000;
};

std::string encode_api_versions(int16_t version);
std::string encode_metadata(int16_t version);  // brokers only: asks for no topic
std::string encode_find_coordinator(int16_t version, std::string_view key, CoordinatorType type);
std::string encode(int16_t version, const JoinGroupRequest& request);
std::string encode(int16_t version, const SyncGroupRequest& request);
std::string encode(int16_t version, const HeartbeatRequest& request);
std::string encode(int16_t version, const LeaveGroupRequest& request);
std::string encode(int16_t version, const InitProducerIdRequest& request);
std::string encode_sasl_handshake(std::string_view mechanism);  // version 1
std::string encode_sasl_authenticate(int16_t version, std::string_view bytes);

struct ApiVersionsResponse {
  int16_t error = 0;
  ApiVersions versions;
};
struct FindCoordinatorResponse {
  int16_t error = 0;
  std::string message;
  Node node;
};
struct JoinGroupResponse {
  int16_t error = 0;
  int32_t generation = -1;
  std::optional<std::string> protocol_type;
  std::string protocol_name, leader, member_id;
  bool skip_assignment = false;
  std::map<std::string, std::string> members;  // metadata by member id; the leader gets them
};
struct SyncGroupResponse {
  int16_t error = 0;
  std::optional<std::string> protocol_type, protocol_name;
  std::string assignment;
};
struct InitProducerIdResponse {
  int16_t error = 0;
  int64_t producer_id = -1;
  int16_t epoch = -1;
};
struct SaslHandshakeResponse {
  int16_t error = 0;
  std::vector<std::string> mechanisms;
};
struct SaslAuthenticateResponse {
  int16_t error = 0;
  std::string message, bytes;
  int64_t session_lifetime_ms = 0;
};

Result<ApiVersionsResponse> decode_api_versions(int16_t version, std::string_view body);
Result<std::vector<Node>> decode_metadata(int16_t version, std::string_view body);
Result<FindCoordinatorResponse> decode_find_coordinator(int16_t version, std::string_view body);
Result<JoinGroupResponse> decode_join_group(int16_t version, std::string_view body);
Result<SyncGroupResponse> decode_sync_group(int16_t version, std::string_view body);
Result<int16_t> decode_heartbeat(int16_t version, std::string_view body);    // the error code
Result<int16_t> decode_leave_group(int16_t version, std::string_view body);  // the error code
Result<InitProducerIdResponse> decode_init_producer_id(int16_t version, std::string_view body);
Result<SaslHandshakeResponse> decode_sasl_handshake(std::string_view body);
Result<SaslAuthenticateResponse> decode_sasl_authenticate(int16_t version, std::string_view body);

}  // namespace millrace::kafka::wire
