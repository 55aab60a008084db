#pragma once
// WorkerPort: what the herder of a cluster asks of the worker beneath it. Nothing here blocks:
// answers come later, on any thread, once each. Work on one connector, and on one task, is done in
// the order in which it was asked for.

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "herder/offset_changes.h"
#include "runtime/task.h"
#include "runtime/transaction_settings.h"
#include "storage/cluster_state.h"

namespace millrace::distributed {

using config::NullableProperties;
using config::Properties;
using runtime::TargetState;
using runtime::TaskId;

// What a task is started with. Variables unresolved.
struct TaskStart {
  TaskId id;
  NullableProperties connector;
  Properties config;
  TargetState target = TargetState::kStarted;
  size_t task_count = 0;              // of the connector
  runtime::TransactionChecks checks;  // of exactly-once sources
};

class WorkerPort {
 public:
  using Reached = std::function<void(const Result<TargetState>&)>;
  using TaskConfigs = std::function<void(const Result<std::vector<Properties>>&)>;
  using Started = std::function<void(const Result<void>&)>;
  using Message = std::function<void(const Result<std::string>&)>;
  using Done = std::function<void()>;
  virtual ~WorkerPort() = default;

  virtual void start_connector(const std::string& connector, const NullableProperties& config,
                               TargetState target, Reached done) = 0;
  // Of the connector and its tasks that run here; `done` only where the connector itself does.
  virtual void set_target_state(const std::string& connector, TargetState target, Reached done) = 0;
  virtual void stop_connector(const std::string& connector, Done done) = 0;
  // Started, and not failed, paused or stopped.
  virtual bool is_running(const std::string& connector) const = 0;
  // Raw: variables put back.
  virtual void task_configs(const std::string& connector, const NullableProperties& config,
                            TaskConfigs done) = 0;

  virtual void start_task(const TaskStart& task, Started done) = 0;
  virtual void stop_tasks(const std::vector<TaskId>& tasks, Done done) = 0;

  virtual void modify_offsets(const herder::OffsetChangeRequest& request, Message done) = 0;
  // Exactly-once: producers of the connector's first `tasks` tasks are shut out.
  virtual void fence_zombies(const std::string& connector, const NullableProperties& config,
                             int32_t tasks, Started done) = 0;
  // Runs something that may block, on a thread of the worker's.
  virtual void run(std::function<void()> work) = 0;
  // "source", "sink", "unknown".
  virtual std::string type_of(const NullableProperties& config) const = 0;
};

}  // namespace millrace::distributed
