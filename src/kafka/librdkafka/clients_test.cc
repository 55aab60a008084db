// Producer, consumer and admin against the dev broker.

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "kafka/dev_broker.h"
#include "kafka/librdkafka/factory.h"

namespace millrace::kafka {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct Recorder : RebalanceListener {
  void assigned(std::span<const TopicPartition> p) override {
    for (const auto& one : p) {
      now.insert(one);
      if (on_assigned) on_assigned(one);
    }
  }
  void revoked(std::span<const TopicPartition> p) override {
    for (const auto& one : p) now.erase(one), ++revocations;
  }
  void lost(std::span<const TopicPartition> p) override {
    for (const auto& one : p) now.erase(one), ++losses;
  }
  std::set<TopicPartition> now;
  std::function<void(const TopicPartition&)> on_assigned;
  int revocations = 0, losses = 0;
};

const uint8_t* bytes(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}
std::string text(const uint8_t* data, size_t size) {
  return data == nullptr ? "<null>" : std::string(reinterpret_cast<const char*>(data), size);
}

class Clients : public testing::Test {
 protected:
  void SetUp() override {
    auto started = start_dev_broker();
    ASSERT_TRUE(started) << started.error().describe();
    broker = std::move(*started);
  }
  void TearDown() override {
    factory.reset();
    broker.reset();
  }

  ClientProperties properties(ClientProperties more = {}) {
    more.emplace("bootstrap.servers", broker->bootstrap_servers());
    return more;
  }
  std::unique_ptr<Producer> producer(ClientProperties more = {}) {
    auto made = factory->make_producer(properties(std::move(more)), "[test] ");
    EXPECT_TRUE(made) << made.error().describe();
    return std::move(*made);
  }
  std::unique_ptr<Consumer> consumer(const std::string& group, ClientProperties more = {}) {
    more.emplace("group.id", group);
    more.emplace("auto.offset.reset", "earliest");
    more.merge(dev_broker_consumer_properties());
    auto made = factory->make_consumer(properties(std::move(more)), "[test] ");
    EXPECT_TRUE(made) << made.error().describe();
    return std::move(*made);
  }

  // Sends `count` values "0", "1", ... to one partition and waits for all acknowledgements.
  void fill(const std::string& topic, int32_t partition, int count, int first = 0,
            size_t width = 0) {
    auto out = producer();
    std::vector<std::string> values;
    for (int i = 0; i < count; ++i) {
      values.push_back(std::to_string(first + i));
      if (values.back().size() < width) values.back().resize(width, ' ');
    }
    std::vector<OutgoingRecord> records;
    for (int i = 0; i < count; ++i) {
      OutgoingRecord record;
      record.topic = topic;
      record.partition = partition;
      record.value = bytes(values[static_cast<size_t>(i)]);
      record.value_size = values[static_cast<size_t>(i)].size();
      record.token = static_cast<uint64_t>(i);
      records.push_back(record);
    }
    ASSERT_EQ(deliver(*out, records).size(), static_cast<size_t>(count));
  }

  std::vector<Delivery> deliver(Producer& out, std::span<const OutgoingRecord> records) {
    std::vector<Delivery> deliveries;
    const size_t count = records.size();
    const auto deadline = steady_clock::now() + 30s;
    while (deliveries.size() < count && steady_clock::now() < deadline) {
      auto taken = out.send(records);
      EXPECT_TRUE(taken) << taken.error().describe();
      if (!taken) break;
      records = records.subspan(*taken);
      out.poll_deliveries(10ms, deliveries);
    }
    return deliveries;
  }

