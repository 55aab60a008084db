#pragma once
// StatusStore: states of connectors and tasks and the topics that they used, in memory.
// org.apache.kafka.connect.storage.MemoryStatusBackingStore. Thread-safe.

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "herder/herder.h"

namespace millrace::herder {

class StatusStore {
 public:
  void put(const std::string& connector, ConnectorStatus::Part status);
  void put(const TaskId& id, ConnectorStatus::Part status);
  void remove(const TaskId& id);
  void remove(const std::string& connector);  // with its tasks and topics

  std::optional<ConnectorStatus::Part> get(const std::string& connector) const;
  std::vector<ConnectorStatus::TaskPart> tasks(const std::string& connector) const;  // by index

  void add_topic(const std::string& connector, std::string_view topic);
  std::vector<std::string> topics(const std::string& connector) const;
  void remove_topics(const std::string& connector);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, ConnectorStatus::Part> connectors_;
  std::map<TaskId, ConnectorStatus::Part> tasks_;
  std::map<std::string, std::set<std::string, std::less<>>> topics_;
};

}  // namespace millrace::herder
