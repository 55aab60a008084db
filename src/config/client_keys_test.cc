#include "config/client_keys.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

TEST(ClientKeysTest, EachClientHasTheKeysOfKafka431) {
  EXPECT_EQ(client_config_def(ClientKind::kProducer).keys().size(), 113u);
  EXPECT_EQ(client_config_def(ClientKind::kConsumer).keys().size(), 116u);
  EXPECT_EQ(client_config_def(ClientKind::kAdmin).keys().size(), 91u);
}

TEST(ClientKeysTest, DefaultsDifferBetweenClients) {
  auto of = [](ClientKind kind, const char* name) { return client_config_def(kind).find(name); };
  EXPECT_TRUE(of(ClientKind::kProducer, "bootstrap.servers")->required);
  EXPECT_EQ(of(ClientKind::kAdmin, "bootstrap.servers")->default_value, "");
  EXPECT_EQ(of(ClientKind::kProducer, "receive.buffer.bytes")->default_value, "32768");
  EXPECT_EQ(of(ClientKind::kConsumer, "receive.buffer.bytes")->default_value, "65536");
  EXPECT_EQ(of(ClientKind::kProducer, "retries")->importance, Importance::kHigh);
  EXPECT_EQ(of(ClientKind::kAdmin, "retries")->importance, Importance::kLow);
  EXPECT_EQ(of(ClientKind::kConsumer, "retries"), nullptr);
  EXPECT_EQ(of(ClientKind::kConsumer, "ssl.key.password")->type, Type::kPassword);
}

TEST(ClientKeysTest, EveryDefaultCanBeParsed) {
  for (ClientKind kind : {ClientKind::kProducer, ClientKind::kConsumer, ClientKind::kAdmin})
    for (const ConfigKey& key : client_config_def(kind).keys()) {
      if (!key.default_value) continue;
      EXPECT_TRUE(parse_value(key, key.default_value)) << key.name;
      EXPECT_FALSE(key.documentation.empty()) << key.name;
    }
}

TEST(ClientKeysTest, ClassesAreThoseOfTheJavaClients) {
  EXPECT_TRUE(is_client_class("org.apache.kafka.common.serialization.StringSerializer"));
  EXPECT_TRUE(is_client_class("org.apache.kafka.common.serialization.UUIDDeserializer"));
  EXPECT_TRUE(is_client_class("org.apache.kafka.clients.producer.RoundRobinPartitioner"));
  EXPECT_FALSE(is_client_class("org.apache.kafka.common.serialization.NoSuchSerializer"));
  EXPECT_FALSE(is_client_class(""));
}

}  // namespace
}  // namespace millrace::config
