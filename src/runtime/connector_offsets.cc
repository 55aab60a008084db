#include "runtime/connector_offsets.h"

#include <set>

#include "base/text_list.h"
#include "runtime/connector_offset_store.h"

namespace millrace::runtime {
namespace {

void warn(const std::vector<std::string>& warnings) {
  const Logger log("org.apache.kafka.connect.util.ConnectUtils");
  for (const std::string& warning : warnings) log.warn("{}", warning);
}

std::set<std::string> servers_of(const std::string& list) {
  const auto servers = split_list(list, EmptyItems::kLeftOut);
  return {servers.begin(), servers.end()};
}

// The clients may speak to another cluster, which can have a topic of the same name.
bool is_topic_of_worker(const WorkerParts& parts, const OffsetTopicRequest& request) {
  return request.topic == parts.config.distributed->offset_topic.name &&
         servers_of(parts.config.bootstrap_servers) ==
             servers_of(request.producer.at("bootstrap.servers"));
}

Result<OffsetTopicRequest> request_for(const WorkerParts& parts, const std::string& connector,
                                       const config::Properties& connector_config,
                                       std::string topic) {
  OffsetTopicRequest request;
  request.topic = std::move(topic);
  request.log_context = "[" + connector + "|worker] ";
  const config::ConnectorTaskClient client{connector, 0};
  auto producer =
      config::producer_properties(parts.config, connector_config, client, parts.client_overrides);
  if (!producer) return fail(std::move(producer).error());
  request.producer = *std::move(producer);
  auto consumer =
      config::consumer_properties(parts.config, connector_config, client, parts.client_overrides);
  if (!consumer) return fail(std::move(consumer).error());
  request.consumer = *std::move(consumer);
  // Read by no group, and by one client for the connector and all of its tasks here.
  request.consumer.erase("group.id");
  request.consumer.erase("group.instance.id");
  for (auto* properties : {&request.producer, &request.consumer}) {
    std::string& id = (*properties)["client.id"];
    if (id.ends_with("-" + connector + "-0")) id.resize(id.size() - 2);
  }
  request.consumer.emplace("isolation.level", "read_committed");
  if (delivers_exactly_once(parts)) {
    std::vector<std::string> warnings;
    config::ensure_property(request.consumer, "isolation.level", "read_committed",
                            "for source connectors' offset consumers when exactly-once source "
                            "support is enabled",
                            false, warnings);
    warn(warnings);
  }
  auto admin = config::admin_properties(
      parts.config, connector_config, "connector-adminclient-" + connector, parts.client_overrides);
  if (!admin) return fail(std::move(admin).error());
  request.admin = *std::move(admin);
  return request;
}

// `offsets.storage.topic`, trimmed; empty where there is none, or where this worker has none for
// connectors.
std::string own_offsets_topic(const WorkerParts& parts,
                              const config::Properties& connector_config) {
  if (!parts.open_offset_topic) return {};
  auto given = connector_config.find("offsets.storage.topic");
  return given == connector_config.end() ? std::string() : std::string(config::trim(given->second));
}

}  // namespace

bool delivers_exactly_once(const WorkerParts& parts) {
  return parts.config.distributed && parts.config.distributed->exactly_once_enabled();
}

Result<config::Properties> source_producer_properties(const WorkerParts& parts,
                                                      const config::Properties& connector_config,
                                                      const config::ConnectorTaskClient& task) {
  if (!delivers_exactly_once(parts))
    return config::producer_properties(parts.config, connector_config, task,
                                       parts.client_overrides);
  std::vector<std::string> warnings;
  auto properties = config::transactional_producer_properties(parts.config, connector_config, task,
                                                              parts.client_overrides, warnings);
  warn(warnings);
  return properties;
}

bool has_offset_clients(const WorkerParts& parts, const config::Properties& connector_config) {
  return delivers_exactly_once(parts) || !own_offsets_topic(parts, connector_config).empty();
}

Result<ConnectorOffsets> offsets_of_connector(const WorkerParts& parts,
                                              const std::string& connector,
                                              const config::Properties& connector_config) {
  std::string topic = own_offsets_topic(parts, connector_config);
  // Records and offsets are written by one producer: the worker's is never it.
  if (topic.empty() && delivers_exactly_once(parts))
    topic = parts.config.distributed->offset_topic.name;
  if (topic.empty()) return ConnectorOffsets{parts.offsets, {}, nullptr};
  auto request = request_for(parts, connector, connector_config, std::move(topic));
  if (!request) return fail(std::move(request).error());
  auto own = parts.open_offset_topic(*request);
  if (!own) return fail(std::move(own).error());
  ConnectorOffsets offsets;
  offsets.topic = request->topic;
  if (!is_topic_of_worker(parts, *request)) offsets.second = parts.offsets;
  offsets.store =
      std::make_shared<ConnectorOffsetStore>(offsets.second, *std::move(own), request->log_context);
  return offsets;
}

}  // namespace millrace::runtime
