#pragma once
// WorkerAdapter: the runtime's Worker as the herder of a cluster asks of it: without waiting. Work
// that waits (a stop, for as long as a connector or task is given) goes to a few lanes: what
// concerns one connector stays in order, and as many connectors stop at once as there are lanes, as
// in Java's StartAndStopExecutor.

#include <array>
#include <memory>

#include "distributed/worker_port.h"
#include "runtime/call_thread.h"
#include "runtime/worker.h"

namespace millrace::distributed {

class WorkerAdapter final : public WorkerPort {
 public:
  // worker: outlives the calls that are under way.
  explicit WorkerAdapter(runtime::Worker& worker);

  void start_connector(const std::string& connector, const NullableProperties& config,
                       TargetState target, Reached done) override;
  void set_target_state(const std::string& connector, TargetState target, Reached done) override;
  void stop_connector(const std::string& connector, Done done) override;
  bool is_running(const std::string& connector) const override;
  void task_configs(const std::string& connector, const NullableProperties& config,
                    TaskConfigs done) override;
  void start_task(const TaskStart& task, Started done) override;
  void stop_tasks(const std::vector<TaskId>& tasks, Done done) override;
  void modify_offsets(const herder::OffsetChangeRequest& request, Message done) override;
  void fence_zombies(const std::string& connector, const NullableProperties& config, int32_t tasks,
                     Started done) override;
  void run(std::function<void()> work) override;
  std::string type_of(const NullableProperties& config) const override;

 private:
  static constexpr size_t kLanes = 8;
  runtime::CallThread& lane(const std::string& connector);

  runtime::Worker& worker_;
  std::array<std::shared_ptr<runtime::CallThread>, kLanes> lanes_;
};

}  // namespace millrace::distributed
