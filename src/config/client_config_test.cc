#include "config/client_config.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

WorkerConfig worker(Properties more) {
  more.insert({{"bootstrap.servers", "b:1"},
               {"key.converter", "X"},
               {"value.converter", "X"},
               {"offset.storage.file.filename", "/o"}});
  auto config = make_worker_config(more);
  EXPECT_TRUE(config.has_value());
  return *config;
}

ClientOverridePolicy policy(const std::string& name, const std::string& allowed = "") {
  auto made =
      ClientOverridePolicy::make(worker({{"connector.client.config.override.policy", name},
                                         {"connector.client.config.override.allowlist", allowed}}));
  EXPECT_TRUE(made.has_value()) << name;
  return *made;
}

TEST(ClientConfigTest, ProducerHasConnectsDefaults) {
  auto properties = producer_properties(worker({}), {}, {"x", 2}, policy("All"));
  ASSERT_TRUE(properties.has_value());
  EXPECT_EQ(properties->at("bootstrap.servers"), "b:1");
  EXPECT_EQ(properties->at("acks"), "all");
  EXPECT_EQ(properties->at("enable.idempotence"), "false");
  EXPECT_EQ(properties->at("max.in.flight.requests.per.connection"), "1");
  EXPECT_EQ(properties->at("delivery.timeout.ms"), "2147483647");
  EXPECT_EQ(properties->at("client.id"), "connector-producer-x-2");
}

Properties transactional(const Properties& connector, std::vector<std::string>& warnings) {
  WorkerConfig config = worker({});
  config.distributed.emplace();
  config.distributed->group_id = "g";
  auto properties =
      transactional_producer_properties(config, connector, {"x", 2}, policy("All"), warnings);
  EXPECT_TRUE(properties);
  return *properties;
}

TEST(ClientConfigTest, AProducerWithTransactionsHasItsIdAndIsIdempotent) {
  std::vector<std::string> warnings;
  Properties properties = transactional({}, warnings);
  EXPECT_EQ(properties.at("transactional.id"), "g-x-2");
  EXPECT_EQ(properties.at("enable.idempotence"), "true");
  EXPECT_TRUE(warnings.empty()) << "Connect's own default is nobody's wish";
  properties = transactional({{"producer.override.enable.idempotence", "FALSE"},
                              {"producer.override.transactional.id", "mine"}},
                             warnings);
  EXPECT_EQ(properties.at("transactional.id"), "g-x-2");
  EXPECT_EQ(properties.at("enable.idempotence"), "true");
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[1],
            "The value 'mine' for the 'transactional.id' property will be ignored as it cannot be "
            "overridden for connectors when exactly-once source support is enabled. The value "
            "'g-x-2' will be used instead.");
}

TEST(ClientConfigTest, LaterSourcesWin) {
  const WorkerConfig config = worker({{"producer.acks", "1"}, {"producer.linger.ms", "5"}});
  auto properties =
      producer_properties(config, {{"producer.override.acks", "0"}}, {"x", 0}, policy("All"));
  EXPECT_EQ(properties->at("acks"), "0");
  EXPECT_EQ(properties->at("linger.ms"), "5");
}

TEST(ClientConfigTest, OnlyAdminsInheritUnprefixedSettings) {
  const WorkerConfig config = worker({{"security.protocol", "SSL"}, {"admin.retries", "3"}});
  EXPECT_EQ(consumer_properties(config, {}, {"x", 0}, policy("All"))->count("security.protocol"),
            0u);
  auto admin = admin_properties(config, {}, "connector-adminclient-x-0", policy("All"));
  EXPECT_EQ(admin->at("security.protocol"), "SSL");
  EXPECT_EQ(admin->at("retries"), "3");
  EXPECT_EQ(admin->at("client.id"), "connector-adminclient-x-0");
  EXPECT_EQ(admin->count("key.converter"), 0u);
}

TEST(ClientConfigTest, ConsumerGroupIsTheConnectors) {
  auto properties = consumer_properties(worker({}), {}, {"my sink", 1}, policy("All"));
  EXPECT_EQ(properties->at("group.id"), "connect-my sink");
  EXPECT_EQ(properties->at("auto.offset.reset"), "earliest");
  EXPECT_EQ(consumer_group(worker({}), {{"consumer.override.group.id", "g"}}, "x"), "g");
}

TEST(ClientOverridePolicyTest, SaysWhatIsNotAllowed) {
  auto findings = policy("None").validate({{"acks", "1"}});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].errors,
            std::vector<std::string>{"The 'None' policy does not allow 'acks' to be overridden in "
                                     "the connector configuration."});
  auto refused =
      producer_properties(worker({}), {{"producer.override.acks", "1"}}, {"x", 0}, policy("None"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message().rfind("Client Config Overrides not allowed [", 0), 0u);
}

TEST(ClientOverridePolicyTest, KnowsNamesAndClasses) {
  EXPECT_TRUE(policy("org.apache.kafka.connect.connector.policy."
                     "PrincipalConnectorClientConfigOverridePolicy")
                  .validate({{"sasl.mechanism", "PLAIN"}})[0]
                  .errors.empty());
  EXPECT_FALSE(policy("Principal").validate({{"acks", "1"}})[0].errors.empty());
  EXPECT_TRUE(policy("Allowlist", "acks,linger.ms").validate({{"acks", "1"}})[0].errors.empty());
  EXPECT_FALSE(policy("Allowlist", "acks").validate({{"retries", "1"}})[0].errors.empty());
  EXPECT_FALSE(
      ClientOverridePolicy::make(worker({{"connector.client.config.override.policy", "Mine"}})));
}

}  // namespace
}  // namespace millrace::config
