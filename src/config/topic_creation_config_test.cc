#include "config/topic_creation_config.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

constexpr char kFactor[] = "topic.creation.default.replication.factor";
constexpr char kPartitions[] = "topic.creation.default.partitions";

// An empty value takes a key away.
std::string refused(Properties changes) {
  Properties properties{{kFactor, "1"}, {kPartitions, "2"}, {"topic.creation.groups", "one"}};
  for (auto& [key, value] : changes) properties[key] = value;
  for (auto each = properties.begin(); each != properties.end();)
    each = each->second.empty() ? properties.erase(each) : std::next(each);
  auto rules = topic_creation_rules(properties);
  if (rules) return "";
  return std::string(rules.error().exception_class()) + ": " + rules.error().message();
}

TEST(TopicCreationConfig, GroupsTakeWhatTheyDoNotSayFromTheDefault) {
  auto rules = topic_creation_rules({{kFactor, "3"},
                                     {kPartitions, "-1"},
                                     {"topic.creation.groups", "one, default,two"},
                                     {"topic.creation.one.include", "a.*,b"},
                                     {"topic.creation.one.partitions", "7"},
                                     {"topic.creation.two.retention.ms", "5"},
                                     {"topic.creation.default.include", "["}});
  ASSERT_TRUE(rules) << rules.error().trace();
  ASSERT_EQ(rules->size(), 3u);
  EXPECT_EQ((*rules)[0].group, "one");
  EXPECT_EQ((*rules)[0].include, (std::vector<std::string>{"a.*", "b"}));
  EXPECT_EQ((*rules)[0].partitions, 7);
  EXPECT_EQ((*rules)[0].replication_factor, 3);
  EXPECT_EQ((*rules)[1].configs, (Properties{{"retention.ms", "5"}}));
  EXPECT_EQ((*rules)[2].group, "default");
  EXPECT_TRUE((*rules)[2].include.empty());
}

TEST(TopicCreationConfig, RefusalsAreJavas) {
  const std::string exception = "org.apache.kafka.common.config.ConfigException: ";
  EXPECT_EQ(refused({{kFactor, ""}}), exception + "Missing required configuration \"" + kFactor +
                                          "\" which has no default value.");
  EXPECT_EQ(refused({{kPartitions, "0"}}),
            exception +
                "Invalid value 0 for configuration partitions: Number of partitions must "
                "be positive, or -1 to use the broker's default");
  EXPECT_EQ(refused({{kFactor, "x"}}), exception + "Invalid value x for configuration " + kFactor +
                                           ": Not a number of type SHORT");
  EXPECT_EQ(refused({{kFactor, "-2"}}),
            exception +
                "Invalid value -2 for configuration replication.factor: Replication factor "
                "must be positive and not larger than the number of brokers in the Kafka "
                "cluster, or -1 to use the broker's default");
  EXPECT_EQ(refused({{"topic.creation.one.include", "a,["}}),
            exception +
                "Invalid value [a, [] for configuration include: Syntax error in regular "
                "expression: Unclosed character class near index 0\n[\n^");
  EXPECT_EQ(refused({{"topic.creation.other.partitions", "0"}}), "");
}

}  // namespace
}  // namespace millrace::config
