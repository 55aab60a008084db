// What is asked of a broker that goes before it answers.

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <string>
#include <thread>

#include "kafka/librdkafka/admin.h"
#include "kafka/librdkafka/cluster_metadata.h"
#include "kafka/librdkafka/list_offsets.h"
#include "kafka/librdkafka/producer.h"

namespace millrace::kafka {
namespace {

using namespace std::chrono_literals;

enum ApiKey { kMetadata = 3, kOffsetFetch = 9 };

// A producer connected to two of librdkafka's own mock brokers.
class TwoBrokers : public testing::Test {
 protected:
  void SetUp() override {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, nullptr);
    ASSERT_EQ(rd_kafka_conf_set(conf, "test.mock.num.brokers", "2", nullptr, 0), RD_KAFKA_CONF_OK);
    ASSERT_EQ(rd_kafka_conf_set(conf, "enable.sparse.connections", "false", nullptr, 0),
              RD_KAFKA_CONF_OK);
    char why[256];
    client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    ASSERT_NE(client, nullptr) << why;
    cluster = rd_kafka_handle_mock_cluster(client);
    ASSERT_NE(cluster, nullptr);
    ASSERT_EQ(rd_kafka_mock_topic_create(cluster, "t", 3, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  void TearDown() override { rd_kafka_destroy(client); }

  rd_kafka_t* client = nullptr;
  rd_kafka_mock_cluster_t* cluster = nullptr;

  // What `ask` gives where the broker that it asks goes before it answers.
  template <typename Ask>
  auto asked_as_a_broker_goes(ApiKey key, const Ask& ask) {
    rd_kafka_mock_start_request_tracking(cluster);
    decltype(ask()) answer;
    std::thread asking([&] { answer = ask(); });
    if (const int32_t asked = next_asked(key); asked != -1) {
      rd_kafka_mock_broker_set_rtt(cluster, 3 - asked, 0);
      rd_kafka_mock_coordinator_set(cluster, "group", "g", 3 - asked);
      rd_kafka_mock_broker_set_down(cluster, asked);
    }
    asking.join();
    return answer;
  }

 private:
  // The broker that gets the next request of this kind; -1: none does.
  int32_t next_asked(ApiKey key) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < deadline) {
      size_t count = 0;
      auto* requests = rd_kafka_mock_get_requests(cluster, &count);
      int32_t asked = -1;
      for (size_t i = 0; i < count; ++i)
        if (rd_kafka_mock_request_api_key(requests[i]) == key)
          asked = rd_kafka_mock_request_id(requests[i]);
      rd_kafka_mock_request_destroy_array(requests, count);
      if (asked != -1) return asked;
      std::this_thread::yield();
    }
    return -1;
  }
};

TEST_F(TwoBrokers, AllTopics) {
  auto metadata = ask_metadata(client, nullptr, 10s, "Asking failed");
  ASSERT_TRUE(metadata) << metadata.error().describe();
  ASSERT_EQ((*metadata)->topic_cnt, 1);
  EXPECT_EQ((*metadata)->topics[0].topic, std::string("t"));
  EXPECT_EQ((*metadata)->topics[0].partition_cnt, 3);
}

TEST_F(TwoBrokers, TheOtherOneAnswersForMetadata) {
  auto ask = [&] { return ask_metadata(client, nullptr, 20s, "Asking failed"); };
  ASSERT_TRUE(ask());
  for (int broker : {1, 2}) rd_kafka_mock_broker_set_rtt(cluster, broker, 60'000);
  const auto metadata = asked_as_a_broker_goes(kMetadata, ask);
  ASSERT_TRUE(metadata) << metadata.error().describe();
}

TEST_F(TwoBrokers, TheOtherOneAnswersForOffsetsOfAGroup) {
  auto admin = LibrdkafkaAdmin::make(
      {{"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster)}}, "[test] ");
  ASSERT_TRUE(admin) << admin.error().describe();
  rd_kafka_mock_coordinator_set(cluster, "group", "g", 1);
  rd_kafka_mock_broker_push_request_error_rtts(cluster, 1, kOffsetFetch, 1,
                                               RD_KAFKA_RESP_ERR_NO_ERROR, 60'000);
  const auto offsets =
      asked_as_a_broker_goes(kOffsetFetch, [&] { return (*admin)->group_offsets("g", 20s); });
  EXPECT_TRUE(offsets) << offsets.error().describe();
}

TEST_F(TwoBrokers, TheEndsOfPartitionsAreAskedOfTheirNewLeaders) {
  const std::vector<TopicPartition> all{{"t", 0}, {"t", 1}, {"t", 2}};
  auto ask = [&] {
    return list_offsets(client, all, RD_KAFKA_OFFSET_SPEC_LATEST, false, 20s, "Asking failed");
  };
  for (int partition : {0, 1, 2}) rd_kafka_mock_partition_set_leader(cluster, "t", partition, 1);
  auto ends = ask();
  ASSERT_TRUE(ends) << ends.error().describe();
  EXPECT_EQ(ends->size(), 3u);
  for (int partition : {0, 1, 2}) rd_kafka_mock_partition_set_leader(cluster, "t", partition, 2);
  rd_kafka_mock_broker_set_down(cluster, 1);
  ends = ask();
  ASSERT_TRUE(ends) << ends.error().describe();
  ASSERT_EQ(ends->size(), 3u);
  for (const TopicPartitionOffset& end : *ends) EXPECT_EQ(end.offset, 0);
}

// As it is while brokers still hear that the topic was made.
TEST_F(TwoBrokers, RecordsWaitForATopicThatIsUnknownForAMoment) {
  auto made =
      LibrdkafkaProducer::make({{"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster)},
                                {"metadata.max.age.ms", "100"},
                                {"linger.ms", "300"}},
                               "[test] ");
  ASSERT_TRUE(made) << made.error().describe();
  Producer& producer = **made;
  const std::string text = "value";
  OutgoingRecord record;
  record.topic = "t";
  record.key = record.value = reinterpret_cast<const uint8_t*>(text.data());
  record.key_size = record.value_size = text.size();
  const OutgoingHeader header{"h", record.value, record.value_size};
  record.headers = {&header, 1};
  std::vector<Delivery> deliveries;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  const auto early = [&] { return std::chrono::steady_clock::now() < deadline; };
  auto sent = [&](uint64_t token) {
    record.token = token;
    auto taken = producer.send({&record, 1});
    return taken && *taken == 1;
  };
  ASSERT_TRUE(sent(0));
  while (deliveries.empty() && early()) producer.poll_deliveries(50ms, deliveries);
  ASSERT_EQ(deliveries.size(), 1u);

  rd_kafka_mock_topic_set_error(cluster, "t", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  uint64_t next = 1;
  while (sent(next) && early()) {  // until the client knows
    ++next;
    producer.poll_deliveries(10ms, deliveries);
  }
  ASSERT_TRUE(early());
  rd_kafka_mock_topic_set_error(cluster, "t", RD_KAFKA_RESP_ERR_NO_ERROR);
  while (deliveries.size() < next && early()) producer.poll_deliveries(50ms, deliveries);
  ASSERT_EQ(deliveries.size(), next);
  for (uint64_t token = 0; token < next; ++token) {
    EXPECT_EQ(deliveries[token].token, token);
    EXPECT_EQ(deliveries[token].error, 0);
    EXPECT_EQ(deliveries[token].partition, deliveries[0].partition);
  }
  EXPECT_EQ(producer.in_flight(), 0u);
}

TEST_F(TwoBrokers, NobodyAnswersInTime) {
  for (int broker : {1, 2}) rd_kafka_mock_broker_set_down(cluster, broker);
  auto metadata = ask_metadata(client, nullptr, 50ms, "Asking failed");
  ASSERT_FALSE(metadata);
  EXPECT_EQ(metadata.error().message().rfind("Asking failed", 0), 0u) << metadata.error().message();
}

}  // namespace
}  // namespace millrace::kafka
