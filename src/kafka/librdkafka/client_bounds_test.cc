#include "kafka/librdkafka/client_bounds.h"

#include <gtest/gtest.h>

namespace millrace::kafka {
namespace {

TEST(ClientBounds, SayWhatJavaSays) {
  EXPECT_EQ(client_value_problem("max.poll.records", "0"), "Value must be at least 1");
  EXPECT_EQ(client_value_problem("max.partition.fetch.bytes", "-1"), "Value must be at least 0");
  EXPECT_EQ(client_value_problem("batch.size", "1e3"), "Not a number of type INT");
  EXPECT_EQ(client_value_problem("batch.size", "2147483648"), "Not a number of type INT");
  EXPECT_EQ(client_value_problem("linger.ms", ""), "Not a number of type LONG");
  EXPECT_EQ(client_value_problem("compression.type", "LZ4"),
            "String must be one of: none, gzip, snappy, lz4, zstd");
}

TEST(ClientBounds, AnEmptyTextIsNoMemberOfAList) {
  EXPECT_EQ(client_value_problem("acks", ""), "String must be one of: all, -1, 0, 1");
  EXPECT_EQ(client_value_problem("acks", "-1"), std::nullopt);
  EXPECT_EQ(client_value_problem("isolation.level", ""),
            "String must be one of: read_committed, read_uncommitted");
  EXPECT_EQ(client_value_problem("transactional.id", ""), "String must be non-empty");
  EXPECT_EQ(client_value_problem("transactional.id", "x"), std::nullopt);
}

TEST(ClientBounds, LeaveTheRestAlone) {
  EXPECT_EQ(client_value_problem("receive.buffer.bytes", "-1"), std::nullopt);
  EXPECT_EQ(client_value_problem("max.poll.records", "+5"), std::nullopt);
  EXPECT_EQ(client_value_problem("max.block.ms", "9223372036854775807"), std::nullopt);
  EXPECT_EQ(client_value_problem("nobody.knows", "x"), std::nullopt);
}

}  // namespace
}  // namespace millrace::kafka
