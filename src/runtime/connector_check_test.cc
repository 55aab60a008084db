#include "runtime/connector_check.h"

#include <gtest/gtest.h>

namespace millrace::runtime {
namespace {

using config::Properties;
using plugin::ConnectorType;

std::string problem(ConnectorType type, const Properties& more) {
  config::WorkerConfig worker;
  worker.topic_creation_enable = true;
  Properties config{{"name", "a"}, {"connector.class", "A"}, {"tasks.max", "1"}};
  for (const auto& [key, value] : more) config[key] = value;
  auto checked = check_connector_config(worker, type, config);
  return checked ? "" : checked.error().message();
}

TEST(ConnectorCheck, TakesWhatValidationTakes) {
  EXPECT_EQ(problem(ConnectorType::kSource, {}), "");
  EXPECT_EQ(problem(ConnectorType::kSink, {{"topics", "t"}, {"some.other", ""}}), "");
}

TEST(ConnectorCheck, TellsTheFirstProblemOfTheFrameworksKeys) {
  EXPECT_EQ(problem(ConnectorType::kSource, {{"tasks.max", "x"}, {"errors.tolerance", "odd"}}),
            "Invalid value x for configuration tasks.max: Not a number of type INT");
  EXPECT_EQ(problem(ConnectorType::kSink, {{"errors.retry.timeout", "z"}}),
            "Invalid value z for configuration errors.retry.timeout: Not a number of type LONG");
}

TEST(ConnectorCheck, LooksAtTheKeysOfItsKindAlone) {
  const Properties of_source{{"offsets.storage.topic", ""}};
  EXPECT_NE(problem(ConnectorType::kSource, of_source), "");
  EXPECT_EQ(problem(ConnectorType::kSink, of_source), "");
  const Properties of_sink{{"errors.deadletterqueue.topic.replication.factor", "x"}};
  EXPECT_NE(problem(ConnectorType::kSink, of_sink), "");
  EXPECT_EQ(problem(ConnectorType::kSource, of_sink), "");
}

TEST(ConnectorCheck, LooksAtTheRulesByWhichTopicsAreMade) {
  const Properties rules{{"topic.creation.default.partitions", "1"}};
  EXPECT_EQ(
      problem(ConnectorType::kSource, rules),
      "Missing required configuration \"topic.creation.default.replication.factor\" which has "
      "no default value.");
  EXPECT_EQ(problem(ConnectorType::kSink, rules), "");
}

TEST(ConnectorCheck, LooksAtClassesThatAreNamed) {
  EXPECT_EQ(problem(ConnectorType::kSource, {{"value.converter", "x"}}),
            "Invalid value x for configuration value.converter: Class x could not be found.");
  EXPECT_EQ(problem(ConnectorType::kSink, {{"transforms", "a"}, {"transforms.a.type", "x"}}),
            "Invalid value x for configuration transforms.a.type: Class x could not be found.");
  EXPECT_EQ(problem(ConnectorType::kSink, {{"predicates", "p"}}),
            "Invalid value null for configuration predicates.p.type: Not a Predicate");
}

TEST(ConnectorCheck, LooksAtTheKeysThatTransformsBring) {
  Properties config{{"transforms", "a"},
                    {"transforms.a.type", "org.apache.kafka.connect.transforms.HoistField$Value"}};
  EXPECT_EQ(problem(ConnectorType::kSource, config),
            "Missing required configuration \"transforms.a.field\" which has no default value.");
  EXPECT_FALSE(check_common_config(
      {{"name", "a"}, {"connector.class", "A"}, {"transforms", "a"}, {"transforms.a.type", "x"}}));
  const std::string converter = "org.apache.kafka.connect.transforms.TimestampConverter$Value";
  EXPECT_EQ(
      problem(ConnectorType::kSource, {{"transforms", "a"}, {"transforms.a.type", converter}}),
      "Missing required configuration \"transforms.a.target.type\" which has no default value.");
  config["transforms.a.field"] = "f";
  EXPECT_EQ(problem(ConnectorType::kSource, config), "");
}

TEST(ConnectorCheck, LooksAtWhatASinkReads) {
  EXPECT_TRUE(check_sink_topics({{"topics", "t"}}));
  auto none = check_sink_topics({{"topics", " "}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message(),
            "Invalid value   for configuration topics: Must configure one of topics or "
            "topics.regex");
  EXPECT_FALSE(check_sink_topics({{"topics", "a,d"}, {"errors.deadletterqueue.topic.name", "d"}}));
}

}  // namespace
}  // namespace millrace::runtime
