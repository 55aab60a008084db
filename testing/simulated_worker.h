#pragma once
// A worker without connectors: it notes what runs, where and since when. Starts and stops take
// their time; those of one connector or task come one after the other.

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "distributed/worker_port.h"
#include "testing/simulation.h"

namespace millrace::testing {

using distributed::TaskStart;
using runtime::TargetState;
using runtime::TaskId;
using storage::NullableProperties;
using storage::Properties;

// What runs in a process: connectors by name, tasks as "NAME-0"; what they were started with.
struct RunningPart {
  std::string version;  // of the configuration
  TargetState target = TargetState::kStarted;
};
using RunningParts = std::map<std::string, RunningPart>;

class SimulatedWorker : public distributed::WorkerPort {
 public:
  // longest_stop, longest_start: of a part that hangs, ms.
  SimulatedWorker(std::shared_ptr<SimulatedProcess> process, int64_t longest_stop,
                  int64_t longest_start)
      : process_(std::move(process)), longest_stop_(longest_stop), longest_start_(longest_start) {}

  const RunningParts& running() const { return running_; }

  void start_connector(const std::string& connector, const NullableProperties& config,
                       TargetState target, Reached done) override {
    enqueue("c:" + connector, start_time(), [this, connector, config, target, done] {
      running_["c:" + connector] = {text(config, "version"), target};
      done(target);
    });
  }
  void set_target_state(const std::string& connector, TargetState target, Reached done) override {
    enqueue("target of " + connector, simulation().delay(0, 20), [this, connector, target, done] {
      for (auto& [part, state] : running_)
        if (part.starts_with("t:" + connector + "-")) state.target = target;
      auto found = running_.find("c:" + connector);
      if (found == running_.end()) return;
      found->second.target = target;
      done(target);
    });
  }
  void stop_connector(const std::string& connector, Done done) override {
    stop("c:" + connector, std::move(done));
  }
  bool is_running(const std::string& connector) const override {
    auto found = running_.find("c:" + connector);
    return found != running_.end() && found->second.target == TargetState::kStarted;
  }
  void task_configs(const std::string&, const NullableProperties& config,
                    TaskConfigs done) override {
    process_->after(simulation().delay(0, 50), [this, config, done] {
      if (simulation().chance(0.05)) return done(fail(ErrorKind::fatal, "no answer"));
      std::vector<Properties> tasks;
      const int count = std::stoi(text(config, "tasks"));
      for (int i = 0; i < count; ++i)
        tasks.push_back({{"number", std::to_string(i)}, {"version", text(config, "version")}});
      done(std::move(tasks));
    });
  }
  void start_task(const TaskStart& task, Started done) override {
    enqueue("t:" + task.id.to_string(), start_time(), [this, task, done] {
      running_["t:" + task.id.to_string()] = {task.config.at("version"), task.target};
      done({});
    });
  }
  void stop_tasks(const std::vector<TaskId>& tasks, Done done) override {
    auto left = std::make_shared<size_t>(tasks.size());
    for (const TaskId& task : tasks)
      stop("t:" + task.to_string(), [left, done] {
        if (--*left == 0) done();
      });
  }
  void modify_offsets(const herder::OffsetChangeRequest&, Message done) override {
    process_->after(simulation().delay(1, 100), [done] { done(std::string("changed")); });
  }
  void fence_zombies(const std::string&, const NullableProperties&, int32_t,
                     Started done) override {
    done({});
  }
  void run(std::function<void()> work) override {
    process_->after(simulation().delay(0, 10), std::move(work));
  }
  std::string type_of(const NullableProperties&) const override { return "source"; }

 private:
  struct Work {
    std::chrono::microseconds time;
    std::function<void()> done;
  };
  static std::string text(const NullableProperties& config, const std::string& key) {
    auto found = config.find(key);
    return found == config.end() || !found->second ? "0" : *found->second;
  }
  Simulation& simulation() { return process_->simulation(); }
  std::chrono::microseconds start_time() {
    return simulation().chance(0.05) ? simulation().delay(100, longest_start_)
                                     : simulation().delay(0, 30);
  }
  void stop(const std::string& part, Done done) {
    const auto time = simulation().chance(0.05) ? simulation().delay(500, longest_stop_)
                                                : simulation().delay(0, 100);
    enqueue(part, time, [this, part, done = std::move(done)] {
      running_.erase(part);
      done();
    });
  }
  void enqueue(const std::string& part, std::chrono::microseconds time,
               std::function<void()> done) {
    auto& works = works_[part];
    works.push_back({time, std::move(done)});
    if (works.size() == 1) begin(part);
  }
  void begin(const std::string& part) {
    process_->after(works_[part].front().time, [this, part] {
      auto& works = works_[part];
      auto work = std::move(works.front());
      work.done();
      works.pop_front();
      if (!works.empty()) begin(part);
    });
  }

  const std::shared_ptr<SimulatedProcess> process_;
  const int64_t longest_stop_, longest_start_;
  RunningParts running_;
  std::map<std::string, std::deque<Work>> works_;
};

}  // namespace millrace::testing
