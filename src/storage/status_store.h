#pragma once
// StatusStore: states of connectors and tasks and the topics that connectors use, of a whole
// cluster, in the status topic: org.apache.kafka.connect.storage.KafkaStatusBackingStore. Writes
// are sent in the background, batched; reads come from what was read from the topic.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/task.h"

namespace millrace::storage {

using runtime::State;
using runtime::TaskId;

struct StoredStatus {
  State state = State::kUnassigned;
  std::string trace;                   // empty: null
  std::string worker_id;               // "host:port"
  int32_t generation = 0;              // of the group, when it was written
  std::optional<std::string> version;  // of the plug-in
  bool operator==(const StoredStatus&) const = default;
};

// Thread-safe.
class StatusStore {
 public:
  virtual ~StatusStore() = default;
  virtual Result<void> start() = 0;
  virtual void stop() = 0;
  virtual void flush() = 0;

  // safe (UNASSIGNED, FAILED): not over a newer status of another worker (putSafe).
  virtual void put(const std::string& connector, const StoredStatus& status, bool safe) = 0;
  virtual void put(const TaskId& task, const StoredStatus& status, bool safe) = 0;
  virtual void remove(const std::string& connector) = 0;  // DESTROYED: a tombstone
  virtual void remove(const TaskId& task) = 0;
  virtual void put_topic(const TaskId& task, const std::string& topic) = 0;
  virtual void remove_topic(const std::string& connector, const std::string& topic) = 0;

  virtual std::optional<StoredStatus> get(const std::string& connector) const = 0;
  virtual std::optional<StoredStatus> get(const TaskId& task) const = 0;
  virtual std::vector<std::pair<TaskId, StoredStatus>> tasks(
      const std::string& connector) const = 0;
  virtual std::vector<std::string> connectors() const = 0;
  virtual std::vector<std::string> topics(const std::string& connector) const = 0;
};

}  // namespace millrace::storage
