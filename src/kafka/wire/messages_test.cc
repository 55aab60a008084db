#include "kafka/wire/messages.h"

#include <gtest/gtest.h>

#include "kafka/wire/frame_reader.h"
#include "kafka/wire/java_messages_for_test.h"
#include "kafka/wire/kafka_error.h"
#include "kafka/wire/reader.h"
#include "kafka/wire/writer.h"

namespace millrace::kafka::wire {
namespace {

std::string bytes(const char* hex) {
  std::string out;
  for (; *hex != 0; hex += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex, 2), nullptr, 16)));
  return out;
}

// Our body of the request of that name; nothing for a response.
std::optional<std::string> ours(const std::string& name, int16_t v) {
  const std::string two_bytes{"\x00\x05", 2};
  if (name == "ApiVersionsRequest") return encode_api_versions(v);
  if (name == "MetadataRequest") return encode_metadata(v);
  if (name == "FindCoordinatorRequest")
    return encode_find_coordinator(v, "grp", CoordinatorType::kGroup);
  if (name == "JoinGroupRequest")
    return encode(v, JoinGroupRequest{"grp",
                                      10000,
                                      60000,
                                      "m-1",
                                      "connect",
                                      {{"sessioned", "\x01\x02\x03"}, {"default", ""}},
                                      "why"});
  if (name == "SyncGroupRequest")
    return encode(v, SyncGroupRequest{
                         "grp", 7, "m-1", "connect", "sessioned", {{"m-1", "\x09"}, {"m-2", ""}}});
  if (name == "HeartbeatRequest") return encode(v, HeartbeatRequest{"grp", 7, "m-1"});
  if (name == "LeaveGroupRequest") return encode(v, LeaveGroupRequest{"grp", "m-1", "bye"});
  if (name == "InitProducerIdRequest") return encode(v, InitProducerIdRequest{"tx", 60000});
  if (name == "SaslHandshakeRequest") return encode_sasl_handshake("PLAIN");
  if (name == "SaslAuthenticateRequest") return encode_sasl_authenticate(v, two_bytes);
  return std::nullopt;
}

TEST(Messages, RequestsAreJavasInEveryVersion) {
  int compared = 0;
  for (const Sample& sample : kSamples) {
    const auto encoded = ours(sample.name, sample.version);
    if (!encoded) continue;
    EXPECT_EQ(*encoded, bytes(sample.hex)) << sample.name << " version " << sample.version;
    ++compared;
  }
  EXPECT_EQ(compared, 60);
}

template <typename Check>
void each(const char* name, Check check) {
  int seen = 0;
  for (const Sample& sample : kSamples) {
    if (std::string_view(sample.name) != name) continue;
    SCOPED_TRACE(std::string(name) + " version " + std::to_string(sample.version));
    check(sample.version, bytes(sample.hex));
    ++seen;
  }
  EXPECT_GT(seen, 0) << name;
}

TEST(Messages, ResponsesAreReadInEveryVersion) {
  each("ApiVersionsResponse", [](int16_t v, const std::string& body) {
    auto response = decode_api_versions(v, body);
    ASSERT_TRUE(response);
    EXPECT_EQ(*response->versions.pick(Api::kJoinGroup), 7);
    EXPECT_EQ(*response->versions.pick(Api::kApiVersions), 3);
    EXPECT_FALSE(response->versions.pick(Api::kHeartbeat));
  });
  each("MetadataResponse", [](int16_t v, const std::string& body) {
    auto nodes = decode_metadata(v, body);
    ASSERT_TRUE(nodes);
    ASSERT_EQ(nodes->size(), 2u);
    EXPECT_EQ((*nodes)[1].host, "h2");
    EXPECT_EQ((*nodes)[1].port, 9093);
  });
  each("FindCoordinatorResponse", [](int16_t v, const std::string& body) {
    auto response = decode_find_coordinator(v, body);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->node.id, 3);
    EXPECT_EQ(response->node.host, "host");
    EXPECT_EQ(response->node.port, 9092);
  });
  each("JoinGroupResponse", [](int16_t v, const std::string& body) {
    auto response = decode_join_group(v, body);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->generation, 7);
    EXPECT_EQ(response->protocol_type.has_value(), v >= 7);
    EXPECT_EQ(response->protocol_name, "sessioned");
    EXPECT_EQ(response->leader, "m-1");
    EXPECT_EQ(response->skip_assignment, v >= 9);
    EXPECT_EQ(response->members,
              (std::map<std::string, std::string>{{"m-1", "\x01"}, {"m-2", ""}}));
  });
  each("SyncGroupResponse", [](int16_t v, const std::string& body) {
    auto response = decode_sync_group(v, body);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->assignment, "\x04\x05");
    EXPECT_EQ(response->protocol_name.value_or("-"), v >= 5 ? "sessioned" : "-");
  });
  each("HeartbeatResponse", [](int16_t v, const std::string& body) {
    EXPECT_EQ(decode_heartbeat(v, body).value_or(-2), code::kRebalanceInProgress);
  });
  each("LeaveGroupResponse", [](int16_t v, const std::string& body) {
    EXPECT_EQ(decode_leave_group(v, body).value_or(-2), code::kUnknownMemberId);
  });
  each("InitProducerIdResponse", [](int16_t v, const std::string& body) {
    auto response = decode_init_producer_id(v, body);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->producer_id, 99);
    EXPECT_EQ(response->epoch, 3);
  });
  each("SaslHandshakeResponse", [](int16_t, const std::string& body) {
    auto response = decode_sasl_handshake(body);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->mechanisms, (std::vector<std::string>{"PLAIN", "GSSAPI"}));
  });
  each("SaslAuthenticateResponse", [](int16_t v, const std::string& body) {
    auto response = decode_sasl_authenticate(v, body);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->message, "no");
    EXPECT_EQ(response->bytes, "\x07");
    EXPECT_EQ(response->session_lifetime_ms, v >= 1 ? 5000 : 0);
  });
}

