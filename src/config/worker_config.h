#pragma once
// WorkerConfig: the worker's properties. org.apache.kafka.connect.runtime.WorkerConfig,
// StandaloneConfig, DistributedConfig and RestServerConfig. Unknown keys are kept: they reach the
// admin clients, and with the prefixes `producer.`, `consumer.` and `admin.` the other clients.
//
//   auto file = read_properties_file(path);
//   auto problems = check_worker_config(file->values);      // all at once, for the user
//   Result<WorkerConfig> config = make_worker_config(file->values);

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/config_def.h"
#include "config/distributed_settings.h"

namespace millrace::config {

enum class WorkerMode : uint8_t { kStandalone, kDistributed };

// The keys of a worker, in Java's order; then those that are ours alone (`millrace.log.format`).
const ConfigDef& worker_config_def(WorkerMode mode);

struct WorkerConfigProblem {
  std::string key;
  std::string message;  // Java's
};
// At most one problem for each key, in order of the table. Empty: make_worker_config succeeds.
std::vector<WorkerConfigProblem> check_worker_config(const Properties& properties,
                                                     WorkerMode mode = WorkerMode::kStandalone);

struct WorkerConfig {
  Properties originals;  // as given, variables resolved

  std::string bootstrap_servers;  // comma-separated
  std::string key_converter, value_converter, header_converter;
  std::chrono::milliseconds task_shutdown_graceful_timeout{5000};
  std::chrono::milliseconds offset_flush_interval{60000};
  std::chrono::milliseconds offset_flush_timeout{5000};
  std::vector<std::string> plugin_path;
  std::string client_override_policy;  // as given: alias or class
  bool topic_creation_enable = true;
  bool topic_tracking_enable = true;
  bool topic_tracking_allow_reset = true;
  std::chrono::milliseconds metrics_sample_window{30000};
  int metrics_samples = 2;

  // RestServerConfig
  std::vector<std::string> listeners;
  std::optional<std::vector<std::string>> admin_listeners;
  std::optional<std::string> rest_advertised_host_name, rest_advertised_listener;
  std::optional<int> rest_advertised_port;
  std::string access_control_allow_origin, access_control_allow_methods;
  std::string response_http_headers_config;

  std::vector<std::string> rest_extension_classes;
  std::string rest_jaas_file;  // millrace.rest.jaas.config; empty: none is named

  std::string offset_storage_file;                 // of a standalone worker
  std::optional<DistributedSettings> distributed;  // of a worker of a cluster

  std::string log_format;  // millrace.log.format: text or json

  // Given properties whose names begin with `prefix`, with the prefix cut off.
  Properties originals_with_prefix(std::string_view prefix) const;
};

Result<WorkerConfig> make_worker_config(const Properties& properties,
                                        WorkerMode mode = WorkerMode::kStandalone);

}  // namespace millrace::config
