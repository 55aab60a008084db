#include "kafka/librdkafka/client_properties.h"

#include <gmock/gmock.h>

namespace millrace::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kScram = "org.apache.kafka.common.security.scram.ScramLoginModule required ";
constexpr const char* kPlain = "org.apache.kafka.common.security.plain.PlainLoginModule required ";
constexpr const char* kOAuth =
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required ";

ClientProperties with_servers(ClientProperties more) {
  more.emplace("bootstrap.servers", "localhost:9092");
  return more;
}
ClientSettings good(ClientRole role, ClientProperties properties) {
  auto settings = translate_client_properties(role, with_servers(std::move(properties)));
  EXPECT_TRUE(settings) << settings.error().message();
  return settings ? *settings : ClientSettings();
}
std::string bad(ClientRole role, ClientProperties properties) {
  auto settings = translate_client_properties(role, with_servers(std::move(properties)));
  EXPECT_FALSE(settings);
  if (settings) return {};
  EXPECT_EQ(settings.error().kind(), ErrorKind::bad_config);
  return settings.error().message();
}
std::string value(const ClientSettings& settings, std::string_view name) {
  const std::string* found = settings.find(name);
  return found == nullptr ? "<unset>" : *found;
}

// What Connect gives to a source task's producer.
const ClientProperties kConnectProducer = {
    {"key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer"},
    {"max.block.ms", "9223372036854775807"},
    {"enable.idempotence", "false"},
    {"acks", "all"},
    {"max.in.flight.requests.per.connection", "1"},
    {"delivery.timeout.ms", "2147483647"}};

TEST(ClientProperties, ConnectsProducerKeepsOrderAndTriesForEver) {
  const auto settings = good(ClientRole::kProducer, kConnectProducer);
  EXPECT_EQ(value(settings, "enable.idempotence"), "true");
  EXPECT_EQ(value(settings, "acks"), "all");
  EXPECT_EQ(value(settings, "max.in.flight.requests.per.connection"), "1");
  EXPECT_EQ(value(settings, "message.timeout.ms"), "0");
  EXPECT_EQ(value(settings, "partitioner"), "murmur2_random");
  EXPECT_EQ(value(settings, "message.max.bytes"), "1048576");
  EXPECT_TRUE(settings.notices.empty());
}

TEST(ClientProperties, IdempotenceGivesWayToWeakerAcknowledgements) {
  const auto settings = good(ClientRole::kProducer, {{"acks", "1"}, {"retries", "3"}});
  EXPECT_EQ(value(settings, "enable.idempotence"), "false");
  EXPECT_EQ(value(settings, "message.send.max.retries"), "3");
  EXPECT_EQ(settings.notices.size(), 1u);
}

TEST(ClientProperties, ProducerNumbersAreMapped) {
  const auto settings = good(ClientRole::kProducer, {{"buffer.memory", "1048576"},
                                                     {"batch.size", "0"},
                                                     {"linger.ms", " 100 "},
                                                     {"compression.type", "zstd"},
                                                     {"compression.zstd.level", "7"},
                                                     {"max.request.size", "5000000"},
                                                     {"delivery.timeout.ms", "9000100"},
                                                     {"request.timeout.ms", "9000000"},
                                                     {"send.buffer.bytes", "-1"}});
  EXPECT_EQ(value(settings, "queue.buffering.max.kbytes"), "1024");
  EXPECT_EQ(value(settings, "batch.size"), "1");
  EXPECT_EQ(value(settings, "linger.ms"), "100");
  EXPECT_EQ(value(settings, "compression.codec"), "zstd");
  EXPECT_EQ(value(settings, "compression.level"), "7");
  EXPECT_EQ(settings.max_request_size, 5000000u);
  EXPECT_EQ(value(settings, "message.timeout.ms"), "9000100");
  EXPECT_EQ(value(settings, "socket.timeout.ms"), "300000");
  EXPECT_EQ(value(settings, "socket.send.buffer.bytes"), "0");
  EXPECT_EQ(settings.notices.size(), 2u);  // batch.size and request.timeout.ms were clamped
}

