#pragma once
// Task: one thread that moves records for one task of a connector, until it is told to stop or
// fails. The base of SourceTaskRunner and SinkTaskRunner: it owns the thread, the wished state and
// the reports of the reached state. Follows org.apache.kafka.connect.runtime.WorkerTask.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/log.h"
#include "base/result.h"

namespace millrace::runtime {

struct TaskId {
  std::string connector;
  int32_t index = 0;
  std::string to_string() const { return connector + "-" + std::to_string(index); }  // "NAME-0"
  auto operator<=>(const TaskId&) const = default;
};

enum class State : uint8_t { kUnassigned, kRunning, kPaused, kStopped, kFailed, kRestarting };
std::string_view state_name(State state);  // "RUNNING"
enum class TargetState : uint8_t { kStarted, kPaused, kStopped };

// Told of every change, on the task's thread; must not block and must not call back into the task.
class TaskStatusListener {
 public:
  virtual ~TaskStatusListener() = default;
  // trace: only for kFailed.
  virtual void task_state_changed(const TaskId& id, State state, const std::string& trace) = 0;
};

class Task {
 public:
  Task(TaskId id, TargetState target, TaskStatusListener& listener);
  virtual ~Task();  // the thread has ended or was abandoned

  void start();                        // starts the thread
  void set_target(TargetState state);  // kStarted or kPaused
  void request_stop();                 // returns at once; the thread flushes, commits and ends
  // False: still running at the deadline. The caller then abandons it: no status, no final commit
  // come from it any more.
  bool wait_stopped(std::chrono::steady_clock::time_point deadline);
  void abandon();

  const TaskId& id() const { return id_; }

 protected:
  // On the thread. `run` does all from start to close; a returned error becomes FAILED with its
  // trace. What it does while paused it decides itself, with paused() and
  // report_paused/report_running.
  virtual Result<void> run() = 0;
  // From another thread, after the wished state changed: wake up whatever the thread waits for.
  virtual void wake() = 0;

  bool stopping() const;
  bool abandoned() const;
  bool paused() const;  // wished
  void report_running();
  void report_paused();
  // Waits until the wished state changes, stop is asked or the time is over.
  void wait_for_change(std::chrono::milliseconds timeout);

  const TaskId id_;
  const Logger log_;

 private:
  void thread_main();
  void report(State state, const std::string& trace);

  TaskStatusListener& listener_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  TargetState target_;
  State reported_ = State::kUnassigned;
  bool stopping_ = false, abandoned_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace millrace::runtime
