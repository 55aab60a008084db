#pragma once
// Java client properties of a connector's Kafka clients, and the policy that says which of them a
// connector may set. Follows org.apache.kafka.connect.runtime.Worker (baseProducerConfigs ...) and
// org.apache.kafka.connect.connector.policy.

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"
#include "config/worker_config.h"

namespace millrace::config {

inline constexpr std::string_view kProducerOverride = "producer.override.";
inline constexpr std::string_view kConsumerOverride = "consumer.override.";
inline constexpr std::string_view kAdminOverride = "admin.override.";

// connector.client.config.override.policy. Thread-safe.
class ClientOverridePolicy {
 public:
  // By alias or Java class name: All, None, Principal, Allowlist (which reads
  // connector.client.config.override.allowlist). bad_config: no such policy.
  static Result<ClientOverridePolicy> make(const WorkerConfig& worker);

  // Adds an error to each client setting that may not be set; names without prefix.
  void check(std::vector<ConfigValue>& settings) const;
  // One finding per client setting.
  std::vector<ConfigValue> validate(const Properties& client_properties) const;

 private:
  std::string name_;  // as in messages
  bool all_ = false;
  std::vector<std::string> allowed_;
};

struct ConnectorTaskClient {
  std::string connector;
  int32_t task = 0;
};

// Later ones win: the fixed base, the worker's `producer.` (`consumer.`) settings, the connector's
// overrides. A connector inherits none of the worker's unprefixed settings but bootstrap.servers.
// Failure: `Client Config Overrides not allowed [...]`.
Result<Properties> producer_properties(const WorkerConfig& worker, const Properties& connector,
                                       const ConnectorTaskClient& task,
                                       const ClientOverridePolicy& policy);
Result<Properties> consumer_properties(const WorkerConfig& worker, const Properties& connector,
                                       const ConnectorTaskClient& task,
                                       const ClientOverridePolicy& policy);
// Of an exactly-once source task. What a user says otherwise about idempotence and the
// transactional id is overruled; a sentence for each lies in `warnings`.
Result<Properties> transactional_producer_properties(const WorkerConfig& worker,
                                                     const Properties& connector,
                                                     const ConnectorTaskClient& task,
                                                     const ClientOverridePolicy& policy,
                                                     std::vector<std::string>& warnings);
// Transactional id of a source task's producer: GROUP-CONNECTOR-TASK.
std::string task_transactional_id(const WorkerConfig& worker, const ConnectorTaskClient& task);
// Sets a property; a value of the user's that is another one is told of in `warnings`. Java:
// ConnectUtils.ensureProperty. why: "for ... when ...".
void ensure_property(Properties& properties, const std::string& key, const std::string& value,
                     const std::string& why, bool case_sensitive,
                     std::vector<std::string>& warnings);
// Begins with all of the worker's unprefixed settings.
Result<Properties> admin_properties(const WorkerConfig& worker, const Properties& connector,
                                    const std::string& client_id,
                                    const ClientOverridePolicy& policy);
// Of the worker's own admin client, by which the cluster id is found.
Properties worker_admin_properties(const WorkerConfig& worker);

// `consumer.override.group.id`, else `connect-NAME`.
std::string consumer_group(const WorkerConfig& worker, const Properties& connector,
                           const std::string& name);

// Given properties whose names begin with `prefix`, with the prefix cut off.
Properties with_prefix(const Properties& properties, std::string_view prefix);

}  // namespace millrace::config
