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

}  // namespace
}  // namespace millrace::runtime
