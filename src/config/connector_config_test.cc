#include "config/connector_config.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

std::vector<std::string> errors_of(const std::vector<ConfigValue>& values, const char* key) {
  for (const ConfigValue& value : values)
    if (value.name == key) return value.errors;
  return {};
}

std::vector<ConfigValue> check_sink(NullableProperties properties) {
  auto values = connector_config_def(ConnectorKind::kSink, properties, {}).validate(properties);
  EXPECT_TRUE(check_sink_config(properties, values));
  return values;
}

TEST(ConnectorConfigTest, OrderAndPlacesAreThoseOfKafka431) {
  const ConfigDef definition = connector_config_def(ConnectorKind::kSource, {}, {});
  ASSERT_EQ(definition.keys().size(), 24u);
  EXPECT_EQ(definition.keys()[2].name, "connector.plugin.version");
  EXPECT_EQ(definition.find("tasks.max")->order, 4);
  EXPECT_EQ(definition.find("config.action.reload")->order, 14);
  EXPECT_EQ(definition.find("transaction.boundary")->group, "Exactly Once Support");
  EXPECT_EQ(connector_config_def(ConnectorKind::kSink, {}, {}).keys().size(), 24u);
}

TEST(ConnectorConfigTest, TopicsRegexThatIsNoneIsAnErrorOfTheWorkerWhereThereAreDeadLetters) {
  std::vector<ConfigValue> values;
  const NullableProperties regex{{"topics.regex", "["}};
  EXPECT_TRUE(check_sink_config(regex, values));
  NullableProperties dead = regex;
  dead["errors.deadletterqueue.topic.name"] = "d";
  auto checked = check_sink_config(dead, values);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind(), ErrorKind::fatal);
  EXPECT_EQ(checked.error().message(), "Unclosed character class near index 0\n[\n^");
}

TEST(ConnectorConfigTest, KeysOfMillracesOwnAreListedWhereTheyAreSet) {
  EXPECT_EQ(connector_config_def(ConnectorKind::kSink, {}, {}).find("errors.bisect"), nullptr);
  const auto values = check_sink({{"topics", "t"},
                                  {"errors.bisect", "perhaps"},
                                  {"errors.restart.max.attempts", "-2"},
                                  {"errors.restart.on", "sometimes"}});
  EXPECT_EQ(errors_of(values, "errors.bisect").size(), 1u);
  EXPECT_EQ(errors_of(values, "errors.restart.on").size(), 1u);
  EXPECT_EQ(errors_of(values, "errors.restart.max.attempts"),
            std::vector<std::string>{"Invalid value -2 for configuration "
                                     "errors.restart.max.attempts: Value must be at least -1"});
  const auto of_sources = own_connector_keys(ConnectorKind::kSource).parse({});
  ASSERT_TRUE(of_sources);
  EXPECT_EQ(of_sources->number("errors.restart.delay.initial.ms"), 1000);
  EXPECT_EQ(of_sources->number("errors.stall.timeout.ms"), 300000);
  EXPECT_EQ(of_sources->text("errors.restart.on"), "transient");
  EXPECT_EQ(of_sources->number("errors.deadletterqueue.topic.replication.factor"), 3);
}

TEST(ConnectorConfigTest, TasksMaxOfZero) {
  EXPECT_EQ(errors_of(check_sink({{"tasks.max", "0"}}), "tasks.max"),
            std::vector<std::string>{
                "Invalid value 0 for configuration tasks.max: Value must be at least 1"});
}

TEST(ConnectorConfigTest, TopicsAndRegexExcludeEachOther) {
  const std::vector<std::string> both{
      "topics and topics.regex are mutually exclusive options, but both are set."};
  auto values = check_sink({{"topics", "a"}, {"topics.regex", "b"}});
  EXPECT_EQ(errors_of(values, "topics"), both);
  EXPECT_EQ(errors_of(values, "topics.regex"), both);
  EXPECT_EQ(errors_of(check_sink({}), "topics"),
            std::vector<std::string>{"Must configure one of topics or topics.regex"});
}

TEST(ConnectorConfigTest, DeadLettersMayNotBeRead) {
  EXPECT_EQ(errors_of(check_sink({{"topics", "a,d"}, {"errors.deadletterqueue.topic.name", " d "}}),
                      "topics"),
            std::vector<std::string>{
                "The DLQ topic 'd' may not be included in the list of topics ('topics=[a, d]') "
                "consumed by the connector"});
}

TEST(ConnectorConfigTest, AliasesMustBeUnique) {
  EXPECT_EQ(errors_of(check_sink({{"transforms", "a,a"}}), "transforms"),
            std::vector<std::string>{
                "Invalid value [a, a] for configuration transforms: Duplicate alias provided."});
}

TEST(ConnectorConfigTest, EachAliasNeedsAClass) {
  KnownClasses known;
  known.transform = [](std::string_view) { return false; };
  const NullableProperties properties{{"transforms", "a,b"}, {"transforms.b.type", "X"}};
  auto values =
      connector_config_def(ConnectorKind::kSource, properties, known).validate(properties);
  EXPECT_EQ(errors_of(values, "transforms.a.type"),
            std::vector<std::string>{"Missing required configuration \"transforms.a.type\" which "
                                     "has no default value."});
  EXPECT_EQ(errors_of(values, "transforms.b.type"),
            std::vector<std::string>{"Invalid value X for configuration transforms.b.type: Class X "
                                     "could not be found."});
}

TEST(RegexProblemTest, FindsWhatCannotBe) {
  for (const char* good : {"", "a.*", "(a|b)+", "[a-z&&[^b]]x", "a\\(", "(?<n>x)", "[]a]", "a{2}?"})
    EXPECT_EQ(regex_problem(good), "") << good;
  for (const char* bad : {"(", "a)", "[a", "*a", "a|*", "a\\"})
    EXPECT_NE(regex_problem(bad), "") << bad;
}

TEST(RegexProblemTest, SaysWhereAsJavaDoes) {
  EXPECT_EQ(regex_problem("x{"), "Illegal repetition near index 2\nx{");
  EXPECT_EQ(regex_problem("a**"), "Dangling meta character '*' near index 2\na**\n  ^");
  EXPECT_EQ(regex_problem("[z-a]"), "Illegal character range near index 3\n[z-a]\n   ^");
  EXPECT_EQ(regex_problem("))"), "Unmatched closing ')'\n))");
  EXPECT_EQ(regex_problem("a{2,1}"), "Illegal repetition range near index 5\na{2,1}\n     ^");
  EXPECT_EQ(regex_problem("\\p{Foo}x"),
            "Unknown character property name {Foo} near index 6\n\\p{Foo}x\n      ^");
  EXPECT_EQ(regex_problem("\\p{"), "Unclosed character family near index 3\n\\p{");
  EXPECT_EQ(regex_problem("[\\p{IsLatin}\\pL]"), "");
  EXPECT_EQ(regex_problem("日本("), "Unclosed group near index 3\n日本(");
}

}  // namespace
}  // namespace millrace::config