// Wherever a response is cut off, it is refused; what comes after metadata's brokers is not read.
TEST(Messages, TruncatedResponsesAreErrors) {
  const auto refused = [](const std::string& name, int16_t v, std::string_view body) {
    if (name == "ApiVersionsResponse") return !decode_api_versions(v, body);
    if (name == "FindCoordinatorResponse") return !decode_find_coordinator(v, body);
    if (name == "JoinGroupResponse") return !decode_join_group(v, body);
    if (name == "SyncGroupResponse") return !decode_sync_group(v, body);
    if (name == "HeartbeatResponse") return !decode_heartbeat(v, body);
    if (name == "LeaveGroupResponse") return !decode_leave_group(v, body);
    if (name == "SaslHandshakeResponse") return !decode_sasl_handshake(body);
    if (name == "SaslAuthenticateResponse") return !decode_sasl_authenticate(v, body);
    return true;
  };
  for (const Sample& sample : kSamples) {
    if (!std::string_view(sample.name).ends_with("Response")) continue;
    // The envelope of these goes on behind what we read of it: other coordinators, other fields.
    const std::string_view name = sample.name;
    if (name == "InitProducerIdResponse" || name == "MetadataResponse") continue;
    const std::string body = bytes(sample.hex);
    const size_t unread = name == "FindCoordinatorResponse" && sample.version >= 3 ? 2 : 0;
    for (size_t size = 0; size + unread < body.size(); ++size)
      EXPECT_TRUE(refused(sample.name, sample.version, std::string_view(body).substr(0, size)))
          << sample.name << " version " << sample.version << " of " << size << " bytes";
  }
}

TEST(Messages, AnUnknownVersionOfApiVersionsIsAnsweredInVersion0) {
  auto response = decode_api_versions(3, bytes("00230000000100120000"
                                               "0002"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->error, code::kUnsupportedVersion);
  EXPECT_EQ(*response->versions.pick(Api::kApiVersions), 2);
}

TEST(Messages, ABrokerOfAnotherAgeIsToldApart) {
  ApiVersions versions;
  versions.add(11, {10, 12});
  auto picked = versions.pick(Api::kJoinGroup);
  ASSERT_FALSE(picked);
  EXPECT_EQ(picked.error().exception_class(),
            "org.apache.kafka.common.errors.UnsupportedVersionException");
  EXPECT_EQ(picked.error().message(),
            "The node does not support JOIN_GROUP with version in range [0,9]. The supported range "
            "is [10,12].");
}

TEST(Messages, AReasonIsCutBetweenLetters) {
  std::string reason(254, 'a');
  reason += "\xC3\xA4";  // one letter of two bytes, beyond the limit of 255
  const std::string body = encode(8, JoinGroupRequest{"g", 1, 1, "", "connect", {}, reason});
  EXPECT_NE(body.find(std::string(254, 'a') + '\0'), std::string::npos);
}

TEST(Reader, NeverReadsBeyondTheEnd) {
  const std::string huge = bytes("7fffffff");
  Reader lengths(huge);
  EXPECT_EQ(lengths.array(2), 0u);
  EXPECT_FALSE(lengths.good());
  const std::string endless = bytes("ffffffffffff");
  Reader varint(endless, true);
  EXPECT_EQ(varint.unsigned_varint(), 0u);
  EXPECT_FALSE(varint.good());
  Reader negative(std::string_view("\xFF\xFE", 2));
  EXPECT_FALSE(negative.nullable_string());
  EXPECT_FALSE(negative.good());
  Reader null_string(std::string_view("\xFF\xFF", 2));
  EXPECT_FALSE(null_string.nullable_string());
  EXPECT_TRUE(null_string.good());
}

TEST(Frames, AreCutOutOfAnyPieces) {
  Writer out;
  out.int32(3);
  const std::string stream =
      out.take() + "abc" + std::string(4, '\0') + std::string("\0\0\0\x01z", 5);
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader;
    std::vector<std::string> frames;
    for (size_t at = 0; at < stream.size(); at += piece) {
      reader.append(std::string_view(stream).substr(at, piece));
      for (;;) {
        auto next = reader.next();
        ASSERT_TRUE(next);
        if (!*next) break;
        frames.push_back(**next);
      }
    }
    EXPECT_EQ(frames, (std::vector<std::string>{"abc", "", "z"})) << piece;
  }
}

TEST(Frames, AnotherProtocolsBytesAreRefused) {
  FrameReader reader;
  reader.append("HTTP/1.1 400 Bad Request");
  EXPECT_FALSE(reader.next());
  FrameReader negative;
  negative.append("\xFF\xFF\xFF\xFF");
  EXPECT_FALSE(negative.next());
}

}  // namespace
}  // namespace millrace::kafka::wire
