#pragma once
// The config and status topics of a simulated cluster, and the stores of its workers over them.
// What a store knows is what it has read so far.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/config_store.h"
#include "storage/status_store.h"
#include "testing/simulation.h"

namespace millrace::testing {

using storage::ClusterState;
using storage::NullableProperties;
using storage::Properties;
using storage::TargetState;
using storage::TaskId;

// What a record of the config topic says.
struct ConfigRecord {
  enum class Kind : uint8_t {
    kConnector,
    kTarget,
    kTask,
    kCommit,
    kSessionKey,
    kRestart,
    kCountRecord
  };
  Kind kind = Kind::kConnector;
  std::string connector;
  std::optional<NullableProperties> config;  // of a connector; nothing: a tombstone
  std::optional<TargetState> target;         // nothing: a tombstone
  int32_t number = 0;                        // of a task, or of tasks
  Properties task;
  storage::SessionKey key;
  storage::RestartRequest restart;
};

// The rules of org.apache.kafka.connect.storage.KafkaConfigBackingStore's reader.
class ConfigReader {
 public:
  // `listener` may be null.
  void apply(const ConfigRecord& record, storage::ConfigListener* listener) {
    ClusterState& state = change();
    ++state.offset;
    if (state.offset == 0) state.offset = 1;
    const std::string& name = record.connector;
    switch (record.kind) {
      case ConfigRecord::Kind::kConnector: return apply_connector(state, record, listener);
      case ConfigRecord::Kind::kTarget: {
        const TargetState target = record.target.value_or(TargetState::kStarted);
        const bool known = state.connectors.count(name) != 0;
        const bool changed = targets_[name] != target;
        if (!record.target && !known)
          targets_.erase(name);
        else
          targets_[name] = target;
        if (known) state.connectors[name].edit().target = target;
        if (changed && listener != nullptr) listener->target_state_changed(name);
        return;
      }
      case ConfigRecord::Kind::kTask: deferred_[name][record.number] = record.task; return;
      case ConfigRecord::Kind::kCommit: return apply_commit(state, record, listener);
      case ConfigRecord::Kind::kSessionKey:
        state.session_key = record.key;
        if (listener != nullptr) listener->session_key_updated(record.key);
        return;
      case ConfigRecord::Kind::kRestart:
        if (listener != nullptr) listener->restart_requested(record.restart);
        return;
      case ConfigRecord::Kind::kCountRecord:
        state.task_count_records[name] = record.number;
        if (state.connectors.count(name) != 0) state.connectors[name].edit().pending_fencing = false;
        return;
    }
  }
  std::shared_ptr<const ClusterState> state() const { return state_; }

 private:
  // Snapshots are shared: copied when somebody else holds one.
  ClusterState& change() {
    if (state_.use_count() > 1) state_ = std::make_shared<ClusterState>(*state_);
    return *state_;
  }
  void apply_connector(ClusterState& state, const ConfigRecord& record,
                       storage::ConfigListener* listener) {
    const std::string& name = record.connector;
    if (!record.config) {
      state.connectors.erase(name);
      deferred_.erase(name);
      if (listener != nullptr) listener->connector_config_removed(name);
      return;
    }
    ClusterState::Connector& connector = state.connectors[name].edit();
    connector.config = *record.config;
    auto target = targets_.try_emplace(name, TargetState::kStarted).first;
    connector.target = target->second;
    if (listener != nullptr) listener->connector_config_updated(name);
  }
  void apply_commit(ClusterState& state, const ConfigRecord& record,
                    storage::ConfigListener* listener) {
    auto found = state.connectors.find(record.connector);
    if (found == state.connectors.end()) {
      deferred_.erase(record.connector);
      return;
    }
    ClusterState::Connector& connector = found->second.edit();
    auto& tasks = deferred_[record.connector];
    bool complete = true;
    for (int32_t task = 0; task < record.number; ++task)
      complete = complete && tasks.count(task) != 0;
    if (complete) {
      connector.tasks.clear();
      for (auto& [number, task] : tasks)
        if (number < record.number) connector.tasks[number] = task;
      connector.task_config_generation = next_generation_++;
      connector.inconsistent = false;
      connector.applied = connector.config;
      tasks.clear();
    } else {
      connector.inconsistent = true;
    }
    connector.task_count = record.number;
    connector.pending_fencing = true;
    if (listener != nullptr) listener->task_configs_updated(record.connector);
  }

