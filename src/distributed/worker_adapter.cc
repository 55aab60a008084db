#include "distributed/worker_adapter.h"

#include <malloc.h>

#include <atomic>
#include <map>

#include "herder/plugin_listing.h"

namespace millrace::distributed {

using config::given_of;

namespace {

// The first worker of a cluster that starts anew holds everything for a moment. What so many tasks
// leave behind is given back to the system.
constexpr size_t kManyTasks = 100;

}  // namespace

WorkerAdapter::WorkerAdapter(runtime::Worker& worker) : worker_(worker) {
  for (size_t i = 0; i < kLanes; ++i)
    lanes_[i] = std::make_shared<runtime::CallThread>("start-stop-" + std::to_string(i));
}

runtime::CallThread& WorkerAdapter::lane(const std::string& connector) {
  return *lanes_[std::hash<std::string>()(connector) % kLanes];
}

void WorkerAdapter::start_connector(const std::string& connector, const NullableProperties& config,
                                    TargetState target, Reached done) {
  lane(connector).post([this, connector, given = given_of(config), target, done] {
    worker_.start_connector(connector, given, target, done);
  });
}

void WorkerAdapter::set_target_state(const std::string& connector, TargetState target,
                                     Reached done) {
  lane(connector).post(
      [this, connector, target, done] { worker_.set_target_state(connector, target, done); });
}

void WorkerAdapter::stop_connector(const std::string& connector, Done done) {
  lane(connector).post([this, connector, done] {
    worker_.stop_connector(connector);
    done();
  });
}

bool WorkerAdapter::is_running(const std::string& connector) const {
  return worker_.is_running(connector);
}

void WorkerAdapter::task_configs(const std::string& connector, const NullableProperties& config,
                                 TaskConfigs done) {
  worker_.connector_task_configs(connector, given_of(config), done);
}

void WorkerAdapter::start_task(const TaskStart& task, Started done) {
  lane(task.id.connector).post([this, task, done] {
    done(worker_.start_task(task.id, given_of(task.connector), task.config, task.target,
                            task.task_count, task.checks));
  });
}

void WorkerAdapter::stop_tasks(const std::vector<TaskId>& tasks, Done done) {
  std::map<runtime::CallThread*, std::vector<TaskId>> by_lane;
  for (const TaskId& task : tasks) by_lane[&lane(task.connector)].push_back(task);
  if (by_lane.empty()) return done();
  auto left = std::make_shared<std::atomic<size_t>>(by_lane.size());
  const bool many = tasks.size() >= kManyTasks;
  for (auto& [thread, ids] : by_lane) {
    thread->post([this, ids = std::move(ids), left, many, done] {
      worker_.stop_tasks(ids);
      if (left->fetch_sub(1) != 1) return;
      done();
      if (many) ::malloc_trim(0);
    });
  }
}

void WorkerAdapter::modify_offsets(const herder::OffsetChangeRequest& request, Message done) {
  run([this, request, done] { done(herder::change_offsets(worker_.parts(), request)); });
}

void WorkerAdapter::fence_zombies(const std::string& connector, const NullableProperties& config,
                                  int32_t tasks, Started done) {
  run([this, connector, given = given_of(config), tasks, done] {
    done(worker_.fence_zombies(connector, given, tasks));
  });
}

void WorkerAdapter::run(std::function<void()> work) {
  std::make_shared<runtime::CallThread>("herder-work")->post(std::move(work));
}

std::string WorkerAdapter::type_of(const NullableProperties& config) const {
  return herder::type_of_connector(*worker_.parts().plugins, given_of(config));
}

}  // namespace millrace::distributed