TEST(ClientProperties, WhatJavasConstructorsRefuse) {
  auto cause = [](ClientRole role, ClientProperties properties) -> std::string {
    auto settings = translate_client_properties(role, with_servers(std::move(properties)));
    if (settings || settings.error().cause() == nullptr) return "";
    EXPECT_THAT(settings.error().message(), HasSubstr("Failed to construct kafka "));
    return settings.error().cause()->message();
  };
  EXPECT_EQ(cause(ClientRole::kProducer, {{"delivery.timeout.ms", "30004"}}),
            "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms");
  EXPECT_EQ(cause(ClientRole::kProducer,
                  {{"delivery.timeout.ms", "30004"}, {"linger.ms", "9223372036854775807"}}),
            "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms");
  EXPECT_EQ(cause(ClientRole::kConsumer, {{"group.id", " "}}),
            "The configured group.id should not be an empty string or whitespace.");
  EXPECT_EQ(cause(ClientRole::kConsumer, {{"group.id", "g"}, {"session.timeout.ms", "3000"}}),
            "Heartbeat must be set lower than the session timeout");
  EXPECT_THAT(bad(ClientRole::kConsumer, {{"max.partition.fetch.bytes", "-1"}}),
              HasSubstr("Value must be at least 0"));
}

TEST(ClientProperties, ConsumerDefaultsAreJavas) {
  const auto settings =
      good(ClientRole::kConsumer,
           {{"group.id", "g"}, {"auto.offset.reset", "earliest"}, {"enable.auto.commit", "false"}});
  EXPECT_EQ(value(settings, "isolation.level"), "read_uncommitted");
  EXPECT_EQ(value(settings, "enable.auto.commit"), "false");
  EXPECT_EQ(value(settings, "check.crcs"), "true");
  EXPECT_EQ(value(settings, "allow.auto.create.topics"), "true");
  EXPECT_EQ(value(settings, "partition.assignment.strategy"), "range");
  EXPECT_EQ(value(settings, "auto.offset.reset"), "earliest");
  EXPECT_EQ(settings.max_poll_records, 500u);
}

