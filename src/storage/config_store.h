#pragma once
// ConfigStore: connector and task configurations, target states, session keys and restart requests
// of a cluster, in the config topic: org.apache.kafka.connect.storage.KafkaConfigBackingStore.
// Records and their rules are Java's, byte for byte.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/cluster_state.h"

namespace millrace::storage {

// Told of what is read after start has returned; on the store's thread; must not block.
// ConfigBackingStore.UpdateListener.
class ConfigListener {
 public:
  virtual ~ConfigListener() = default;
  virtual void connector_config_updated(const std::string& connector) = 0;
  virtual void connector_config_removed(const std::string& connector) = 0;
  virtual void task_configs_updated(const std::string& connector) = 0;
  virtual void target_state_changed(const std::string& connector) = 0;
  virtual void session_key_updated(const SessionKey& key) = 0;
  virtual void restart_requested(const RestartRequest& request) = 0;
  virtual void logging_level_updated(const std::string& logger, const std::string& level) = 0;
};

// Thread-safe. Done: on the store's thread, once what was written has been read back; an error
// where it could not be within 30 s.
class ConfigStore {
 public:
  using Done = std::function<void(const Result<void>&)>;
  virtual ~ConfigStore() = default;
  virtual Result<void> start(ConfigListener& listener) = 0;
  virtual void stop() = 0;
  virtual std::shared_ptr<const ClusterState> snapshot() const = 0;
  // Reads to the end of the topic.
  virtual void refresh(Done done) = 0;
  // Exactly-once: only the leader may write, by a transactional producer that fences the former
  // leader. Without it: nothing to do.
  virtual void claim_write_privileges(Done done) = 0;

  virtual void put_connector(const std::string& connector, const NullableProperties& config,
                             std::optional<TargetState> target, Done done) = 0;
  virtual void remove_connector(const std::string& connector, Done done) = 0;
  virtual void put_tasks(const std::string& connector, const std::vector<Properties>& tasks,
                         Done done) = 0;
  virtual void put_target_state(const std::string& connector, TargetState state, Done done) = 0;
  virtual void put_session_key(const SessionKey& key, Done done) = 0;
  virtual void put_restart_request(const RestartRequest& request, Done done) = 0;
  virtual void put_task_count_record(const std::string& connector, int32_t count, Done done) = 0;
  virtual void put_logging_level(const std::string& logger, const std::string& level,
                                 Done done) = 0;
};

}  // namespace millrace::storage
