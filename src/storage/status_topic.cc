#include "storage/status_topic.h"

#include <chrono>
#include <future>

namespace millrace::storage {
namespace {

constexpr std::chrono::milliseconds kTimeout{30'000};

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Not over what another worker has said later.
bool may_write(const StoredStatus* there, const StoredStatus& status) {
  return there == nullptr || there->worker_id == status.worker_id ||
         there->generation <= status.generation;
}

template <typename Map, typename Key>
const StoredStatus* find(const Map& map, const Key& key) {
  auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

StatusTopic::StatusTopic(std::unique_ptr<kafka::TopicLog> log)
    : log_(std::move(log)), logger_("org.apache.kafka.connect.storage.KafkaStatusBackingStore") {}

Result<void> StatusTopic::start() {
  return log_->start([this](const kafka::LogRecord& record) { read(record); });
}

void StatusTopic::stop() { log_->stop(); }

void StatusTopic::flush() {
  auto flushed = std::make_shared<std::promise<void>>();
  log_->send({}, kTimeout, [flushed](const Result<void>&) { flushed->set_value(); });
  flushed->get_future().wait_for(kTimeout);
}

// ---- Writing

void StatusTopic::send(std::string key, std::optional<std::string> value) {
  std::vector<kafka::LogEntry> entries;
  entries.push_back({std::move(key), std::move(value)});
  log_->send(std::move(entries), kTimeout, [this](const Result<void>& sent) {
    if (!sent) logger_.error("Failed to write status update: {}", sent.error().describe());
  });
}

void StatusTopic::put(const std::string& connector, const StoredStatus& status, bool safe) {
  {
    std::lock_guard lock(mutex_);
    if (safe && !may_write(find(connectors_, connector), status)) return;
  }
  send(connector_status_key(connector), status_json(status));
}

void StatusTopic::put(const TaskId& task, const StoredStatus& status, bool safe) {
  {
    std::lock_guard lock(mutex_);
    if (safe && !may_write(find(tasks_, task), status)) return;
  }
  send(task_status_key(task), status_json(status));
}

void StatusTopic::remove(const std::string& connector) {
  send(connector_status_key(connector), std::nullopt);
}

void StatusTopic::remove(const TaskId& task) { send(task_status_key(task), std::nullopt); }

void StatusTopic::put_topic(const TaskId& task, const std::string& topic) {
  {
    std::lock_guard lock(mutex_);
    // Known already: one record per connector and topic.
    if (auto found = topics_.find(task.connector);
        found != topics_.end() && found->second.count(topic) != 0)
      return;
  }
  send(topic_status_key(task.connector, topic), topic_status_json(task, topic, now_ms()));
}

void StatusTopic::remove_topic(const std::string& connector, const std::string& topic) {
  send(topic_status_key(connector, topic), std::nullopt);
}

// ---- Reading

void StatusTopic::read(const kafka::LogRecord& record) {
  const std::string name = record.key.value_or("");
  const auto key = read_status_key(name);
  if (!key) return logger_.warn("Discarding record with invalid key {}", name);
  const TaskId task{key->connector, key->task};
  std::lock_guard lock(mutex_);
  if (key->kind == StatusKey::Kind::kTopic) {
    if (!record.value)
      topics_[key->connector].erase(key->topic);
    else if (auto topic = read_topic_status(*record.value))
      topics_[key->connector][key->topic] = *std::move(topic);
    else
      logger_.warn("Failed to parse topic status with key {}", name);
    return;
  }
  const bool of_task = key->kind == StatusKey::Kind::kTask;
  if (!record.value) {
    if (of_task) {
      tasks_.erase(task);
    } else {  // with its tasks, as in Java
      connectors_.erase(key->connector);
      std::erase_if(tasks_,
                    [&](const auto& each) { return each.first.connector == key->connector; });
    }
    return;
  }
  auto status = read_status(*record.value);
  if (!status) return logger_.error("Failed to deserialize the status with key {}", name);
  if (of_task)
    read_task(task, *status);
  else
    connectors_[key->connector] = *std::move(status);
}

// A worker that lost a task may say UNASSIGNED after the task's new worker has said RUNNING.
void StatusTopic::read_task(const TaskId& task, const StoredStatus& status) {
  StoredStatus& there = tasks_[task];
  if (status.state == State::kUnassigned && there.state == State::kRunning &&
      there.generation >= status.generation)
    return;
  there = status;
}

std::optional<StoredStatus> StatusTopic::get(const std::string& connector) const {
  std::lock_guard lock(mutex_);
  const StoredStatus* status = find(connectors_, connector);
  return status == nullptr ? std::nullopt : std::optional(*status);
}

std::optional<StoredStatus> StatusTopic::get(const TaskId& task) const {
  std::lock_guard lock(mutex_);
  const StoredStatus* status = find(tasks_, task);
  return status == nullptr ? std::nullopt : std::optional(*status);
}

std::vector<std::pair<TaskId, StoredStatus>> StatusTopic::tasks(
    const std::string& connector) const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<TaskId, StoredStatus>> found;
  for (auto task = tasks_.lower_bound({connector, INT32_MIN});
       task != tasks_.end() && task->first.connector == connector; ++task)
    found.push_back(*task);
  return found;
}

std::vector<std::string> StatusTopic::connectors() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, status] : connectors_) names.push_back(name);
  return names;
}

std::vector<std::string> StatusTopic::topics(const std::string& connector) const {
  std::lock_guard lock(mutex_);
  auto found = topics_.find(connector);
  if (found == topics_.end()) return {};
  std::set<std::string> names;
  for (const auto& [topic, name] : found->second) names.insert(name);
  return {names.begin(), names.end()};
}

}  // namespace millrace::storage
