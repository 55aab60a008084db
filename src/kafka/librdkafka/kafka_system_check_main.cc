// kafka_system_check BOOTSTRAP TOPIC COUNT [key=value ...]: numbered records through a real broker
// and two group members, with commits, a pause, a seek and a rebalance on the way; every record
// must be seen. The broker may be killed and started again meanwhile. Exit code 0: all is well.

#include <cstdio>
#include <cstdlib>
#include <set>

#include "kafka/librdkafka/factory.h"

using namespace millrace;
using namespace millrace::kafka;
using namespace std::chrono_literals;

namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "kafka_system_check: %s\n", why.c_str());
  std::exit(1);
}

void produce(Producer& out, const std::string& topic, size_t count) {
  std::vector<std::string> values(count);
  std::vector<OutgoingRecord> records(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = std::to_string(i);
    records[i].topic = topic;
    records[i].value = reinterpret_cast<const uint8_t*>(values[i].data());
    records[i].value_size = values[i].size();
    records[i].token = i;
  }
  std::vector<Delivery> deliveries;
  std::span<const OutgoingRecord> rest = records;
  while (deliveries.size() < count) {
    auto taken = out.send(rest);
    if (!taken && taken.error().kind() != ErrorKind::retriable) give_up(taken.error().describe());
    rest = rest.subspan(taken ? *taken : 0);
    out.poll_deliveries(50ms, deliveries);
  }
  for (const Delivery& delivery : deliveries)
    if (delivery.error != 0) give_up(out.describe_error(delivery.error, topic).describe());
}

struct Member : RebalanceListener {
  void assigned(std::span<const TopicPartition> p) override { now.insert(p.begin(), p.end()); }
  void revoked(std::span<const TopicPartition> p) override {
    std::vector<TopicPartitionOffset> offsets;
    for (const auto& name : p) {
      if (auto at = consumer->position(name, 10s)) offsets.push_back({name, *at, {}});
      now.erase(name);
    }
    (void)consumer->commit_sync(offsets, 10s);
  }
  void lost(std::span<const TopicPartition> p) override {
    for (const auto& name : p) now.erase(name);
  }
  void poll(std::set<std::string>& seen) {
    Fetch fetch;
    if (auto polled = consumer->poll(200ms, fetch); !polled) give_up(polled.error().describe());
    for (const auto& r : fetch.records)
      seen.emplace(reinterpret_cast<const char*>(r.value), r.value_size);
  }
  std::unique_ptr<Consumer> consumer;
  std::set<TopicPartition> now;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) give_up("usage: kafka_system_check BOOTSTRAP TOPIC COUNT [key=value ...]");
  ClientProperties properties{{"bootstrap.servers", argv[1]}};
  const std::string topic = argv[2];
  const size_t count = std::strtoul(argv[3], nullptr, 10);
  for (int i = 4; i < argc; ++i) {
    const std::string pair = argv[i];
    properties[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  auto factory = make_librdkafka_factory();
  auto admin = factory->make_admin(properties, "[check] ");
  if (!admin) give_up(admin.error().describe());
  auto made = (*admin)->create_topic(
      {.name = topic, .partitions = 4, .replication_factor = 1, .configs = {}}, 60s);
  if (!made) give_up(made.error().describe());

  ClientProperties to = properties, from = properties;
  to["delivery.timeout.ms"] = "2147483647";
  to["max.in.flight.requests.per.connection"] = "1";
  from["group.id"] = "check-" + topic;
  from["auto.offset.reset"] = "earliest";
  from["session.timeout.ms"] = "6000";
  auto out = factory->make_producer(to, "[check] ");
  if (!out) give_up(out.error().describe());
  produce(**out, topic, count);

  Member members[2];
  std::set<std::string> seen;
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  auto until = [&](const char* what, auto condition) {
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) give_up(std::string("never came: ") + what);
      for (Member& member : members)
        if (member.consumer) member.poll(seen);
    }
  };
  auto join = [&](Member& member) {
    auto consumer = factory->make_consumer(from, "[check] ");
    if (!consumer) give_up(consumer.error().describe());
    member.consumer = std::move(*consumer);
    if (auto done = member.consumer->subscribe({topic}, &member); !done)
      give_up(done.error().describe());
  };
  join(members[0]);
  until("an assignment of all", [&] { return members[0].now.size() == 4; });
  until("the first records", [&] { return !seen.empty(); });
  const TopicPartition zero{topic, 0};
  members[0].consumer->pause(std::span(&zero, 1));
  members[0].poll(seen);
  if (auto sought = members[0].consumer->seek(zero, 0); !sought) give_up(sought.error().describe());
  members[0].consumer->resume(std::span(&zero, 1));
  join(members[1]);
  until("a shared assignment",
        [&] { return members[0].now.size() == 2 && members[1].now.size() == 2; });
  until("every record", [&] { return seen.size() == count; });
  for (Member& member : members) member.consumer->close(10s);
  auto offsets = (*admin)->group_offsets(from["group.id"], 30s);
  if (!offsets) give_up(offsets.error().describe());
  int64_t committed = 0;
  for (const auto& offset : *offsets) committed += offset.offset;
  if (committed != static_cast<int64_t>(count))
    give_up("committed " + std::to_string(committed) + " of " + std::to_string(count));
  if (auto gone = (*admin)->delete_group(from["group.id"], 30s); !gone)
    give_up(gone.error().describe());
  std::printf("ok: %zu records\n", count);
}
