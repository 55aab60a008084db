#include "distributed/connect_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

namespace millrace::distributed {
namespace {

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<uint8_t>(byte));
    text += digits;
  }
  return text;
}

Assignment held() {
  Assignment assignment;
  assignment.leader = "m1";
  assignment.leader_url = "u";
  assignment.config_offset = 5;
  assignment.assigned = {{"c"}, {{"c", 0}}};
  return assignment;
}

// The bytes that the classes of Kafka 3.9 and 4.3 write.
TEST(ConnectProtocolTest, MetadataIsJavas) {
  MemberMetadata metadata;
  metadata.url = "http://127.0.0.1:8083/";
  metadata.config_offset = 5;
  EXPECT_EQ(hex(encode(metadata)),
            "00020016687474703a2f2f3132372e302e302e313a383038332f0000000000000005ffffffff");
  metadata.version = 0;
  metadata.url = "u";
  EXPECT_EQ(hex(encode(metadata)), "00000001750000000000000005");
  metadata.version = 1;
  metadata.allocation = held();
  EXPECT_EQ(hex(encode(metadata)),
            "000100017500000000000000050000002e0001000000026d310001750000000000000005"
            "00000001000163000000"
            "02ffffffff000000000000000000000000");
}

TEST(ConnectProtocolTest, AssignmentIsJavas) {
  EXPECT_EQ(hex(encode(held())),
            "0002000000026d31000175000000000000000500000001000163"
            "00000002ffffffff000000000000000000000000");
}

TEST(ConnectProtocolTest, WhatIsWrittenIsReadAgain) {
  for (const int16_t version : {1, 2}) {
    MemberMetadata metadata;
    metadata.version = version;
    metadata.url = "http://w:8083/";
    metadata.config_offset = 77;
    Assignment assignment = held();
    assignment.version = version;
    assignment.assigned = {{"a", "b"}, {{"a", 0}, {"a", 1}, {"only-a-task", 7}}};
    assignment.revoked = {{"gone"}, {{"gone", 3}}};
    assignment.delay_ms = 1600;
    metadata.allocation = assignment;
    auto read = decode_metadata(encode(metadata));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, metadata);
  }
}

// One reader for all versions: what an older one lacks is empty.
TEST(ConnectProtocolTest, OlderAndNewerVersionsAreRead) {
  Assignment eager = held();
  eager.version = 0;
  auto read = decode_assignment(encode(eager));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, eager);
  auto later = decode_assignment(std::string("\0\7", 2) + encode(held()).substr(2) + "more");
  ASSERT_TRUE(later);
  EXPECT_EQ(later->assigned, held().assigned);
  EXPECT_EQ(later->version, 7);
}

TEST(ConnectProtocolTest, WhatIsCutOffIsRefused) {
  const std::string whole = encode(held());
  // Only a whole number of fields can be missing at the end.
  for (const size_t size : {size_t{1}, size_t{3}, size_t{7}, size_t{20}, whole.size() - 1}) {
    EXPECT_FALSE(decode_assignment(whole.substr(0, size))) << size;
  }
  auto negative = decode_metadata(std::string("\xff\xff", 2));
  ASSERT_FALSE(negative);
  EXPECT_EQ(negative.error().message(), "Unsupported subscription version: -1");
}

TEST(ConnectProtocolTest, ProtocolNamesIgnoreCase) {
  EXPECT_EQ(protocol_of("SESSIONED"), ConnectProtocol::kSessioned);
  EXPECT_EQ(protocol_of("default"), ConnectProtocol::kEager);
  EXPECT_EQ(protocol_of("range"), std::nullopt);
}

}  // namespace
}  // namespace millrace::distributed
