#include "app/distributed_parts.h"

#include "config/client_config.h"
#include "kafka/librdkafka/topic_log.h"
#include "kafka/wire/factory.h"
#include "rest/rest_client.h"
#include "rest/server.h"
#include "rest/tls.h"
#include "storage/config_topic.h"
#include "storage/offset_topics.h"
#include "storage/status_topic.h"

namespace millrace::app {
namespace {

using config::DistributedSettings;
using config::WorkerConfig;

// Java: ConnectUtils.clientIdBase.
std::string client_id(const DistributedSettings& settings, const std::string& what) {
  std::string base = settings.group_id + "-";
  if (!settings.client_id.empty()) base += settings.client_id + "-";
  return base + what;
}

void ensure(kafka::ClientProperties& properties, const std::string& key, const std::string& value,
            const std::string& why) {
  std::vector<std::string> warnings;
  config::ensure_property(properties, key, value, why, key == "transactional.id", warnings);
  const Logger log("org.apache.kafka.connect.util.ConnectUtils");
  for (const std::string& warning : warnings) log.warn("{}", warning);
}

// The leader's producer shuts out the one of the leader before.
void make_owned(const DistributedSettings& settings, const kafka::ClientProperties& client,
                kafka::TopicLogOptions& options) {
  if (!settings.transactional_leader()) return;
  constexpr char kWhy[] =
      "for the worker's config topic producer when exactly-once source support is enabled or in "
      "preparation to be enabled";
  options.owner = client;
  options.owner["client.id"] = client_id(settings, "configs-leader");
  options.owner["acks"] = "all";
  options.owner["max.in.flight.requests.per.connection"] = "5";
  options.owner["linger.ms"] = "0";
  ensure(options.owner, "enable.idempotence", "true", kWhy);
  ensure(options.owner, "transactional.id", "connect-cluster-" + settings.group_id, kWhy);
}

// One record after the other, none lost; without rights beyond those of a plain producer.
kafka::ClientProperties writer_properties(kafka::ClientProperties client) {
  client["acks"] = "all";
  client["enable.idempotence"] = "false";
  client["max.in.flight.requests.per.connection"] = "1";
  client["linger.ms"] = "0";
  return client;
}

Result<std::unique_ptr<kafka::TopicLog>> make_log(const WorkerConfig& config,
                                                  const config::StorageTopic& topic,
                                                  const std::string& kind) {
  kafka::TopicLogOptions options;
  options.topic.name = topic.name;
  options.topic.partitions = topic.partitions;
  options.topic.replication_factor = topic.replication_factor;
  options.topic.configs = topic.settings;
  options.topic_property = kind + ".storage.topic";
  options.single_partition = kind == "config";
  kafka::ClientProperties client = config::worker_admin_properties(config);
  client["client.id"] = client_id(*config.distributed, kind == "status" ? "statuses" : kind + "s");
  options.admin = client;
  options.consumer = client;
  options.producer = writer_properties(client);
  if (kind == "config") make_owned(*config.distributed, client, options);
  if (kind != "status" && config.distributed->exactly_once_enabled())
    ensure(options.consumer, "isolation.level", "read_committed",
           kind == "config" ? "for the worker's config topic consumer when exactly-once source "
                              "support is enabled"
                            : "for the worker offsets topic consumer when exactly-once source "
                              "support is enabled");
  return kafka::make_librdkafka_topic_log(std::move(options));
}

distributed::HerderOptions herder_options(const WorkerConfig& config, const ClusterPlace& place) {
  const DistributedSettings& settings = *config.distributed;
  distributed::HerderOptions options;
  options.worker_id = place.worker_id;
  options.group_id = settings.group_id;
  options.coordinator.url = place.url;
  options.coordinator.protocol = settings.connect_protocol == "eager"
                                     ? distributed::ConnectProtocol::kEager
                                     : *distributed::protocol_of(settings.connect_protocol);
  options.coordinator.max_delay = settings.scheduled_rebalance_max_delay;
  options.session_keys.generation_algorithm = settings.key_generation_algorithm;
  if (settings.key_size) options.session_keys.key_size = *settings.key_size;
  options.session_keys.lifetime = settings.key_ttl;
  options.session_keys.signature_algorithm = settings.signature_algorithm;
  options.session_keys.verification_algorithms = settings.verification_algorithms;
  options.sync_timeout = settings.worker_sync_timeout;
  options.unsync_back_off = settings.worker_unsync_backoff;
  options.topic_tracking = config.topic_tracking_enable;
  options.exactly_once = settings.exactly_once_enabled();
  return options;
}

kafka::GroupMemberOptions group_options(const WorkerConfig& config, const ClusterPlace& place) {
  const DistributedSettings& settings = *config.distributed;
  kafka::GroupMemberOptions options;
  options.client = config::worker_admin_properties(config);
  options.client_id =
      settings.client_id.empty() ? "connect-" + place.worker_id : settings.client_id;
  options.group_id = settings.group_id;
  options.protocol_type = "connect";
  options.session_timeout = settings.session_timeout;
  options.rebalance_timeout = settings.rebalance_timeout;
  options.heartbeat_interval = settings.heartbeat_interval;
  return options;
}

Result<void> put_nothing(const rest::RestClient& client, const std::string& url,
                         const std::map<std::string, std::string>& headers) {
  rest::RestClient::Request request{"PUT", url, {headers.begin(), headers.end()}, {}};
  auto answer = client.send(request);
  if (!answer) return fail(ErrorKind::retriable, answer.error().describe());
  if (answer->status < 400) return {};
  return fail(answer->status == 409 ? ErrorKind::conflict : ErrorKind::fatal,
              "Another worker answered " + std::to_string(answer->status) + ": " + answer->body,
              "org.apache.kafka.connect.runtime.rest.errors.ConnectRestException");
}

Result<void> post_json(const rest::RestClient& client, const std::string& url,
                       const std::string& body, const std::map<std::string, std::string>& headers) {
  rest::RestClient::Request request{"POST", url, {headers.begin(), headers.end()}, body};
  auto answer = client.send(request);
  if (!answer) return fail(std::move(answer).error());
  if (answer->status < 400) return {};
  return fail(ErrorKind::retriable,
              "Another worker answered " + std::to_string(answer->status) + ": " + answer->body);
}

}  // namespace

Result<std::shared_ptr<runtime::OffsetStore>> make_offset_topic(const WorkerConfig& config) {
  auto log = make_log(config, config.distributed->offset_topic, "offset");
  if (!log) return fail(std::move(log).error());
  return std::make_shared<storage::OffsetTopic>(*std::move(log));
}

runtime::OpenOffsetTopic make_offset_topics(const WorkerConfig& config) {
  const config::StorageTopic& described = config.distributed->offset_topic;
  auto topics = std::make_shared<storage::OffsetTopics>(
      [described](const runtime::OffsetTopicRequest& request) {
        kafka::TopicLogOptions options;
        options.topic.name = request.topic;
        options.topic.partitions = described.partitions;
        options.topic.replication_factor = described.replication_factor;
        options.topic.configs = described.settings;
        options.topic_property = "offset.storage.topic";
        options.producer = request.producer;
        options.producer["linger.ms"] = "0";
        options.consumer = request.consumer;
        options.admin = request.admin;
        options.log_context = request.log_context;
        return kafka::make_librdkafka_topic_log(std::move(options));
      });
  return [topics](const runtime::OffsetTopicRequest& request) { return topics->open(request); };
}

Result<std::unique_ptr<distributed::DistributedHerder>> make_distributed_herder(
    runtime::WorkerParts parts, ClusterPlace place) {
  const WorkerConfig& config = parts.config;
  // Writers are made at the first record; settings with which there can be none, as a
  // transactional.id of the worker's, end it at its start, as in Java.
  if (auto checked =
          parts.clients->check_producer(writer_properties(config::worker_admin_properties(config)));
      !checked)
    return fail(std::move(checked).error());
  auto configs = make_log(config, config.distributed->config_topic, "config");
  if (!configs) return fail(std::move(configs).error());
  auto statuses = make_log(config, config.distributed->status_topic, "status");
  if (!statuses) return fail(std::move(statuses).error());
  distributed::DistributedStores stores;
  stores.configs = std::make_unique<storage::ConfigTopic>(
      *std::move(configs), config.distributed->transactional_leader());
  stores.statuses = std::make_unique<storage::StatusTopic>(*std::move(statuses));

  distributed::DistributedOptions options;
  options.herder = herder_options(config, place);
  options.group = group_options(config, place);
  options.kafka_version = rest::kafka_version();
  options.kafka_cluster_id = std::move(place.kafka_cluster_id);
  auto client = std::make_shared<rest::RestClient>(
      rest::listener_tls_settings(config.originals, "listeners.https."));
  options.post = [client](const std::string& url, const std::string& body,
                          const std::map<std::string, std::string>& headers) {
    return post_json(*client, url, body, headers);
  };
  options.put = [client](const std::string& url,
                         const std::map<std::string, std::string>& headers) {
    return put_nothing(*client, url, headers);
  };
  return std::make_unique<distributed::DistributedHerder>(std::move(options), std::move(parts),
                                                          std::move(stores));
}

Result<void> start_distributed_herder(distributed::DistributedHerder& herder) {
  return herder.start([](kafka::GroupMemberOptions options, kafka::GroupMemberListener& listener) {
    return kafka::make_group_member(std::move(options), listener);
  });
}

}  // namespace millrace::app
