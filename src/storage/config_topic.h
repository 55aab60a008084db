#pragma once
// ConfigTopic: a ConfigStore in a Kafka topic: KafkaConfigBackingStore. What is read changes the
// state at once; what is written counts when it has been read back.
//
// Better than Java's in one thing: where compaction has left a connector's configuration behind the
// task configurations that belong to it (KAFKA-17719), they are kept until the configuration comes.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/log.h"
#include "kafka/topic_log.h"
#include "storage/config_records.h"
#include "storage/config_store.h"

namespace millrace::storage {

class ConfigTopic final : public ConfigStore {
 public:
  // The log is of a single partition. owned: what only the leader writes is written as the log's
  // owner, in transactions (exactly-once).
  explicit ConfigTopic(std::unique_ptr<kafka::TopicLog> log, bool owned = false);
  ~ConfigTopic() override;

  Result<void> start(ConfigListener& listener) override;
  void stop() override;
  std::shared_ptr<const ClusterState> snapshot() const override;
  void refresh(Done done) override;
  void claim_write_privileges(Done done) override;
  void put_connector(const std::string& connector, const NullableProperties& config,
                     std::optional<TargetState> target, Done done) override;
  void remove_connector(const std::string& connector, Done done) override;
  void put_tasks(const std::string& connector, const std::vector<Properties>& tasks,
                 Done done) override;
  void put_target_state(const std::string& connector, TargetState state, Done done) override;
  void put_session_key(const SessionKey& key, Done done) override;
  void put_restart_request(const RestartRequest& request, Done done) override;
  void put_task_count_record(const std::string& connector, int32_t count, Done done) override;
  void put_logging_level(const std::string& logger, const std::string& level, Done done) override;

 private:
  struct Change;  // what the listener is to be told
  // Task configurations without a connector's configuration: by name.
  struct Orphans {
    std::map<int32_t, Properties> tasks;
    int32_t count = 0;
  };

  void read(const kafka::LogRecord& record);
  void apply(const ConnectorRecord& record, Change& change);
  void apply(const TargetStateRecord& record, Change& change);
  void apply(const TaskRecord& record, Change& change);
  void apply(const CommitRecord& record, Change& change);
  void apply(const TaskCountRecord& record, Change& change);
  void apply(const SessionKey& key, Change& change);
  void apply(const RestartRequest& request, Change& change);
  void apply(const LoggerRecord& record, Change& change);
  void tell(const Change& change);
  // Sends, then (read_back) waits until it has been read. what: "Error writing connector
  // configuration to Kafka".
  void write(const std::vector<ConfigRecord>& records, const char* what, Done done,
             bool read_back = true);
  // What any worker may write; not read back.
  void write_unowned(const ConfigRecord& record, const char* what, Done done);

  const std::unique_ptr<kafka::TopicLog> log_;
  const bool owned_;
  const Logger logger_;
  ConfigListener* listener_ = nullptr;

  mutable std::mutex mutex_;  // guards what follows
  bool started_ = false;
  ClusterState state_;
  int64_t next_generation_ = 0;                           // of a set of task configurations
  mutable std::shared_ptr<const ClusterState> snapshot_;  // null: state_ has changed since
  std::map<std::string, std::map<int32_t, Properties>> uncommitted_;  // tasks before their commit
  std::map<std::string, Orphans> orphans_;
  std::map<std::string, TargetState> early_targets_;  // of connectors without a configuration yet
};

}  // namespace millrace::storage
