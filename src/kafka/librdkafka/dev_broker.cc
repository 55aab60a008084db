#include "kafka/dev_broker.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <map>
#include <mutex>

#include "kafka/librdkafka/dev_broker_registry.h"
#include "kafka/librdkafka/handle.h"

namespace millrace::kafka {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, DevBroker*> brokers;
};
Registry& registry() {
  static auto* registry = new Registry;
  return *registry;
}

class MockCluster final : public DevBroker {
 public:
  MockCluster(rd_kafka_t* host, rd_kafka_mock_cluster_t* cluster)
      : host_(host),
        cluster_(cluster),
        bootstrap_servers_(rd_kafka_mock_cluster_bootstraps(cluster)) {
    std::lock_guard lock(registry().mutex);
    registry().brokers[bootstrap_servers_] = this;
  }
  ~MockCluster() override {
    {
      std::lock_guard lock(registry().mutex);
      registry().brokers.erase(bootstrap_servers_);
    }
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
  }

  const std::string& bootstrap_servers() const override { return bootstrap_servers_; }

  Result<void> create_topic(const std::string& name, int partitions) override {
    const auto error = rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      return {};
    return fail(client_error(error, "Creating topic '" + name + "' failed"));
  }

 private:
  rd_kafka_t* host_;
  rd_kafka_mock_cluster_t* cluster_;
  const std::string bootstrap_servers_;
};

}  // namespace

std::optional<Result<void>> create_on_dev_broker(const std::string& bootstrap_servers,
                                                 const NewTopic& topic) {
  std::lock_guard lock(registry().mutex);
  auto found = registry().brokers.find(bootstrap_servers);
  if (found == registry().brokers.end()) return std::nullopt;
  auto* cluster = static_cast<MockCluster*>(found->second);
  return cluster->create_topic(
      topic.name, topic.partitions > 0 ? topic.partitions : DevBroker::kDefaultPartitions);
}

ClientProperties dev_broker_consumer_properties() {
  return {{std::string(kFailOnLostRecords), "true"},
          {"session.timeout.ms", "2000"},  // the mock waits for all of it but a second
          {"heartbeat.interval.ms", "300"}};
}

Result<std::unique_ptr<DevBroker>> start_dev_broker() {
  char why[512];
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  rd_kafka_conf_set(configuration, "client.id", "dev-broker", why, sizeof why);
  rd_kafka_conf_set(configuration, "log_level", "3", why, sizeof why);
  rd_kafka_t* host = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, why, sizeof why);
  if (host == nullptr) {
    rd_kafka_conf_destroy(configuration);
    return fail(ErrorKind::fatal, std::string("The dev broker cannot be started: ") + why);
  }
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(host, 1);
  if (cluster == nullptr) {
    rd_kafka_destroy(host);
    return fail(ErrorKind::fatal, "The dev broker cannot be started: no port could be opened");
  }
  rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);  // nobody else is expected
  auto broker = std::make_unique<MockCluster>(host, cluster);
  if (!broker->bootstrap_servers().starts_with("127.0.0.1:"))
    return fail(ErrorKind::fatal, "The dev broker listens on " + broker->bootstrap_servers() +
                                      ", which is not loopback: it was stopped");
  return broker;
}

}  // namespace millrace::kafka
