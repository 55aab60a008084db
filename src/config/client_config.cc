#include "config/client_config.h"

#include <algorithm>

namespace millrace::config {
namespace {

constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";
constexpr char kPolicyPackage[] = "org.apache.kafka.connect.connector.policy.";
constexpr char kPolicySuffix[] = "ConnectorClientConfigOverridePolicy";

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

void put_all(Properties& into, const Properties& from) {
  for (const auto& [key, value] : from) into[key] = value;
}

// Java prints its ConfigValue objects; their texts hold the same facts.
std::string not_allowed(const std::vector<ConfigValue>& findings) {
  std::string text = "Client Config Overrides not allowed [";
  bool first = true;
  for (const ConfigValue& finding : findings) {
    if (finding.errors.empty()) continue;
    text += (first ? "" : ", ") + finding.name + ": " + finding.errors.front();
    first = false;
  }
  return text + "]";
}

Result<void> add_overrides(Properties& properties, const Properties& connector,
                           std::string_view prefix, const ClientOverridePolicy& policy) {
  const Properties overrides = with_prefix(connector, prefix);
  const std::vector<ConfigValue> findings = policy.validate(overrides);
  const bool refused = std::any_of(findings.begin(), findings.end(),
                                   [](const ConfigValue& value) { return !value.errors.empty(); });
  if (refused) return fail(ErrorKind::bad_config, not_allowed(findings), kConnectException);
  put_all(properties, overrides);
  return {};
}

std::string task_client_id(const char* client, const ConnectorTaskClient& task) {
  return std::string(client) + task.connector + "-" + std::to_string(task.task);
}

}  // namespace

Properties with_prefix(const Properties& properties, std::string_view prefix) {
  Properties found;
  for (auto entry = properties.lower_bound(std::string(prefix));
       entry != properties.end() && starts_with(entry->first, prefix); ++entry)
    if (entry->first.size() > prefix.size())
      found.emplace(entry->first.substr(prefix.size()), entry->second);
  return found;
}

Result<ClientOverridePolicy> ClientOverridePolicy::make(const WorkerConfig& worker) {
  std::string_view name = worker.client_override_policy;
  if (starts_with(name, kPolicyPackage)) name.remove_prefix(sizeof kPolicyPackage - 1);
  if (name.size() > sizeof kPolicySuffix - 1 &&
      name.substr(name.size() - (sizeof kPolicySuffix - 1)) == kPolicySuffix)
    name.remove_suffix(sizeof kPolicySuffix - 1);
  ClientOverridePolicy policy;
  policy.name_ = name;
  if (name == "All") {
    policy.all_ = true;
  } else if (name == "Principal") {
    policy.allowed_ = {"sasl.jaas.config", "sasl.mechanism", "security.protocol"};
  } else if (name == "Allowlist") {
    auto list = worker.originals.find("connector.client.config.override.allowlist");
    ConfigKey key;
    key.type = Type::kList;
    if (list != worker.originals.end())
      if (Result<Value> value = parse_value(key, list->second)) policy.allowed_ = value->list;
  } else if (name != "None") {
    return fail(
        ErrorKind::bad_config,
        invalid_value("connector.client.config.override.policy", worker.client_override_policy,
                      "this worker knows All, None, Principal and Allowlist"));
  }
  return policy;
}

void ClientOverridePolicy::check(std::vector<ConfigValue>& settings) const {
  if (all_) return;
  for (ConfigValue& setting : settings)
    if (std::find(allowed_.begin(), allowed_.end(), setting.name) == allowed_.end())
      setting.errors.push_back("The '" + name_ + "' policy does not allow '" + setting.name +
                               "' to be overridden in the connector configuration.");
}

std::vector<ConfigValue> ClientOverridePolicy::validate(const Properties& client_properties) const {
  std::vector<ConfigValue> findings;
  for (const auto& [key, value] : client_properties) {
    ConfigValue& finding = findings.emplace_back();
    finding.name = key;
    finding.value = value;
  }
  check(findings);
  return findings;
}

Result<Properties> producer_properties(const WorkerConfig& worker, const Properties& connector,
                                       const ConnectorTaskClient& task,
                                       const ClientOverridePolicy& policy) {
  Properties properties{
      {"bootstrap.servers", worker.bootstrap_servers},
      {"key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer"},
      {"value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer"},
      {"max.block.ms", "9223372036854775807"},
      {"enable.idempotence", "false"},
      {"acks", "all"},
      {"max.in.flight.requests.per.connection", "1"},
      {"delivery.timeout.ms", "2147483647"},
      {"client.id", task_client_id("connector-producer-", task)},
  };
  put_all(properties, worker.originals_with_prefix("producer."));
  if (auto added = add_overrides(properties, connector, kProducerOverride, policy); !added)
    return fail(std::move(added).error());
  return properties;
}

Result<Properties> transactional_producer_properties(const WorkerConfig& worker,
                                                     const Properties& connector,
                                                     const ConnectorTaskClient& task,
                                                     const ClientOverridePolicy& policy,
                                                     std::vector<std::string>& warnings) {
  auto properties = producer_properties(worker, connector, task, policy);
  if (!properties) return properties;
  const std::string idempotence = "enable.idempotence";
  if (connector.count(std::string(kProducerOverride) + idempotence) == 0 &&
      worker.originals.count("producer." + idempotence) == 0)
    properties->erase(idempotence);  // Connect's default is not the user's will
  constexpr char kWhy[] = "for connectors when exactly-once source support is enabled";
  ensure_property(*properties, idempotence, "true", kWhy, false, warnings);
  ensure_property(*properties, "transactional.id", task_transactional_id(worker, task), kWhy, true,
                  warnings);
  return properties;
}

std::string task_transactional_id(const WorkerConfig& worker, const ConnectorTaskClient& task) {
  return (worker.distributed ? worker.distributed->group_id : std::string()) + "-" +
         task.connector + "-" + std::to_string(task.task);
}

void ensure_property(Properties& properties, const std::string& key, const std::string& value,
                     const std::string& why, bool case_sensitive,
                     std::vector<std::string>& warnings) {
  auto [entry, added] = properties.emplace(key, value);
  if (added) return;
  const auto same = [&](char a, char b) {
    return case_sensitive ? a == b : std::tolower(a) == std::tolower(b);
  };
  if (std::equal(entry->second.begin(), entry->second.end(), value.begin(), value.end(), same))
    return;
  warnings.push_back("The value '" + entry->second + "' for the '" + key +
                     "' property will be ignored as it cannot be overridden " + why +
                     ". The value '" + value + "' will be used instead.");
  entry->second = value;
}

Result<Properties> consumer_properties(const WorkerConfig& worker, const Properties& connector,
                                       const ConnectorTaskClient& task,
                                       const ClientOverridePolicy& policy) {
  Properties properties{
      {"group.id", "connect-" + task.connector},
      {"client.id", task_client_id("connector-consumer-", task)},
      {"bootstrap.servers", worker.bootstrap_servers},
      {"enable.auto.commit", "false"},
      {"auto.offset.reset", "earliest"},
      {"key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer"},
      {"value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer"},
  };
  put_all(properties, worker.originals_with_prefix("consumer."));
  if (auto added = add_overrides(properties, connector, kConsumerOverride, policy); !added)
    return fail(std::move(added).error());
  return properties;
}

Result<Properties> admin_properties(const WorkerConfig& worker, const Properties& connector,
                                    const std::string& client_id,
                                    const ClientOverridePolicy& policy) {
  Properties properties = worker_admin_properties(worker);
  if (worker.originals.count("client.id") == 0 && worker.originals.count("admin.client.id") == 0)
    properties["client.id"] = client_id;
  if (auto added = add_overrides(properties, connector, kAdminOverride, policy); !added)
    return fail(std::move(added).error());
  return properties;
}

namespace {

// Keys of distributed workers that mean nothing to a client.
bool is_of_cluster(std::string_view key) {
  for (const std::string_view prefix :
       {"group.id", "session.timeout.ms", "rebalance.timeout.ms", "heartbeat.interval.ms",
        "exactly.once.source.support", "worker.", "offset.storage.", "config.storage.",
        "status.storage.", "connect.protocol", "scheduled.rebalance.", "inter.worker."})
    if (starts_with(key, prefix)) return true;
  return false;
}

}  // namespace

Properties worker_admin_properties(const WorkerConfig& worker) {
  Properties properties;
  const ConfigDef& own = worker_config_def(WorkerMode::kStandalone);
  for (const auto& [key, value] : worker.originals) {
    if (starts_with(key, "admin.") || starts_with(key, "producer.") ||
        starts_with(key, "consumer."))
      continue;
    // The worker's own keys mean nothing to a client, apart from those that both know.
    const bool of_client = starts_with(key, "ssl.") || starts_with(key, "metrics.") ||
                           key == "bootstrap.servers" || key == "client.dns.lookup";
    if (own.find(key) != nullptr && !of_client) continue;
    if (starts_with(key, "key.converter") || starts_with(key, "value.converter") ||
        starts_with(key, "header.converter") || starts_with(key, "config.providers") ||
        starts_with(key, "listeners.") || starts_with(key, "connector.client.config."))
      continue;
    if (worker.distributed && is_of_cluster(key)) continue;
    properties[key] = value;
  }
  properties["bootstrap.servers"] = worker.bootstrap_servers;
  put_all(properties, worker.originals_with_prefix("admin."));
  return properties;
}

std::string consumer_group(const WorkerConfig& worker, const Properties& connector,
                           const std::string& name) {
  if (auto own = connector.find("consumer.override.group.id"); own != connector.end())
    return own->second;
  const Properties consumer = worker.originals_with_prefix("consumer.");
  if (auto shared = consumer.find("group.id"); shared != consumer.end()) return shared->second;
  return "connect-" + name;
}

}  // namespace millrace::config