  std::shared_ptr<ClusterState> state_ = std::make_shared<ClusterState>();
  int64_t next_generation_ = 0;
  std::map<std::string, TargetState> targets_;
  std::map<std::string, std::map<int32_t, Properties>> deferred_;
};

// The topic itself, and what one who has read it whole knows.
struct ConfigTopic {
  std::vector<ConfigRecord> records;
  ConfigReader whole;
  void append(ConfigRecord record) {
    whole.apply(record, nullptr);
    records.push_back(std::move(record));
  }
};

class SimulatedConfigStore : public storage::ConfigStore {
 public:
  SimulatedConfigStore(std::shared_ptr<SimulatedProcess> process, ConfigTopic& topic)
      : process_(std::move(process)), topic_(topic) {}

  Result<void> start(storage::ConfigListener& listener) override {
    while (read_ < topic_.records.size()) reader_.apply(topic_.records[read_++], nullptr);
    listener_ = &listener;
    poll();
    return {};
  }
  void stop() override {}
  std::shared_ptr<const ClusterState> snapshot() const override { return reader_.state(); }
  void refresh(Done done) override {
    process_->after(process_->network_delay(), [this, done = std::move(done)]() mutable {
      if (!process_->reaches_kafka()) return refresh_again(std::move(done));
      waiting_.emplace_back(topic_.records.size(), std::move(done));
      answer_waiting();
    });
  }
  void claim_write_privileges(Done done) override {
    process_->after(process_->network_delay(), [done = std::move(done)] { done({}); });
  }
  void put_connector(const std::string& connector, const NullableProperties& config,
                     std::optional<TargetState> target, Done done) override {
    std::vector<ConfigRecord> records;
    if (target) records.push_back(target_record(connector, target));
    ConfigRecord record;
    record.connector = connector;
    record.config = config;
    records.push_back(std::move(record));
    write(std::move(records), std::move(done));
  }
  void remove_connector(const std::string& connector, Done done) override {
    ConfigRecord record;
    record.connector = connector;
    write({record, target_record(connector, std::nullopt)}, std::move(done));
  }
  void put_tasks(const std::string& connector, const std::vector<Properties>& tasks,
                 Done done) override {
    std::vector<ConfigRecord> records;
    for (size_t i = 0; i < tasks.size(); ++i) {
      ConfigRecord record;
      record.kind = ConfigRecord::Kind::kTask;
      record.connector = connector;
      record.number = static_cast<int32_t>(i);
      record.task = tasks[i];
      records.push_back(std::move(record));
    }
    ConfigRecord commit;
    commit.kind = ConfigRecord::Kind::kCommit;
    commit.connector = connector;
    commit.number = static_cast<int32_t>(tasks.size());
    if (records.empty()) return write({commit}, std::move(done));
    write(std::move(records), [this, commit, done = std::move(done)](const Result<void>& written) {
      if (!written) return done(written);
      write({commit}, done);
    });
  }
  void put_target_state(const std::string& connector, TargetState state, Done done) override {
    write({target_record(connector, state)}, std::move(done));
  }
  void put_session_key(const storage::SessionKey& key, Done done) override {
    ConfigRecord record;
    record.kind = ConfigRecord::Kind::kSessionKey;
    record.key = key;
    write({record}, std::move(done));
  }
  void put_restart_request(const storage::RestartRequest& request, Done done) override {
    ConfigRecord record;
    record.kind = ConfigRecord::Kind::kRestart;
    record.restart = request;
    write({record}, std::move(done));
  }
  void put_task_count_record(const std::string& connector, int32_t count, Done done) override {
    ConfigRecord record;
    record.kind = ConfigRecord::Kind::kCountRecord;
    record.connector = connector;
    record.number = count;
    write({record}, std::move(done));
  }
  void put_logging_level(const std::string&, const std::string&, Done done) override { done({}); }

  // Until then nothing is read: a slow disk, a slow broker.
  void stall(std::chrono::microseconds time) {
    stalled_until_ = process_->simulation().now() + time;
  }

