#pragma once
// DistributedSettings: what a worker of a cluster has beside a standalone worker's settings.
// org.apache.kafka.connect.runtime.distributed.DistributedConfig.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config_def.h"

namespace millrace::config {

// One of the topics that a cluster keeps its state in.
struct StorageTopic {
  std::string name;
  int32_t partitions = 1;          // -1: the broker's default
  int16_t replication_factor = 3;  // -1: the broker's default
  Properties settings;             // of the topic itself: what is given behind the prefix
};

struct DistributedSettings {
  std::string group_id, client_id;
  std::chrono::milliseconds session_timeout{10'000}, rebalance_timeout{60'000},
      heartbeat_interval{3'000};
  std::chrono::milliseconds worker_sync_timeout{3'000}, worker_unsync_backoff{300'000};
  std::chrono::milliseconds scheduled_rebalance_max_delay{300'000};
  StorageTopic config_topic, offset_topic, status_topic;
  std::string connect_protocol;  // eager, compatible or sessioned
  std::chrono::milliseconds key_ttl{3'600'000};
  std::string key_generation_algorithm, signature_algorithm;
  std::optional<int32_t> key_size;  // bits
  std::vector<std::string> verification_algorithms;
  std::string exactly_once_source_support = "disabled";  // or preparing, or enabled
  bool exactly_once_enabled() const { return exactly_once_source_support == "enabled"; }
  // The leader alone writes to the config topic, in transactions.
  bool transactional_leader() const { return exactly_once_source_support != "disabled"; }
};

// Rows of the table that a standalone worker's lacks.
const ConfigDef& distributed_only_config_def();
DistributedSettings read_distributed_settings(const Config& values);
// MAC algorithms that internal requests can be signed with: Java's names.
bool is_mac_algorithm(std::string_view name);

}  // namespace millrace::config
