#pragma once
// AutomaticRestart: restarts failed connectors and tasks after a while, where the connector's
// configuration asks for it. Ours; Kafka Connect leaves a failed task FAILED until somebody
// restarts it.
//
// It is told what fails, decides, and asks its owner, a herder of either kind, to restart. It
// knows nothing of states: the owner drops a restart that came too late.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "herder/restart_policy.h"
#include "herder/schedule.h"
#include "runtime/task.h"

namespace millrace::herder {

// Thread-safe. The owner is called on the schedule's thread, without a lock.
class AutomaticRestart {
 public:
  // A task, or with this index the connector itself.
  using Part = runtime::TaskId;
  static constexpr int32_t kConnector = -1;
  using Restart = std::function<void(const Part&)>;

  // schedule: nothing of it runs any more when this is destroyed. metrics: may be null.
  AutomaticRestart(Schedule& schedule, MetricRegistry* metrics, Restart restart);

  void failed(const Part& part, const Error& error, const RestartPolicy& policy);
  void running(const Part& part);
  // The user took the matter into his own hands: no restart is due, and attempts count anew.
  void cancel(const Part& part);
  // There is no such part any more, or it is another one by now.
  void forget(const Part& part);
  // A restart was due while the connector was to be paused; it is made when that is over.
  void postpone(const Part& part);
  // The connector and its tasks: restarts that are due are made when they go on.
  void hold(const std::string& connector);
  void release(const std::string& connector);

  // One line for the user about a part that is FAILED; empty where nothing was asked for.
  std::string notice(const Part& part) const;

 private:
  struct Record {
    RestartPolicy policy;
    int64_t attempts = 0;  // in a row
    std::optional<Schedule::Ticket> due;
    uint64_t generation = 0;  // of `due`
    bool held = false, permanent = false, given_up = false;
    std::optional<Schedule::Clock::time_point> running_since;
    // Read by the metrics, which take no lock of ours.
    struct Probe {
      Counter attempts;
      std::atomic<bool> waiting{false};
    };
    std::shared_ptr<Probe> probe = std::make_shared<Probe>();
    std::shared_ptr<MetricRegistry::Registration> metrics;
  };

  void plan(const Part& part, Record& record);  // holding mutex_
  void withdraw(Record& record);                // holding mutex_
  void due(const Part& part, uint64_t generation);
  void measure(const Part& part, Record& record);
  std::chrono::milliseconds delay_of(const Record& record);

  Schedule& schedule_;
  MetricRegistry* const metrics_;
  const Restart restart_;
  const Logger log_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<Part, Record> records_;
  uint64_t generations_ = 0;
  std::minstd_rand random_;
};

}  // namespace millrace::herder