 private:
  static ConfigRecord target_record(const std::string& connector,
                                    std::optional<TargetState> target) {
    ConfigRecord record;
    record.kind = ConfigRecord::Kind::kTarget;
    record.connector = connector;
    record.target = target;
    return record;
  }
  void refresh_again(Done done) {
    process_->after(std::chrono::milliseconds(500),
                    [this, done = std::move(done)]() mutable { refresh(std::move(done)); });
  }
  // Each record by itself may be lost, and the answer, too: then nobody knows.
  void write(std::vector<ConfigRecord> records, Done done) {
    auto answered = std::make_shared<bool>(false);
    auto once = [answered, done = std::move(done)](const Result<void>& result) {
      if (!std::exchange(*answered, true)) done(result);
    };
    process_->after(std::chrono::seconds(30), [once] {
      once(fail(ErrorKind::timed_out, "Failed to write to the config topic"));
    });
    // The broker takes it even if this process dies meanwhile.
    process_->simulation().after(
        process_->network_delay(),
        [this, process = process_, topic = &topic_, records = std::move(records), once]() mutable {
          for (ConfigRecord& record : records) {
            if (!process->reaches_kafka()) return;
            topic->append(std::move(record));
          }
          if (process->alive())
            process->after(process->network_delay(), [this, once] {
              waiting_.emplace_back(topic_.records.size(), once);
              answer_waiting();
            });
        });
  }
  void poll() {
    Simulation& simulation = process_->simulation();
    if (simulation.now() >= stalled_until_ && !process_->cut_off()) {
      // Not always all at once.
      size_t end = topic_.records.size();
      if (end > read_ && simulation.chance(0.3))
        end = static_cast<size_t>(
            simulation.between(static_cast<int64_t>(read_), static_cast<int64_t>(end)));
      while (read_ < end) reader_.apply(topic_.records[read_++], listener_);
      answer_waiting();
    }
    process_->after(simulation.delay(5, waiting_.empty() ? 150 : 20), [this] { poll(); });
  }
  void answer_waiting() {
    auto waiting = std::exchange(waiting_, {});
    for (auto& [end, done] : waiting) {
      if (read_ >= end)
        done({});
      else
        waiting_.emplace_back(end, std::move(done));
    }
  }

  const std::shared_ptr<SimulatedProcess> process_;
  ConfigTopic& topic_;
  ConfigReader reader_;
  size_t read_ = 0;
  storage::ConfigListener* listener_ = nullptr;
  std::deque<std::pair<size_t, Done>> waiting_;
  Simulation::Clock::time_point stalled_until_{};
};

// Statuses as the topic has them; every worker sees what was written last.
struct StatusTopic {
  std::map<std::string, storage::StoredStatus> connectors;
  std::map<TaskId, storage::StoredStatus> tasks;
  std::map<std::string, std::set<std::string>> topics;
};

class SimulatedStatusStore : public storage::StatusStore {
 public:
  SimulatedStatusStore(std::shared_ptr<SimulatedProcess> process, StatusTopic& topic)
      : process_(std::move(process)), topic_(topic) {}
  Result<void> start() override { return {}; }
  void stop() override {}
  void flush() override {}
  void put(const std::string& connector, const storage::StoredStatus& status, bool safe) override {
    put(topic_.connectors, connector, status, safe);
  }
  void put(const TaskId& task, const storage::StoredStatus& status, bool safe) override {
    put(topic_.tasks, task, status, safe);
  }
  void remove(const std::string& connector) override {
    if (process_->cut_off()) return;
    topic_.connectors.erase(connector);
    for (const auto& [task, status] : tasks(connector)) topic_.tasks.erase(task);
  }
  void remove(const TaskId& task) override {
    if (!process_->cut_off()) topic_.tasks.erase(task);
  }
  void put_topic(const TaskId& task, const std::string& name) override {
    topic_.topics[task.connector].insert(name);
  }
  void remove_topic(const std::string& connector, const std::string& name) override {
    topic_.topics[connector].erase(name);
  }
  std::optional<storage::StoredStatus> get(const std::string& connector) const override {
    auto found = topic_.connectors.find(connector);
    if (found == topic_.connectors.end()) return std::nullopt;
    return found->second;
  }
  std::optional<storage::StoredStatus> get(const TaskId& task) const override {
    auto found = topic_.tasks.find(task);
    if (found == topic_.tasks.end()) return std::nullopt;
    return found->second;
  }
  std::vector<std::pair<TaskId, storage::StoredStatus>> tasks(
      const std::string& connector) const override {
    std::vector<std::pair<TaskId, storage::StoredStatus>> all;
    for (auto task = topic_.tasks.lower_bound({connector, 0});
         task != topic_.tasks.end() && task->first.connector == connector; ++task)
      all.push_back(*task);
    return all;
  }
  std::vector<std::string> connectors() const override {
    std::set<std::string> names;
    for (const auto& [connector, status] : topic_.connectors) names.insert(connector);
    for (const auto& [task, status] : topic_.tasks) names.insert(task.connector);
    return {names.begin(), names.end()};
  }
  std::vector<std::string> topics(const std::string& connector) const override {
    auto found = topic_.topics.find(connector);
    if (found == topic_.topics.end()) return {};
    return {found->second.begin(), found->second.end()};
  }

 private:
  template <typename Key>
  void put(std::map<Key, storage::StoredStatus>& statuses, const Key& key,
           const storage::StoredStatus& status, bool safe) {
    if (process_->cut_off()) return;
    auto found = statuses.find(key);
    if (safe && found != statuses.end() && found->second.worker_id != status.worker_id &&
        found->second.generation > status.generation)
      return;
    statuses[key] = status;
  }

  const std::shared_ptr<SimulatedProcess> process_;
  StatusTopic& topic_;
};

}  // namespace millrace::testing
