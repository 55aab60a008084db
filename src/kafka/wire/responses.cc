#include "kafka/wire/messages.h"
#include "kafka/wire/reader.h"

namespace millrace::kafka::wire {
namespace {

Reader reader(Api api, int16_t version, std::string_view body) {
  return Reader(body, is_flexible(api, version));
}

template <typename T>
Result<T> checked(Api api, const Reader& in, T value) {
  if (in.good()) return value;
  return fail(
      ErrorKind::retriable,
      std::string("The broker's ") + name_of(api) + " response ends early or is no such response",
      "org.apache.kafka.common.protocol.types.SchemaException");
}

std::optional<std::string> owned(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

// Null and empty mean the same to us.
std::string text_of(std::optional<std::string_view> text) {
  return std::string(text.value_or(std::string_view()));
}

Node read_node(Reader& in) {
  Node node;
  node.id = in.int32();
  node.host = in.string();
  node.port = in.int32();
  return node;
}

}  // namespace

Result<ApiVersionsResponse> decode_api_versions(int16_t version, std::string_view body) {
  ApiVersionsResponse out;
  // Whoever does not know the version asked for answers in version 0, with error 35.
  Reader peek(body);
  constexpr int16_t kUnsupportedVersion = 35;
  if (peek.int16() == kUnsupportedVersion) version = 0;
  Reader in = reader(Api::kApiVersions, version, body);
  out.error = in.int16();
  for (size_t left = in.array(6); left > 0 && in.good(); --left) {
    const int16_t api = in.int16();
    VersionRange range;
    range.least = in.int16();
    range.most = in.int16();
    in.skip_tags();
    out.versions.add(api, range);
  }
  if (version >= 1) in.int32();
  in.skip_tags();
  return checked(Api::kApiVersions, in, std::move(out));
}

Result<std::vector<Node>> decode_metadata(int16_t version, std::string_view body) {
  Reader in = reader(Api::kMetadata, version, body);
  if (version >= 3) in.int32();
  std::vector<Node> nodes;
  for (size_t left = in.array(9); left > 0 && in.good(); --left) {
    nodes.push_back(read_node(in));
    in.nullable_string();  // rack
    in.skip_tags();
  }
  return checked(Api::kMetadata, in, std::move(nodes));  // topics are of no concern
}

Result<FindCoordinatorResponse> decode_find_coordinator(int16_t version, std::string_view body) {
  Reader in = reader(Api::kFindCoordinator, version, body);
  FindCoordinatorResponse out;
  if (version >= 1) in.int32();
  if (version >= 4) {
    if (in.array(14) == 0) in = Reader({}), in.int8();  // one was asked for
    in.string();
    out.node = read_node(in);
    out.error = in.int16();
    out.message = text_of(in.nullable_string());
  } else {
    out.error = in.int16();
    if (version >= 1) out.message = text_of(in.nullable_string());
    out.node = read_node(in);
  }
  return checked(Api::kFindCoordinator, in, std::move(out));
}

Result<JoinGroupResponse> decode_join_group(int16_t version, std::string_view body) {
  Reader in = reader(Api::kJoinGroup, version, body);
  JoinGroupResponse out;
  if (version >= 2) in.int32();
  out.error = in.int16();
  out.generation = in.int32();
  if (version >= 7) out.protocol_type = owned(in.nullable_string());
  out.protocol_name = text_of(in.nullable_string());
  out.leader = in.string();
  if (version >= 9) out.skip_assignment = in.boolean();
  out.member_id = in.string();
  for (size_t left = in.array(2); left > 0 && in.good(); --left) {
    const std::string_view member = in.string();
    if (version >= 5) in.nullable_string();
    const std::string_view metadata = in.bytes();
    in.skip_tags();
    out.members.emplace(member, metadata);
  }
  in.skip_tags();
  return checked(Api::kJoinGroup, in, std::move(out));
}

Result<SyncGroupResponse> decode_sync_group(int16_t version, std::string_view body) {
  Reader in = reader(Api::kSyncGroup, version, body);
  SyncGroupResponse out;
  if (version >= 1) in.int32();
  out.error = in.int16();
  if (version >= 5) {
    out.protocol_type = owned(in.nullable_string());
    out.protocol_name = owned(in.nullable_string());
  }
  out.assignment = in.bytes();
  in.skip_tags();
  return checked(Api::kSyncGroup, in, std::move(out));
}

Result<int16_t> decode_heartbeat(int16_t version, std::string_view body) {
  Reader in = reader(Api::kHeartbeat, version, body);
  if (version >= 1) in.int32();
  const int16_t error = in.int16();
  in.skip_tags();
  return checked(Api::kHeartbeat, in, error);
}

Result<int16_t> decode_leave_group(int16_t version, std::string_view body) {
  Reader in = reader(Api::kLeaveGroup, version, body);
  if (version >= 1) in.int32();
  int16_t error = in.int16();
  if (version >= 3) {
    for (size_t left = in.array(4); left > 0 && in.good(); --left) {
      in.string();
      in.nullable_string();
      const int16_t of_member = in.int16();
      if (error == 0) error = of_member;
      in.skip_tags();
    }
  }
  in.skip_tags();
  return checked(Api::kLeaveGroup, in, error);
}

Result<InitProducerIdResponse> decode_init_producer_id(int16_t version, std::string_view body) {
  Reader in = reader(Api::kInitProducerId, version, body);
  InitProducerIdResponse out;
  in.int32();
  out.error = in.int16();
  out.producer_id = in.int64();
  out.epoch = in.int16();
  in.skip_tags();
  return checked(Api::kInitProducerId, in, out);
}

Result<SaslHandshakeResponse> decode_sasl_handshake(std::string_view body) {
  Reader in(body);
  SaslHandshakeResponse out;
  out.error = in.int16();
  for (size_t left = in.array(2); left > 0 && in.good(); --left)
    out.mechanisms.emplace_back(in.string());
  return checked(Api::kSaslHandshake, in, std::move(out));
}

Result<SaslAuthenticateResponse> decode_sasl_authenticate(int16_t version, std::string_view body) {
  Reader in = reader(Api::kSaslAuthenticate, version, body);
  SaslAuthenticateResponse out;
  out.error = in.int16();
  out.message = text_of(in.nullable_string());
  out.bytes = in.bytes();
  if (version >= 1) out.session_lifetime_ms = in.int64();
  in.skip_tags();
  return checked(Api::kSaslAuthenticate, in, std::move(out));
}

}  // namespace millrace::kafka::wire
