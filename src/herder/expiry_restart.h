#pragma once
// ExpiryRestart: restarts a connector when values that config providers gave for its configuration
// are too old. org.apache.kafka.connect.runtime.WorkerConfigTransformer and HerderRequest; a
// connector says `config.action.reload=none` to be left alone.

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "base/log.h"
#include "config/config_def.h"
#include "herder/schedule.h"

namespace millrace::herder {

// Thread-safe. The owner is called on the schedule's thread, without a lock.
class ExpiryRestart {
 public:
  using Times = std::map<std::string, std::chrono::milliseconds>;  // by path
  using Restart = std::function<void(const std::string& connector)>;

  // schedule: nothing of it runs any more when this is destroyed.
  ExpiryRestart(Schedule& schedule, Restart restart);

  // A configuration of the connector was resolved: what was planned for the same paths is replaced.
  void resolved(const std::string& connector, const config::Properties& config, const Times& times);
  // The connector is gone, or has another configuration: nothing is due.
  void forget(const std::string& connector);

 private:
  Schedule& schedule_;
  const Restart restart_;
  const Logger log_;
  std::mutex mutex_;  // guards what follows
  // By connector and path. What was done stays until it is replaced.
  std::map<std::string, std::map<std::string, Schedule::Ticket>> due_;
};

}  // namespace millrace::herder
