#pragma once
// StandaloneHerder: a worker alone. org.apache.kafka.connect.runtime.standalone.StandaloneHerder.
// Configurations are kept in memory only; offsets in a file.
//
// What changes one connector (create, delete, restart, pause ...) comes one after the other, on a
// thread that lives only while there is something to do; other connectors go on meanwhile. A
// connector's own code is called by its ConnectorRunner and never waited for here, but for the few
// seconds that a stop is given. So a connector that hangs can still be deleted.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "herder/automatic_restart.h"
#include "herder/expiry_restart.h"
#include "herder/herder.h"
#include "herder/pending.h"
#include "herder/request_queue.h"
#include "herder/status_store.h"
#include "herder/validation.h"
#include "runtime/worker.h"

namespace millrace::herder {

struct StandaloneOptions {
  std::string worker_id;  // "host:port", as statuses show it
  // The Kafka release whose converters these are: their version in listings.
  std::string kafka_version;
  // Asked by GET /; waits a little; empty while unknown.
  std::function<std::string()> kafka_cluster_id;
};

// Made with make(): what runs late (a plug-in that hung) holds a reference.
class StandaloneHerder : public Herder,
                         public runtime::WorkerListener,
                         public std::enable_shared_from_this<StandaloneHerder> {
 public:
  static std::shared_ptr<StandaloneHerder> make(StandaloneOptions options,
                                                runtime::WorkerParts parts);
  ~StandaloneHerder() override;

  // The connectors of the command line are created: healthy from now on.
  void set_ready();
  // Stops all tasks and connectors. False: some had to be given up; the process must leave by
  // _exit.
  bool stop();

  std::string kafka_cluster_id() override;
  bool ready() override;
  Result<void> health_check(Deadline deadline) override;

  Result<std::vector<std::string>> connectors(Deadline deadline) override;
  Result<ConnectorInfo> connector_info(const std::string& name, Deadline deadline) override;
  Result<ConnectorStatus> connector_status(const std::string& name) override;
  Result<std::vector<TaskInfo>> task_configs(const std::string& name, Deadline deadline) override;
  Result<Created> put_connector_config(const std::string& name, const NullableProperties& config,
                                       std::optional<TargetState> initial, bool allow_replace,
                                       Deadline deadline, const KeyOrder& key_order = {}) override;
  Result<ConnectorInfo> patch_connector_config(const std::string& name,
                                               const NullableProperties& patch, Deadline deadline,
                                               const KeyOrder& key_order = {}) override;
  Result<void> delete_connector(const std::string& name, Deadline deadline) override;
  Result<void> pause_connector(const std::string& name) override;
  Result<void> resume_connector(const std::string& name) override;
  Result<void> stop_connector(const std::string& name, Deadline deadline) override;
  Result<void> restart_connector(const std::string& name, Deadline deadline) override;
  Result<ConnectorStatus> restart_connector_and_tasks(const std::string& name, bool only_failed,
                                                      bool include_tasks,
                                                      Deadline deadline) override;
  Result<void> restart_task(const TaskId& id, Deadline deadline) override;

  Result<std::vector<std::string>> active_topics(const std::string& name) override;
  Result<void> reset_active_topics(const std::string& name) override;

  Result<std::vector<Offset>> connector_offsets(const std::string& name,
                                                Deadline deadline) override;
  Result<std::string> modify_connector_offsets(const std::string& name,
                                               const std::optional<std::vector<Offset>>& offsets,
                                               Deadline deadline) override;

  std::vector<PluginInfo> plugins() override;
  Result<std::vector<config::ConfigKey>> plugin_config(const std::string& plugin,
                                                       const std::string& version) override;
  Result<ConfigInfos> validate(const NullableProperties& config, Deadline deadline,
                               const KeyOrder& key_order = {}) override;
  Result<RecordPreviews> preview_records(RecordPreviewRequest request, Deadline deadline) override;

 private:
  // One connector that there is, or for which something is still to be done.
  struct Entry {
    explicit Entry(const std::string& name);
    const std::string name;
    const std::shared_ptr<runtime::CallThread> operations;

    // Guarded by the herder's mutex_.
    bool exists = false;
    size_t pending_operations = 0;
    bool reconfiguration_pending = false;
    uint64_t epoch = 0;  // counts what makes an answer of the connector stale
    Properties config;
    KeyOrder key_order;  // of config and of what is null in it
    TargetState target = TargetState::kStarted;
    std::vector<Properties> tasks;  // by index; as stored: variables unresolved
    Properties applied;             // the connector's configuration that `tasks` came from
  };
  using EntryPtr = std::shared_ptr<Entry>;
  template <typename T>
  using Answer = std::shared_ptr<Pending<T>>;

  StandaloneHerder(StandaloneOptions options, runtime::WorkerParts parts);

  // runtime::WorkerListener
  void connector_state_changed(const std::string& connector, State state,
                               const std::string& trace) override;
  void task_reconfiguration_requested(const std::string& connector) override;
  void task_state_changed(const TaskId& id, State state, const std::string& trace) override;
  void topic_used(const TaskId& id, std::string_view topic) override;
  void connector_failed(const std::string& connector, const Error& error) override;
  void task_failed(const TaskId& id, const Error& error) override;
  void connector_not_made(const std::string& connector, const Error& error) override;
  void task_not_made(const TaskId& id, const Error& error) override;
  void values_expire(const std::string& connector, const Properties& resolved,
                     const std::map<std::string, std::chrono::milliseconds>& times) override;

  // Of a connector that exists; null otherwise.
  EntryPtr find(const std::string& name) const;
  // Runs `operation` after all others of this connector.
  void operate(const EntryPtr& entry, std::function<void()> operation);
  EntryPtr entry_for(const std::string& name);

  // Operations: on the connector's operation thread.
  void apply(const EntryPtr& entry, const Properties& config, const KeyOrder& key_order,
             std::optional<TargetState> initial, bool allow_replace, const Answer<Created>& answer);
  void remove(const EntryPtr& entry, const Answer<bool>& answer);
  void change_target(const EntryPtr& entry, TargetState state);
  void restart(const EntryPtr& entry, const Answer<bool>& answer);
  void restart_planned(const EntryPtr& entry, const ConnectorStatus& plan);
  void start(const EntryPtr& entry, std::function<void(Result<TargetState>)> done);
  // Asks the connector for its tasks and starts them anew if they changed.
  void update_tasks(const EntryPtr& entry, std::function<void(Result<void>)> done);
  void set_tasks(const EntryPtr& entry, std::vector<Properties> tasks);
  void remove_tasks(const EntryPtr& entry);
  Result<void> start_task(const EntryPtr& entry, int32_t index);
  // standalone_restarts.cc. The first two: from the queue's thread.
  void restart_automatically(const AutomaticRestart::Part& part);
  void restart_for_new_values(const std::string& connector);
  void failed(const AutomaticRestart::Part& part, const Error& error);
  RestartPolicy restart_policy(const std::string& connector) const;

  ConnectorInfo info_of(const Entry& entry) const;  // holding mutex_
  std::string type_of(const Properties& config) const;
  ConnectorStatus::Part status_part(const std::string& connector, State state,
                                    const std::string& trace) const;
  Result<void> set_target(const std::string& name, TargetState state);

  const StandaloneOptions options_;
  const Logger log_;
  StatusStore statuses_;
  runtime::Worker worker_;
  const ValidationParts validation_;

  mutable std::mutex mutex_;  // guards what follows and the entries
  std::map<std::string, EntryPtr> connectors_;
  bool ready_ = false, stopping_ = false;

  RequestQueue queue_;  // its thread uses all of the others, until stop()
  AutomaticRestart automatic_restarts_;
  ExpiryRestart expiry_restarts_;
};

}  // namespace millrace::herder
