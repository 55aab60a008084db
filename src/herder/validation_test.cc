#include "herder/validation.h"

#include <gtest/gtest.h>

#include "herder/converter_validation.h"
#include "herder/override_validation.h"

namespace millrace::herder {
namespace {

using config::ConnectorKind;

config::ClientOverridePolicy policy(const char* name) {
  config::WorkerConfig worker;
  worker.client_override_policy = name;
  return *config::ClientOverridePolicy::make(worker);
}

std::vector<std::string> names(const ConfigInfos& infos) {
  std::vector<std::string> found;
  for (const ConfigInfo& info : infos.configs) found.push_back(info.value->name);
  return found;
}

TEST(OverrideValidation, SettingsHaveTheDefinitionsOfTheirClient) {
  auto infos = validate_overrides(policy("All"), ConnectorKind::kSource,
                                  {{"producer.override.linger.ms", " 7 "},
                                   {"producer.override.unknown", "x"},
                                   {"producer.override.batch.size", std::nullopt},
                                   {"consumer.override.max.poll.records", "many"}});
  ASSERT_TRUE(infos);
  EXPECT_EQ(infos->error_count, 0);
  ASSERT_EQ(infos->configs.size(), 3u);
  for (const ConfigInfo& info : infos->configs) {
    if (info.value->name == "producer.override.unknown") {
      EXPECT_FALSE(info.definition);
    } else if (info.value->name == "producer.override.batch.size") {
      EXPECT_FALSE(info.value->value);
    } else {
      EXPECT_EQ(info.value->value, "7");
      EXPECT_EQ(info.definition->name, "producer.override.linger.ms");
      EXPECT_EQ(info.definition->display_name, "linger.ms");
      EXPECT_EQ(info.definition->default_value, "5");
    }
  }
}

TEST(OverrideValidation, AClientThatIsNotUsedHasNoSection) {
  const NullableProperties all{{"producer.override.acks", "1"},
                               {"consumer.override.group.id", "g"},
                               {"admin.override.retries", "1"}};
  EXPECT_EQ(names(*validate_overrides(policy("All"), ConnectorKind::kSink, all)),
            std::vector<std::string>{"consumer.override.group.id"});
  NullableProperties with_dead_letters = all;
  with_dead_letters["errors.deadletterqueue.topic.name"] = "d";
  EXPECT_EQ(names(*validate_overrides(policy("All"), ConnectorKind::kSink, with_dead_letters)),
            (std::vector<std::string>{"producer.override.acks", "consumer.override.group.id",
                                      "admin.override.retries"}));
  NullableProperties creates_topics = all;
  creates_topics["topic.creation.default.partitions"] = "1";
  EXPECT_EQ(names(*validate_overrides(policy("All"), ConnectorKind::kSource, creates_topics)),
            (std::vector<std::string>{"producer.override.acks", "admin.override.retries"}));
}

TEST(OverrideValidation, AValueThatCannotBeReadEndsIt) {
  auto infos = validate_overrides(policy("None"), ConnectorKind::kSource,
                                  {{"producer.override.linger.ms", "many"}});
  ASSERT_FALSE(infos);
  EXPECT_EQ(infos.error().message(),
            "Invalid value many for configuration linger.ms: Not a number of type LONG");
  EXPECT_EQ(infos.error().exception_class(), "org.apache.kafka.common.config.ConfigException");
}

TEST(OverrideValidation, ThePolicyIsAsked) {
  auto infos = validate_overrides(
      policy("Principal"), ConnectorKind::kSource,
      {{"producer.override.acks", "1"}, {"producer.override.sasl.mechanism", "PLAIN"}});
  ASSERT_TRUE(infos);
  EXPECT_EQ(infos->error_count, 1);
}

std::vector<config::ConfigValue> values_of_converter() {
  std::vector<config::ConfigValue> values(2);
  values[0].name = "value.converter";
  values[1].name = "value.converter.plugin.version";
  return values;
}

TEST(ConverterValidation, AVersionThatIsNotThereIsToldByBothKeys) {
  auto values = values_of_converter();
  const ConfigInfos infos =
      validate_converters({{"value.converter", "org.apache.kafka.connect.json.JsonConverter"},
                           {"value.converter.plugin.version", "[9,)"}},
                          {nullptr, "4.3.1"}, values);
  EXPECT_TRUE(infos.configs.empty());
  const std::vector<std::string> expected{
      "Plugin org.apache.kafka.connect.json.JsonConverter not found that matches the version range "
      "[9,), available versions: [4.3.1, 4.3.1]"};
  EXPECT_EQ(values[0].errors, expected);
  EXPECT_EQ(values[1].errors, expected);
}

TEST(ConverterValidation, AConvertersOwnKeysAreChecked) {
  auto values = values_of_converter();
  const ConfigInfos infos =
      validate_converters({{"value.converter", "org.apache.kafka.connect.json.JsonConverter"},
                           {"value.converter.schemas.enable", "notabool"}},
                          {nullptr, "4.3.1"}, values);
  EXPECT_EQ(infos.configs.size(), 6u);
  EXPECT_EQ(infos.error_count, 1);
  EXPECT_TRUE(values[0].errors.empty());
}

TEST(KeysOfPlugin, AVersionMayBeAskedFor) {
  const plugin::Catalogue none;
  EXPECT_TRUE(keys_of_plugin(none, "Filter", "[4,5)"));
  EXPECT_EQ(keys_of_plugin(none, "Filter", "[5").error().message(),
            "Invalid version specification: [5");
  EXPECT_EQ(keys_of_plugin(none, "Filter", "9").error().message(),
            "Plugin org.apache.kafka.connect.transforms.Filter not found that matches the version "
            "range [9,9], available versions: [4.3.1]");
  EXPECT_EQ(keys_of_plugin(none, "NoSuch", "9").error().kind(), ErrorKind::not_found);
}

}  // namespace
}  // namespace millrace::herder
