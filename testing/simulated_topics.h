#pragma once
// The status topic of a simulated cluster, and the stores of its workers over it.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/status_store.h"
#include "testing/simulation.h"

namespace millrace::testing {

using storage::TaskId;

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
