#pragma once
// ClusterState: what the config topic says, at one offset: org.apache.kafka.connect.storage
// .ClusterConfigState. A value: snapshots are shared and never change.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/config_def.h"
#include "runtime/task.h"

namespace millrace::storage {

using config::NullableProperties;
using config::Properties;
using runtime::TargetState;
using runtime::TaskId;

struct SessionKey {
  std::string key;         // raw bytes
  std::string algorithm;   // "HmacSHA256"
  int64_t created_ms = 0;  // since the epoch
  bool operator==(const SessionKey&) const = default;
};

struct RestartRequest {
  std::string connector;
  bool only_failed = false, include_tasks = false;
  // Of several for one connector the one that restarts more wins.
  int impact() const { return (only_failed ? 0 : 2) + (include_tasks ? 1 : 0); }
};

struct ClusterState {
  struct Connector {
    NullableProperties config;
    TargetState target = TargetState::kStarted;
    int32_t task_count = 0;
    std::map<int32_t, Properties> tasks;  // fewer than task_count where inconsistent
    NullableProperties applied;           // the configuration that `tasks` were made from
    bool inconsistent = false;            // its task configurations were lost or half written
    // Another with every full set of `tasks`, also where a connector of that name was deleted
    // before.
    std::optional<int64_t> task_config_generation;
    bool pending_fencing = false;  // exactly-once: zombies of former tasks are still to be fenced
    bool operator==(const Connector&) const = default;
  };
  // Shared by all snapshots in which the connector is the same: a snapshot of a thousand connectors
  // costs little.
  class SharedConnector {
   public:
    const Connector& operator*() const { return *connector_; }
    const Connector* operator->() const { return connector_.get(); }
    // Its own from now on; to be changed before it is copied.
    Connector& edit() {
      auto own = std::make_shared<Connector>(*connector_);
      connector_ = own;
      return *own;
    }

   private:
    std::shared_ptr<const Connector> connector_ = std::make_shared<const Connector>();
  };
  int64_t offset = -1;  // of the last record applied, plus one
  std::optional<SessionKey> session_key;
  std::map<std::string, SharedConnector> connectors;  // those with a configuration
  std::map<std::string, int32_t> task_count_records;  // of exactly-once's fencing

  bool contains(const std::string& connector) const { return connectors.count(connector) != 0; }
  const Connector* find(const std::string& connector) const {
    auto found = connectors.find(connector);
    return found == connectors.end() ? nullptr : &*found->second;
  }
  // Ids 0..task_count-1; none where inconsistent.
  std::vector<TaskId> tasks_of(const std::string& connector) const;
};

}  // namespace millrace::storage
