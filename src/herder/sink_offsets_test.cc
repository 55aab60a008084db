#include <gtest/gtest.h>

#include "herder/offset_changes.h"

namespace millrace::herder {
namespace {

std::string refused(const std::string& partition, const std::string& offset) {
  auto parsed = parse_sink_offsets({{partition, offset}});
  return parsed ? std::string() : parsed.error().message();
}

TEST(SinkOffsets, NumbersMayBeTextsAndTheLastOfAPartitionCounts) {
  const std::string partition = R"({"kafka_topic":"t","kafka_partition":3})";
  auto parsed = parse_sink_offsets({{partition, R"({"kafka_offset":1})"},
                                    {R"({"kafka_topic":"t","kafka_partition":"4"})", "null"},
                                    {partition, R"({"kafka_offset":"+7"})"}});
  ASSERT_TRUE(parsed.has_value());
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ((*parsed)[0].partition, (kafka::TopicPartition{"t", 3}));
  EXPECT_EQ((*parsed)[0].offset, 7);
  EXPECT_EQ((*parsed)[1].partition, (kafka::TopicPartition{"t", 4}));
  EXPECT_EQ((*parsed)[1].offset, -1);
}

TEST(SinkOffsets, WhatIsWrongIsSaidInJavasWords) {
  EXPECT_EQ(refused("null", "null"),
            "The partition for a sink connector offset cannot be null or missing");
  EXPECT_EQ(refused(R"({"kafka_topic":"t"})", "null"),
            "The partition for a sink connector offset must contain the keys 'kafka_topic' and "
            "'kafka_partition'");
  EXPECT_EQ(refused(R"({"kafka_topic":null,"kafka_partition":0})", "null"),
            "Kafka topic names must be valid strings and may not be null");
  EXPECT_EQ(refused(R"({"kafka_topic":"t","kafka_partition":2147483648})", "null"),
            "Failed to parse the following Kafka partition value in the provided offsets: "
            "'2147483648'. Partition values for sink connectors need to be integers.");
  EXPECT_EQ(refused(R"({"kafka_topic":"t","kafka_partition":0})", "{}"),
            "The offset for a sink connector should either be null or contain the key "
            "'kafka_offset'");
  EXPECT_EQ(refused(R"({"kafka_topic":"t","kafka_partition":0})", R"({"kafka_offset":"x"})"),
            "Failed to parse the following Kafka offset value in the provided offsets: 'x'. Offset "
            "values for sink connectors need to be integers.");
}

}  // namespace
}  // namespace millrace::herder
