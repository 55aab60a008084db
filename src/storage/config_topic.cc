#include "storage/config_topic.h"

namespace millrace::storage {
namespace {

constexpr std::chrono::milliseconds kTimeout{30'000};  // for a write and its reading back
constexpr const char* kConnectException = "org.apache.kafka.connect.errors.ConnectException";
constexpr const char* kPrivilegedWriteException =
    "org.apache.kafka.connect.storage.PrivilegedWriteException";

// Ids 0..count-1 are there; more may be, of an earlier and larger set.
bool complete(const std::map<int32_t, Properties>& tasks, int32_t count) {
  int32_t next = 0;
  for (const auto& [index, config] : tasks)
    if (index == next && next < count) ++next;
  return next == count;
}

}  // namespace

struct ConfigTopic::Change {
  enum class Kind { kNone, kConnector, kRemoved, kTasks, kTarget, kKey, kRestart, kLogger };
  Kind kind = Kind::kNone;
  std::string connector;
  SessionKey key;
  RestartRequest restart;
  LoggerRecord logger;
};

ConfigTopic::ConfigTopic(std::unique_ptr<kafka::TopicLog> log, bool owned)
    : log_(std::move(log)),
      owned_(owned),
      logger_("org.apache.kafka.connect.storage.KafkaConfigBackingStore") {}

ConfigTopic::~ConfigTopic() = default;

Result<void> ConfigTopic::start(ConfigListener& listener) {
  listener_ = &listener;
  logger_.info("Starting KafkaConfigBackingStore");
  auto read_all = log_->start([this](const kafka::LogRecord& record) { read(record); });
  if (!read_all) return read_all;
  std::lock_guard lock(mutex_);
  started_ = true;
  // What no connector has claimed by the end belongs to connectors that were deleted.
  orphans_.clear();
  logger_.info("Started KafkaConfigBackingStore");
  return {};
}

void ConfigTopic::stop() { log_->stop(); }

std::shared_ptr<const ClusterState> ConfigTopic::snapshot() const {
  std::lock_guard lock(mutex_);
  if (snapshot_ == nullptr) snapshot_ = std::make_shared<const ClusterState>(state_);
  return snapshot_;
}

// ---- Reading

void ConfigTopic::read(const kafka::LogRecord& record) {
  Change change;
  auto said = read_config_record(record.key.value_or(""), record.value);
  {
    std::lock_guard lock(mutex_);
    if (said || said.error().is_json) {
      state_.offset = record.offset + 1;
      snapshot_ = nullptr;
    }
    if (said) std::visit([&](const auto& each) { apply(each, change); }, *said);
    if (!started_) change.kind = Change::Kind::kNone;
  }
  if (!said) logger_.error("{}", said.error().reason);
  tell(change);
}

void ConfigTopic::apply(const ConnectorRecord& record, Change& change) {
  change.connector = record.connector;
  if (!record.config) {
    state_.connectors.erase(record.connector);
    uncommitted_.erase(record.connector);
    orphans_.erase(record.connector);
    change.kind = Change::Kind::kRemoved;
    return;
  }
  auto [entry, added] = state_.connectors.try_emplace(record.connector);
  ClusterState::Connector& connector = entry->second.edit();
  connector.config = *record.config;
  change.kind = Change::Kind::kConnector;
  if (!added) return;
  if (auto target = early_targets_.find(record.connector); target != early_targets_.end())
    connector.target = target->second;
  if (auto orphans = orphans_.find(record.connector); orphans != orphans_.end()) {
    connector.tasks = std::move(orphans->second.tasks);
    connector.task_count = orphans->second.count;
    orphans_.erase(orphans);
  }
}

void ConfigTopic::apply(const TargetStateRecord& record, Change& change) {
  const auto found = state_.connectors.find(record.connector);
  const bool there = found != state_.connectors.end();
  if (!record.state) {  // the removal of the configuration is told, not this
    early_targets_.erase(record.connector);
    if (there) found->second.edit().target = TargetState::kStarted;
    return;
  }
  // Java keeps the target state of a connector that is deleted until its tombstone comes.
  early_targets_[record.connector] = *record.state;
  if (!there || found->second->target == *record.state) return;
  found->second.edit().target = *record.state;
  change.kind = Change::Kind::kTarget;
  change.connector = record.connector;
}

void ConfigTopic::apply(const TaskRecord& record, Change&) {
  uncommitted_[record.task.connector][record.task.index] = record.config;
}

void ConfigTopic::apply(const CommitRecord& record, Change& change) {
  std::map<int32_t, Properties> tasks;
  if (auto found = uncommitted_.find(record.connector); found != uncommitted_.end()) {
    tasks = std::move(found->second);
    uncommitted_.erase(found);
  }
  auto found = state_.connectors.find(record.connector);
  if (found == state_.connectors.end()) {
    if (!started_ && complete(tasks, record.tasks))
      orphans_[record.connector] = {std::move(tasks), record.tasks};
    return;
  }
  ClusterState::Connector& connector = found->second.edit();
  // A producer that is not idempotent may have sent it twice: Java takes the tasks for lost then,
  // and a worker that starts after compaction does not.
  const bool again = tasks.empty() && record.tasks != 0 && record.tasks == connector.task_count;
  if (again && !connector.inconsistent) return;
  if (complete(tasks, record.tasks)) {
    if (!tasks.empty()) {
      for (auto& [index, config] : tasks) connector.tasks[index] = std::move(config);
      connector.task_config_generation = next_generation_++;
    }
    connector.inconsistent = false;
    connector.applied = connector.config;
  } else {
    // Compaction has left holes, or a leader died half-way: the next full set mends it.
    connector.inconsistent = true;
  }
  connector.task_count = record.tasks;
  connector.pending_fencing = true;
  change.kind = Change::Kind::kTasks;
  change.connector = record.connector;
}

void ConfigTopic::apply(const TaskCountRecord& record, Change&) {
  state_.task_count_records[record.connector] = record.tasks;
  if (auto found = state_.connectors.find(record.connector); found != state_.connectors.end())
    found->second.edit().pending_fencing = false;
}

void ConfigTopic::apply(const SessionKey& key, Change& change) {
  state_.session_key = key;
  change.kind = Change::Kind::kKey;
  change.key = key;
}

void ConfigTopic::apply(const RestartRequest& request, Change& change) {
  change.kind = Change::Kind::kRestart;
  change.restart = request;
}

void ConfigTopic::apply(const LoggerRecord& record, Change& change) {
  change.kind = Change::Kind::kLogger;
  change.logger = record;
}

void ConfigTopic::tell(const Change& change) {
  switch (change.kind) {
    case Change::Kind::kNone: return;
    case Change::Kind::kConnector: return listener_->connector_config_updated(change.connector);
    case Change::Kind::kRemoved: return listener_->connector_config_removed(change.connector);
    case Change::Kind::kTasks: return listener_->task_configs_updated(change.connector);
    case Change::Kind::kTarget: return listener_->target_state_changed(change.connector);
    case Change::Kind::kKey: return listener_->session_key_updated(change.key);
    case Change::Kind::kRestart: return listener_->restart_requested(change.restart);
    case Change::Kind::kLogger:
      return listener_->logging_level_updated(change.logger.logger, change.logger.level);
  }
}

// ---- Writing

void ConfigTopic::refresh(Done done) { log_->read_to_end(kTimeout, std::move(done)); }

void ConfigTopic::claim_write_privileges(Done done) {
  if (!owned_) return done({});
  log_->claim(kTimeout, [done = std::move(done)](const Result<void>& claimed) {
    if (claimed) return done({});
    done(fail(Error(claimed.error().kind(),
                    "Failed to create and initialize fencable producer for config topic",
                    kConnectException)
                  .caused_by(claimed.error())));
  });
}

void ConfigTopic::write(const std::vector<ConfigRecord>& records, const char* what, Done done,
                        bool read_back) {
  std::vector<kafka::LogEntry> entries;
  for (const ConfigRecord& record : records) {
    RecordText text = to_text(record);
    entries.push_back({std::move(text.key), std::move(text.value)});
  }
  auto finish = [what, done](const Result<void>& result) {
    if (result) return done({});
    done(fail(Error(result.error().kind(), what, kConnectException).caused_by(result.error())));
  };
  if (!owned_ && read_back) return log_->send_and_read(std::move(entries), kTimeout, finish);
  if (!owned_) return log_->send(std::move(entries), kTimeout, finish);
  log_->send_as_owner(
      std::move(entries), kTimeout, [this, finish, done, read_back](const Result<void>& sent) {
        if (sent) return read_back ? log_->read_to_end(kTimeout, finish) : finish(sent);
        logger_.warn("Failed to perform fencable send to config topic: {}",
                     sent.error().describe());
        done(fail(Error(sent.error().kind(), "Failed to perform fencable send to config topic",
                        kPrivilegedWriteException)
                      .caused_by(sent.error())));
      });
}

void ConfigTopic::write_unowned(const ConfigRecord& record, const char* what, Done done) {
  RecordText text = to_text(record);
  log_->send(
      {{std::move(text.key), std::move(text.value)}}, kTimeout,
      [what, done = std::move(done)](const Result<void>& sent) {
        if (sent) return done({});
        done(fail(Error(sent.error().kind(), what, kConnectException).caused_by(sent.error())));
      });
}

void ConfigTopic::put_connector(const std::string& connector, const NullableProperties& config,
                                std::optional<TargetState> target, Done done) {
  std::vector<ConfigRecord> records;
  if (target) records.push_back(TargetStateRecord{connector, target});
  records.push_back(ConnectorRecord{connector, config});
  write(records, "Error writing connector configuration to Kafka", std::move(done));
}

void ConfigTopic::remove_connector(const std::string& connector, Done done) {
  write({ConnectorRecord{connector, std::nullopt}, TargetStateRecord{connector, std::nullopt}},
        "Error removing connector configuration from Kafka", std::move(done));
}

void ConfigTopic::put_tasks(const std::string& connector, const std::vector<Properties>& tasks,
                            Done done) {
  constexpr const char* kWhat = "Error writing root configuration to Kafka";
  const auto count = static_cast<int32_t>(tasks.size());
  auto commit = [this, connector, count, done](const Result<void>& written) {
    if (!written) return done(written);
    write({CommitRecord{connector, count}}, kWhat, done);
  };
  if (tasks.empty()) return commit({});
  std::vector<ConfigRecord> records;
  for (int32_t index = 0; index < count; ++index)
    records.push_back(TaskRecord{{connector, index}, tasks[static_cast<size_t>(index)]});
  // Acknowledged before the commit is sent: it must not stand before what it commits.
  write(records, "Error writing task configurations to Kafka", commit, false);
}

void ConfigTopic::put_target_state(const std::string& connector, TargetState state, Done done) {
  // STOPPED, too, which only a leader writes.
  write_unowned(TargetStateRecord{connector, state}, "Error writing target state to Kafka",
                std::move(done));
}

void ConfigTopic::put_session_key(const SessionKey& key, Done done) {
  write({key}, "Error writing session key to Kafka", std::move(done));
}

void ConfigTopic::put_restart_request(const RestartRequest& request, Done done) {
  write({request}, "Error writing restart request to Kafka", std::move(done));
}

void ConfigTopic::put_task_count_record(const std::string& connector, int32_t count, Done done) {
  write({TaskCountRecord{connector, count}}, "Error writing task count record to Kafka",
        std::move(done));
}

void ConfigTopic::put_logging_level(const std::string& logger, const std::string& level,
                                    Done done) {
  write_unowned(LoggerRecord{logger, level}, "Error writing logger level to Kafka",
                std::move(done));
}

}  // namespace millrace::storage
