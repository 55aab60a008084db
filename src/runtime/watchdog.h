#pragma once
// Watchdog: finds tasks that hold one call of their connector for longer than
// errors.stall.timeout.ms, and has them say so. One thread for all tasks of a worker, made for the
// first of them; it sleeps until a call can have lasted too long.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "config/config_def.h"
#include "runtime/task.h"

namespace millrace::runtime {

class Watchdog {
 public:
  Watchdog() = default;
  ~Watchdog() { stop(); }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Until the task is gone. timeout: 0 or less: not watched.
  void watch(const std::shared_ptr<Task>& task, std::chrono::milliseconds timeout);
  // Nothing is reported any more once this has returned.
  void stop();

 private:
  struct Watched {
    std::weak_ptr<Task> task;
    std::chrono::milliseconds timeout;
  };
  void run();
  // Looks at all; gives when to look next.
  std::chrono::steady_clock::time_point look(std::vector<Watched> watched);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Watched> watched_;
  bool stopped_ = false, news_ = false;
  std::thread thread_;
};

// errors.stall.timeout.ms of a task's configuration.
std::chrono::milliseconds stall_timeout(const config::Properties& task_config);

}  // namespace millrace::runtime