  struct Read {
    std::string topic;
    int32_t partition;
    int64_t offset;
    std::string value;
  };
  // Polls until `count` records have come.
  std::vector<Read> read(Consumer& in, size_t count) {
    std::vector<Read> records;
    Fetch fetch;
    const auto deadline = steady_clock::now() + 30s;
    while (records.size() < count && steady_clock::now() < deadline) {
      auto polled = in.poll(200ms, fetch);
      EXPECT_TRUE(polled) << polled.error().describe();
      if (!polled) break;
      for (const auto& r : fetch.records)
        records.push_back(
            {std::string(r.topic), r.partition, r.offset, text(r.value, r.value_size)});
    }
    return records;
  }

  std::unique_ptr<DevBroker> broker;
  std::unique_ptr<ClientFactory> factory = make_librdkafka_factory();
};

TEST_F(Clients, CarryKeysValuesHeadersAndTimestamps) {
  ASSERT_TRUE(broker->create_topic("t", 1));
  auto out = producer();
  const std::string key = "k", value = "v", header = "h1";
  const OutgoingHeader headers[] = {{"a", bytes(header), 2}, {"b", nullptr, 0}};
  OutgoingRecord full;
  full.topic = "t";
  full.timestamp = 1234567;
  full.key = bytes(key), full.key_size = 1;
  full.value = bytes(value), full.value_size = 1;
  full.headers = headers;
  full.token = ~uint64_t{0};
  OutgoingRecord nothing;  // null key, null value
  nothing.topic = "t";
  nothing.token = 7;
  OutgoingRecord empty = nothing;
  empty.key = empty.value = bytes(key);  // not null, no bytes
  const OutgoingRecord records[] = {full, nothing, empty, full};
  auto deliveries = deliver(*out, records);
  ASSERT_EQ(deliveries.size(), 4u);
  EXPECT_EQ(deliveries[0].token, ~uint64_t{0});
  EXPECT_EQ(deliveries[1].token, 7u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(deliveries[static_cast<size_t>(i)].error, 0);
    EXPECT_EQ(deliveries[static_cast<size_t>(i)].offset, i);
  }
  EXPECT_EQ(out->in_flight(), 0u);

  auto in = consumer("g");
  Recorder recorder;
  ASSERT_TRUE(in->subscribe({"t"}, &recorder));
  Fetch fetch;
  std::vector<std::string> seen;
  const auto deadline = steady_clock::now() + 30s;
  while (seen.size() < 4 && steady_clock::now() < deadline) {
    ASSERT_TRUE(in->poll(500ms, fetch));
    for (size_t i = 0; i < fetch.records.size(); ++i) {
      const auto& r = fetch.records[i];
      std::string line = text(r.key, r.key_size) + "/" + text(r.value, r.value_size);
      if (r.timestamp == 1234567) line += "@";
      EXPECT_EQ(r.timestamp_type, 0);
      if (!fetch.header_begin.empty())
        for (uint32_t h = fetch.header_begin[i]; h < fetch.header_begin[i + 1]; ++h)
          line += " " + std::string(fetch.headers[h].key) + "=" +
                  text(fetch.headers[h].value, fetch.headers[h].size);
      seen.push_back(line);
    }
  }
  EXPECT_THAT(
      seen, testing::ElementsAre("k/v@ a=h1 b=<null>", "<null>/<null>", "/", "k/v@ a=h1 b=<null>"));
  in->close(5s);
}

TEST_F(Clients, RecordsOutliveTheConsumer) {
  ASSERT_TRUE(broker->create_topic("t", 1));
  fill("t", 0, 100);
  auto in = consumer("g");
  ASSERT_TRUE(in->subscribe({"t"}, nullptr));
  std::vector<Fetch> kept;
  size_t count = 0;
  while (count < 100) {
    ASSERT_TRUE(in->poll(500ms, kept.emplace_back()));
    count += kept.back().records.size();
  }
  in->close(5s);
  in.reset();
  int expected = 0;
  for (const Fetch& fetch : kept)
    for (const auto& r : fetch.records)
      EXPECT_EQ(text(r.value, r.value_size), std::to_string(expected++));
}

TEST_F(Clients, CommittedOffsetsAreWhereTheNextMemberStarts) {
  ASSERT_TRUE(broker->create_topic("t", 2));
  fill("t", 0, 10);
  fill("t", 1, 10, 100);
  {
    auto in = consumer("g");
    Recorder recorder;
    ASSERT_TRUE(in->subscribe({"t"}, &recorder));
    ASSERT_EQ(read(*in, 20).size(), 20u);
    EXPECT_EQ(recorder.now.size(), 2u);
    const TopicPartitionOffset first[] = {{{"t", 0}, 3, "note"}};
    ASSERT_TRUE(in->commit_sync(first, 10s));
    const TopicPartitionOffset second[] = {{{"t", 1}, 9, {}}};
    std::vector<int> order;
    in->commit_async(first, [&](const Result<void>& r) { order.push_back(r ? 1 : -1); });
    in->commit_async(second, [&](const Result<void>& r) { order.push_back(r ? 2 : -2); });
    Fetch fetch;
    while (order.size() < 2) ASSERT_TRUE(in->poll(100ms, fetch));
    EXPECT_THAT(order, testing::ElementsAre(1, 2));
    in->close(5s);
    EXPECT_EQ(recorder.revocations, 2);
    EXPECT_EQ(recorder.losses, 0);
  }
  auto in = consumer("g");
  Recorder recorder;
  recorder.on_assigned = [&](const TopicPartition& p) {
    EXPECT_EQ(in->position(p, 5s).value(), p.partition == 0 ? 3 : 9);
  };
  ASSERT_TRUE(in->subscribe({"t"}, &recorder));
  EXPECT_EQ(read(*in, 8).size(), 8u);
  EXPECT_EQ(in->position({"t", 0}, 5s).value(), 10);
  EXPECT_EQ(in->lag({"t", 0}).value_or(-1), 0);
  EXPECT_FALSE(in->position({"t", 5}, 5s));
  in->close(5s);
}

TEST_F(Clients, SeekWithinAssignedAndLater) {
  ASSERT_TRUE(broker->create_topic("t", 1));
  fill("t", 0, 1000);
  auto in = consumer("g");
  Recorder recorder;
  recorder.on_assigned = [&](const TopicPartition& p) { ASSERT_TRUE(in->seek(p, 900)); };
  ASSERT_TRUE(in->subscribe({"t"}, &recorder));
  auto records = read(*in, 100);
  ASSERT_EQ(records.size(), 100u);
  EXPECT_EQ(records.front().offset, 900);
  ASSERT_TRUE(in->seek({"t", 0}, 5));
  records = read(*in, 995);
  ASSERT_EQ(records.size(), 995u);
  for (size_t i = 0; i < records.size(); ++i)
    ASSERT_EQ(records[i].offset, static_cast<int64_t>(i) + 5);
  in->close(5s);
}

TEST_F(Clients, PausedPartitionsGiveNothingAndLoseNothing) {
  ASSERT_TRUE(broker->create_topic("t", 2));
  fill("t", 0, 3000);
  fill("t", 1, 3000);
  auto in = consumer("g", {{"max.poll.records", "100"}});
  Recorder recorder;
  ASSERT_TRUE(in->subscribe({"t"}, &recorder));
  std::vector<int64_t> next(2, 0);
  auto take = [&](std::vector<Read> records) {
    for (const Read& r : records) {
      ASSERT_EQ(r.offset, next[static_cast<size_t>(r.partition)]);
      next[static_cast<size_t>(r.partition)] = r.offset + 1;
    }
  };
  take(read(*in, 500));
  const TopicPartition zero{"t", 0}, one{"t", 1};
  in->pause(std::span(&zero, 1));
  const int64_t before = next[0];
  take(read(*in, static_cast<size_t>(3000 - next[1])));
  EXPECT_EQ(next[0], before);
  EXPECT_EQ(next[1], 3000);
  in->pause(std::span(&one, 1));
  Fetch fetch;
  ASSERT_TRUE(in->poll(50ms, fetch));
  EXPECT_TRUE(fetch.records.empty());
  in->resume(std::span(&zero, 1));
  take(read(*in, static_cast<size_t>(3000 - next[0])));
  EXPECT_EQ(next[0], 3000);
  in->close(5s);
}

class Strategies : public Clients, public testing::WithParamInterface<const char*> {};

TEST_P(Strategies, MembersShareAndTakeOver) {
  ASSERT_TRUE(broker->create_topic("t", 4));
  const ClientProperties more = {{"partition.assignment.strategy", GetParam()},
                                 {"heartbeat.interval.ms", "100"}};
  auto a = consumer("g", more), b = consumer("g", more);
  Recorder ra, rb;
  ASSERT_TRUE(a->subscribe({"t"}, &ra));
  Fetch fetch;
  const auto deadline = steady_clock::now() + 60s;
  auto until = [&](auto condition) {
    while (!condition() && steady_clock::now() < deadline) {
      ASSERT_TRUE(a->poll(20ms, fetch));
      if (b) {
        ASSERT_TRUE(b->poll(20ms, fetch));
      }
    }
    ASSERT_TRUE(condition());
  };
  until([&] { return ra.now.size() == 4; });
  ASSERT_TRUE(b->subscribe({"t"}, &rb));
  until([&] { return ra.now.size() == 2 && rb.now.size() == 2; });
  EXPECT_GE(ra.revocations, 2);
  b->close(5s);
  b.reset();
  EXPECT_EQ(rb.now.size(), 0u);
  until([&] { return ra.now.size() == 4; });
  EXPECT_EQ(ra.losses, 0);
  EXPECT_EQ(a->assignment().size(), 4u);
  a->close(5s);
  EXPECT_TRUE(ra.now.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Clients, Strategies,
    testing::Values("org.apache.kafka.clients.consumer.RangeAssignor",
                    "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"));

TEST_F(Clients, WakeupEndsAPoll) {
  ASSERT_TRUE(broker->create_topic("t", 1));
  auto in = consumer("g");
  ASSERT_TRUE(in->subscribe({"t"}, nullptr));
  Fetch fetch;
  ASSERT_TRUE(in->poll(10ms, fetch));
  std::atomic<bool> ended{false};
  std::thread other([&] {
    while (!ended) {
      in->wakeup();
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(in->poll(1h, fetch));
  ended = true;
  other.join();
  in->close(5s);
}

TEST_F(Clients, PatternsMatchWholeNamesAndSeeNewTopics) {
  for (const char* name : {"orders-1", "orders-22", "my-orders-1", "__consumer_offsets"})
    ASSERT_TRUE(broker->create_topic(name, 1));
  auto in = consumer("g", {{"metadata.max.age.ms", "100"}});
  Recorder recorder;
  ASSERT_TRUE(in->subscribe_pattern("orders-\\d+|__.*", &recorder));
  Fetch fetch;
  const auto deadline = steady_clock::now() + 30s;
  while (recorder.now.size() < 2 && steady_clock::now() < deadline)
    ASSERT_TRUE(in->poll(50ms, fetch));
  EXPECT_THAT(recorder.now,
              testing::ElementsAre(TopicPartition{"orders-1", 0}, TopicPartition{"orders-22", 0}));
  ASSERT_TRUE(broker->create_topic("orders-3", 1));
  while (recorder.now.size() < 3 && steady_clock::now() < deadline)
    ASSERT_TRUE(in->poll(50ms, fetch));
  EXPECT_EQ(recorder.now.size(), 3u);
  in->close(5s);
}

TEST_F(Clients, RecordsThatAreGoneAreALoudErrorWhereAsked) {
  ASSERT_TRUE(broker->create_topic("t", 1));
  auto in = consumer("g");
  fill("t", 0, 10);
  ASSERT_TRUE(in->subscribe({"t"}, nullptr));
  ASSERT_EQ(read(*in, 10).size(), 10u);
  const TopicPartitionOffset offset[] = {{{"t", 0}, 10, {}}};
  ASSERT_TRUE(in->commit_sync(offset, 10s));
  in->close(5s);
  in.reset();
  fill("t", 0, 7000, 0, 1000);  // more than the dev broker keeps
  in = consumer("g");
  ASSERT_TRUE(in->subscribe({"t"}, nullptr));
  Fetch fetch;
  Result<void> polled;
  const auto deadline = steady_clock::now() + 30s;
  while (polled && steady_clock::now() < deadline) {
    polled = in->poll(100ms, fetch);
    ASSERT_TRUE(fetch.records.empty());
  }
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().kind(), ErrorKind::fatal);
  EXPECT_THAT(polled.error().message(), testing::HasSubstr("gone before they were read"));
  in->close(5s);
}

TEST_F(Clients, TooLargeRecordsEndTheTakenPrefix) {
  ASSERT_TRUE(broker->create_topic("t", 1));
  auto out = producer({{"max.request.size", "2000"}});
  const std::string small(10, 's'), large(3000, 'l');
  OutgoingRecord good, bad;
  good.topic = bad.topic = "t";
  good.value = bytes(small), good.value_size = small.size();
  bad.value = bytes(large), bad.value_size = large.size();
  const OutgoingRecord records[] = {good, good, bad, good};
  auto taken = out->send(records);
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, 2u);
  taken = out->send(std::span(records).subspan(2));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind(), ErrorKind::bad_data);
  EXPECT_EQ(taken.error().exception_class(),
            "org.apache.kafka.common.errors.RecordTooLargeException");
  EXPECT_EQ(taken.error().message(),
            "The message is 3086 bytes when serialized which is larger than 2000, which is the "
            "value of the max.request.size configuration.");
  std::vector<Delivery> deliveries;
  while (deliveries.size() < 2) out->poll_deliveries(100ms, deliveries);
}

TEST_F(Clients, AFullBufferTakesFewerAndAnEndDropsTheRest) {
  auto made = factory->make_producer({{"bootstrap.servers", "127.0.0.1:1"},  // nobody there
                                      {"buffer.memory", "10240"},
                                      {"delivery.timeout.ms", "2147483647"}},
                                     "[test] ");
  ASSERT_TRUE(made);
  const auto value = std::make_unique<std::string>(1000, 'x');
  OutgoingRecord record;
  record.topic = "t";
  record.value = bytes(*value), record.value_size = value->size();
  const std::vector<OutgoingRecord> records(100, record);
  auto taken = (*made)->send(records);
  ASSERT_TRUE(taken) << taken.error().describe();
  EXPECT_GT(*taken, 0u);
  EXPECT_LT(*taken, 100u);
  EXPECT_EQ((*made)->in_flight(), *taken);
  EXPECT_EQ((*made)->send(records).value(), 0u);
  made->reset();  // returns, and nobody touches `value` any more
}

TEST_F(Clients, AdminSeesTopicsAndGroups) {
  auto admin = factory->make_admin(properties(), "[test] ");
  ASSERT_TRUE(admin);
  ASSERT_TRUE((*admin)->create_topic(
      {.name = "t", .partitions = 3, .replication_factor = 1, .configs = {}}, 5s));
  ASSERT_TRUE((*admin)->create_topic(
      {.name = "t", .partitions = 3, .replication_factor = 1, .configs = {}}, 5s));
  EXPECT_FALSE((*admin)->cluster_id(5s).value().empty());
  auto topics = (*admin)->describe_topics({"t", "missing"}, 5s);
  ASSERT_TRUE(topics) << topics.error().describe();
  ASSERT_EQ(topics->size(), 1u);
  EXPECT_EQ(topics->front().partitions, 3);
}

}  // namespace
}  // namespace millrace::kafka
