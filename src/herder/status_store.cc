#include "herder/status_store.h"

namespace millrace::herder {

void StatusStore::put(const std::string& connector, ConnectorStatus::Part status) {
  std::lock_guard lock(mutex_);
  connectors_[connector] = std::move(status);
}

void StatusStore::put(const TaskId& id, ConnectorStatus::Part status) {
  std::lock_guard lock(mutex_);
  tasks_[id] = std::move(status);
}

void StatusStore::remove(const TaskId& id) {
  std::lock_guard lock(mutex_);
  tasks_.erase(id);
}

void StatusStore::remove(const std::string& connector) {
  std::lock_guard lock(mutex_);
  connectors_.erase(connector);
  topics_.erase(connector);
  auto first = tasks_.lower_bound({connector, 0});
  auto last = first;
  while (last != tasks_.end() && last->first.connector == connector) ++last;
  tasks_.erase(first, last);
}

std::optional<ConnectorStatus::Part> StatusStore::get(const std::string& connector) const {
  std::lock_guard lock(mutex_);
  auto found = connectors_.find(connector);
  if (found == connectors_.end()) return {};
  return found->second;
}

std::vector<ConnectorStatus::TaskPart> StatusStore::tasks(const std::string& connector) const {
  std::lock_guard lock(mutex_);
  std::vector<ConnectorStatus::TaskPart> parts;
  for (auto task = tasks_.lower_bound({connector, 0});
       task != tasks_.end() && task->first.connector == connector; ++task) {
    ConnectorStatus::TaskPart part;
    static_cast<ConnectorStatus::Part&>(part) = task->second;
    part.index = task->first.index;
    parts.push_back(std::move(part));
  }
  return parts;
}

void StatusStore::add_topic(const std::string& connector, std::string_view topic) {
  std::lock_guard lock(mutex_);
  auto& topics = topics_[connector];
  if (topics.find(topic) == topics.end()) topics.emplace(topic);
}

std::vector<std::string> StatusStore::topics(const std::string& connector) const {
  std::lock_guard lock(mutex_);
  auto found = topics_.find(connector);
  if (found == topics_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

void StatusStore::remove_topics(const std::string& connector) {
  std::lock_guard lock(mutex_);
  topics_.erase(connector);
}

}  // namespace millrace::herder
