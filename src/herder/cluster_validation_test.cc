#include "herder/cluster_validation.h"

#include <gtest/gtest.h>

#include "herder/override_validation.h"
#include "herder/validation_sections.h"

namespace millrace::herder {
namespace {

using config::ConfigValue;
using Errors = std::vector<std::string>;

class SomeClass : public plugin::ConnectorClass {
 public:
  explicit SomeClass(plugin::ConnectorType type) : type_(type) {
    config::ConfigKey size;
    size.name = "batch.size";
    size.type = config::Type::kInt;
    size.default_value = "1";
    definition_.define(size);
  }
  plugin::ConnectorType type() const override { return type_; }
  const std::string& class_name() const override { return name_; }
  const std::vector<std::string>& other_names() const override { return none_; }
  const std::string& version() const override { return name_; }
  const std::string& location() const override { return name_; }
  const config::ConfigDef& config_def() const override { return definition_; }
  Result<void> validate(const config::Properties&, std::vector<ConfigValue>&) const override {
    return {};
  }
  plugin::ExactlyOnceSupport exactly_once_support(const config::Properties&) const override {
    return support;
  }
  Result<std::unique_ptr<plugin::Connector>> make_connector(
      std::shared_ptr<plugin::ConnectorContext>) const override {
    return fail(ErrorKind::fatal, "not asked for");
  }
  Result<std::unique_ptr<plugin::SourceTask>> make_source_task(
      std::shared_ptr<plugin::SourceTaskContext>) const override {
    return fail(ErrorKind::fatal, "not asked for");
  }
  Result<std::unique_ptr<plugin::SinkTask>> make_sink_task(
      std::shared_ptr<plugin::SinkTaskContext>) const override {
    return fail(ErrorKind::fatal, "not asked for");
  }

  plugin::ExactlyOnceSupport support = plugin::ExactlyOnceSupport::kSupported;

 private:
  plugin::ConnectorType type_;
  std::string name_ = "Some";
  std::vector<std::string> none_;
  config::ConfigDef definition_;
};

const ClusterRules kRules{"connect-workers"};

ConfigValue value_of(const char* name, const char* text) {
  ConfigValue value;
  value.name = name;
  value.value = text;
  return value;
}

std::vector<ConfigValue> of_sink(const config::NullableProperties& properties, const char* name) {
  std::vector<ConfigValue> values{value_of("name", name)};
  validate_in_cluster(kRules, SomeClass(plugin::ConnectorType::kSink), properties, values);
  return values;
}

TEST(ClusterValidation, ASinkMayNotJoinTheGroupOfTheWorkers) {
  EXPECT_EQ(of_sink({}, "workers")[0].errors,
            Errors{"Consumer group for sink connector named workers conflicts with Connect worker "
                   "group connect-workers"});
  EXPECT_EQ(of_sink({}, "other")[0].errors, Errors{});
  auto conflict = of_sink({{"consumer.override.group.id", "connect-workers"}}, "workers");
  EXPECT_EQ(conflict[0].errors, Errors{}) << "its own group counts";
  EXPECT_EQ(conflict[1].errors,
            Errors{"Consumer group connect-workers conflicts with Connect worker group "
                   "connect-workers"});
}

TEST(ClusterValidation, TheGroupOfASinkHasAValueAmongTheCommonOnes) {
  auto values = of_sink({{"consumer.override.group.id", "mine"}}, "s");
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[1].name, "consumer.override.group.id");
  EXPECT_EQ(values[1].value, "mine");
  EXPECT_FALSE(of_sink({{"consumer.override.group.id", std::nullopt}}, "s")[1].value);
}

Errors exactly_once(const char* asked, const config::NullableProperties& properties,
                    plugin::ExactlyOnceSupport support) {
  SomeClass type(plugin::ConnectorType::kSource);
  type.support = support;
  std::vector<ConfigValue> values{value_of("exactly.once.support", asked),
                                  value_of("transaction.boundary", "poll")};
  validate_in_cluster(kRules, type, properties, values);
  return values[0].errors;
}

TEST(ClusterValidation, ExactlyOnceThatIsRequiredMustBeThere) {
  using Support = plugin::ExactlyOnceSupport;
  const std::string worker = "This worker does not have exactly-once source support enabled.";
  EXPECT_EQ(exactly_once("requested", {}, Support::kUnsupported), Errors{});
  EXPECT_EQ(exactly_once("REQUIRED", {}, Support::kSupported), Errors{worker});
  EXPECT_EQ(exactly_once("required", {}, Support::kUnsupported).size(), 2u);
  const Errors unreadable =
      exactly_once("required", {{"batch.size", "many"}}, Support::kUnsupported);
  ASSERT_EQ(unreadable.size(), 2u);
  EXPECT_EQ(unreadable[1],
            "An unexpected error occurred during validation: Invalid value many for configuration "
            "batch.size: Not a number of type INT");
}

TEST(ClusterValidation, TransactionBoundariesOfAConnectorMustBeItsOwn) {
  std::vector<ConfigValue> values{value_of("exactly.once.support", "requested"),
                                  value_of("transaction.boundary", "Connector")};
  validate_in_cluster(kRules, SomeClass(plugin::ConnectorType::kSource), {}, values);
  EXPECT_EQ(values[1].errors.size(), 1u);
}

TEST(ClusterValidation, ASourceWithAnOffsetsTopicOfItsOwnHasClientsForIt) {
  using config::ConnectorKind;
  EXPECT_TRUE(
      has_offsets_clients(kRules, ConnectorKind::kSource, {{"offsets.storage.topic", "o"}}));
  for (const auto& topic : std::vector<std::optional<std::string>>{" ", std::nullopt})
    EXPECT_FALSE(
        has_offsets_clients(kRules, ConnectorKind::kSource, {{"offsets.storage.topic", topic}}));
  EXPECT_FALSE(has_offsets_clients(kRules, ConnectorKind::kSink, {{"offsets.storage.topic", "o"}}));

  config::WorkerConfig worker;
  worker.client_override_policy = "All";
  const auto policy = *config::ClientOverridePolicy::make(worker);
  const NullableProperties overrides{{"consumer.override.max.poll.records", "1"},
                                     {"admin.override.retries", "1"}};
  EXPECT_EQ(validate_overrides(policy, ConnectorKind::kSource, overrides, true)->configs.size(),
            2u);
  EXPECT_TRUE(validate_overrides(policy, ConnectorKind::kSource, overrides)->configs.empty());
}

}  // namespace
}  // namespace millrace::herder