TEST(ClientProperties, AssignorsAreSpokenOrRefused) {
  auto strategy = [](const char* list) {
    return value(good(ClientRole::kConsumer, {{"partition.assignment.strategy", list}}),
                 "partition.assignment.strategy");
  };
  EXPECT_EQ(strategy("class org.apache.kafka.clients.consumer.RangeAssignor, "
                     "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
            "range");
  EXPECT_EQ(strategy("org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
            "cooperative-sticky");
  EXPECT_THAT(bad(ClientRole::kConsumer, {{"partition.assignment.strategy",
                                           "org.apache.kafka.clients.consumer.StickyAssignor"}}),
              HasSubstr("partition.assignment.strategy"));
}

TEST(ClientProperties, WhatWouldBreakAPromiseIsAnErrorAndAllAreTold) {
  const std::string message = bad(ClientRole::kConsumer, {{"enable.auto.commit", "true"},
                                                          {"group.protocol", "consumer"},
                                                          {"auto.offset.reset", "sometimes"},
                                                          {"session.timeout.ms", "soon"}});
  for (const char* key :
       {"enable.auto.commit", "group.protocol", "auto.offset.reset", "session.timeout.ms"})
    EXPECT_THAT(message, HasSubstr(key));
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 3);
  EXPECT_THAT(bad(ClientRole::kProducer, {{"partitioner.class", "com.example.Mine"}}),
              HasSubstr("com.example.Mine"));
}

TEST(ClientProperties, MeaninglessOnesAreAcceptedWithANotice) {
  const auto settings = good(ClientRole::kProducer, {{"interceptor.classes", "com.example.I"},
                                                     {"metrics.num.samples", "3"},
                                                     {"no.such.property", "x"}});
  ASSERT_EQ(settings.notices.size(), 1u);
  EXPECT_THAT(settings.notices.front(), HasSubstr("interceptor.classes"));
}

TEST(ClientProperties, LostRecordsAreFatalWhereAsked) {
  EXPECT_EQ(value(good(ClientRole::kConsumer, {{std::string(kFailOnLostRecords), "true"},
                                               {"auto.offset.reset", "earliest"}}),
                  "auto.offset.reset"),
            "error");
}

TEST(ClientProperties, Sasl) {
  const auto scram =
      good(ClientRole::kAdmin,
           {{"security.protocol", "SASL_PLAINTEXT"},
            {"sasl.mechanism", "SCRAM-SHA-512"},
            {"sasl.jaas.config", std::string(kScram) + "username=\"u\" password=\"p\\\"q\";"}});
  EXPECT_EQ(value(scram, "security.protocol"), "sasl_plaintext");
  EXPECT_EQ(value(scram, "sasl.mechanisms"), "SCRAM-SHA-512");
  EXPECT_EQ(value(scram, "sasl.password"), "p\"q");

  const auto oauth =
      good(ClientRole::kAdmin,
           {{"security.protocol", "SASL_PLAINTEXT"},
            {"sasl.mechanism", "OAUTHBEARER"},
            {"sasl.oauthbearer.token.endpoint.url", "https://id.example/token"},
            {"sasl.jaas.config", std::string(kOAuth) + "clientId=a clientSecret='b' scope=c ;"}});
  EXPECT_EQ(value(oauth, "sasl.oauthbearer.method"), "oidc");
  EXPECT_EQ(value(oauth, "sasl.oauthbearer.client.secret"), "b");
  EXPECT_EQ(value(oauth, "sasl.oauthbearer.scope"), "c");

  EXPECT_THAT(bad(ClientRole::kAdmin, {{"security.protocol", "SASL_PLAINTEXT"}}),
              HasSubstr("GSSAPI"));
  EXPECT_THAT(bad(ClientRole::kAdmin, {{"security.protocol", "SECURE"}}), HasSubstr("SECURE"));
}

TEST(ClientProperties, PasswordsAreNeverRepeated) {
  const char* secrets[] = {"username=u password=hush", "username=u password=\"hush;",
                           "password=hush;", "username=u password=hush junk;"};
  for (const char* options : secrets)
    EXPECT_THAT(bad(ClientRole::kAdmin, {{"security.protocol", "SASL_SSL"},
                                         {"sasl.mechanism", "PLAIN"},
                                         {"sasl.jaas.config", std::string(kPlain) + options}}),
                AllOf(HasSubstr("sasl.jaas.config"), Not(HasSubstr("hush"))));
}

TEST(ClientProperties, StoresThatAreMissingAreNamed) {
  EXPECT_THAT(bad(ClientRole::kAdmin, {{"security.protocol", "SSL"},
                                       {"ssl.truststore.location", "/nowhere/trust.p12"},
                                       {"ssl.truststore.password", "hush"}}),
              AllOf(HasSubstr("ssl.truststore.location"), HasSubstr("/nowhere/trust.p12"),
                    Not(HasSubstr("hush"))));
}

TEST(ClientProperties, AnEmptyListOfServersIsNone) {
  auto problem = [](ClientRole role) {
    return translate_client_properties(role, {{"bootstrap.servers", " "}}).error().trace();
  };
  EXPECT_EQ(problem(ClientRole::kProducer),
            "org.apache.kafka.common.config.ConfigException: Configuration 'bootstrap.servers' "
            "must not be empty. Valid values include: any non-empty value\n");
  EXPECT_EQ(problem(ClientRole::kAdmin),
            "org.apache.kafka.common.KafkaException: Failed to create new KafkaAdminClient\n"
            "Caused by: org.apache.kafka.common.config.ConfigException: No resolvable bootstrap "
            "urls given in bootstrap.servers\n");
}

TEST(ClientProperties, TransactionsNeedIdempotence) {
  auto problem = [](ClientProperties more) {
    more["bootstrap.servers"] = "a:1";
    auto settings = translate_client_properties(ClientRole::kProducer, more);
    return settings ? std::string("good") : settings.error().message();
  };
  EXPECT_EQ(problem({{"transactional.id", "t"}, {"enable.idempotence", "FALSE"}}),
            "Cannot set a transactional.id without also enabling idempotence.");
  EXPECT_EQ(problem({{"transactional.id", "t"}, {"enable.idempotence", "true"}}), "good");
  EXPECT_EQ(problem({{"transactional.id", "t"}}), "good");
  EXPECT_EQ(problem({{"enable.idempotence", "false"}}), "good");
}

// As ClientUtils.parseAndValidateAddresses.
TEST(ClientProperties, BootstrapServersAreLookedAt) {
  auto problem = [](const std::string& servers) {
    auto settings =
        translate_client_properties(ClientRole::kProducer, {{"bootstrap.servers", servers}});
    return settings ? std::string("good") : settings.error().trace();
  };
  EXPECT_EQ(problem("localhost:9092, [::1]:9092 ,,PLAINTEXT://a_b-c.d:0"), "good");
  EXPECT_EQ(problem("localhost:65535"), "good");
  for (const char* wrong : {"localhost", "localhost:", "localhost:abc", "a b:1", "h:1:"}) {
    EXPECT_EQ(problem(wrong),
              "org.apache.kafka.common.KafkaException: Failed to construct kafka producer\n"
              "Caused by: org.apache.kafka.common.config.ConfigException: Invalid url in "
              "bootstrap.servers: " +
                  std::string(wrong) + "\n");
  }
  for (const char* wrong : {"localhost:65536", "localhost:100000"})
    EXPECT_THAT(problem(wrong),
                HasSubstr("Invalid port in bootstrap.servers: " + std::string(wrong)));
}

}  // namespace
}  // namespace millrace::kafka
