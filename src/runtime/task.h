#pragma once
// Task: one thread that moves records for one task of a connector, until it is told to stop or
// fails. The base of SourceTaskRunner and SinkTaskRunner: it owns the thread, the wished state and
// the reports of the reached state. Follows org.apache.kafka.connect.runtime.WorkerTask.
//
// A Task is made with std::make_shared. Its thread holds a reference: a plug-in that hangs keeps
// alive what it uses, and nobody waits for it. A task whose thread never ends is abandoned; a
// process with such a thread leaves by _exit.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/log.h"
#include "base/result.h"
#include "runtime/held_call.h"

namespace millrace::runtime {

struct TaskId {
  std::string connector;
  int32_t index = 0;
  std::string to_string() const { return connector + "-" + std::to_string(index); }  // "NAME-0"
  auto operator<=>(const TaskId&) const = default;
};

enum class State : uint8_t { kUnassigned, kRunning, kPaused, kStopped, kFailed, kRestarting };
std::string_view state_name(State state);    // "RUNNING"
std::string_view state_metric(State state);  // "running", as metrics have it
enum class TargetState : uint8_t { kStarted, kPaused, kStopped };
std::string_view target_state_name(TargetState state);  // "STARTED"

// Told of every change, on the task's thread; must not block and must not call back into the task.
// Not called any more once Task::abandon has returned.
class TaskStatusListener {
 public:
  virtual ~TaskStatusListener() = default;
  // trace: only for kFailed.
  virtual void task_state_changed(const TaskId& id, State state, const std::string& trace) = 0;
  // In place of the call above for kFailed; overridden by those who judge the failure.
  virtual void task_failed(const TaskId& id, const Error& error) {
    task_state_changed(id, State::kFailed, error.trace());
  }
  // In place of task_failed for one that could not be put together: it has no version.
  virtual void task_not_made(const TaskId& id, const Error& error) { task_failed(id, error); }
  // The task holds a call of its connector for longer than it may, or (empty trace) does so no
  // more. Not on the task's thread. The state is the one that was told before.
  virtual void task_stalled(const TaskId& id, State state, const std::string& trace) {
    task_state_changed(id, state, trace);
  }
};

class Task : public std::enable_shared_from_this<Task> {
 public:
  // logger: the Java class that does the same, as log lines name it.
  Task(TaskId id, TargetState target, TaskStatusListener& listener,
       std::string_view logger = "org.apache.kafka.connect.runtime.WorkerTask");
  virtual ~Task();

  void start();                        // starts the thread; once
  void set_target(TargetState state);  // kStarted or kPaused
  void request_stop();                 // returns at once; the thread flushes, commits and ends
  // False: still running at the deadline. The caller then abandons it: no status, no final commit
  // come from it any more. True for a task that was never started.
  bool wait_stopped(std::chrono::steady_clock::time_point deadline);
  void abandon();

  // From the watchdog's thread: where the connector holds one call for longer than `timeout` the
  // task says so, once, and once when it is over: in its status, its log and HeldCall::stalled.
  // Gives when to look next.
  std::chrono::steady_clock::time_point look_for_stall(std::chrono::milliseconds timeout);

  const TaskId& id() const { return id_; }
  State state() const { return state_; }  // as reported last

 protected:
  // On the thread. `run` does all from start to close; a returned error becomes FAILED with its
  // trace (UNASSIGNED and a warning when stop was asked before). What it does while paused it
  // decides itself, with paused() and report_paused/report_running.
  virtual Result<void> run() = 0;
  // From another thread, after the wished state changed: wake up whatever the thread waits for.
  // Must not block.
  virtual void wake() = 0;
  // From another thread, within abandon: let go of what does not outlive the worker (metric
  // registrations). Must not block on a plug-in.
  virtual void abandoned_now() {}

  bool stopping() const;
  bool abandoned() const;
  bool paused() const;  // wished
  void report_running();
  void report_paused();
  // Waits until the wished state changes, stop is asked or the time is over. A change since the
  // thread last waited or looked counts: none is missed.
  void wait_for_change(std::chrono::milliseconds timeout);
  // Waits so long; less if the task is to stop: then true.
  bool wait_to_stop(std::chrono::milliseconds time);

  const TaskId id_;
  const Logger log_;
  HeldCall held_;  // entered around each call of the connector

 private:
  void thread_main();
  void report(State state, const Error* failure = nullptr);  // failure: of kFailed

  void stalled(const HeldCall::Held& held, std::chrono::milliseconds timeout);
  void stall_ended();

  // Guards calls of the listener, so that none is under way when abandon returns. Taken before
  // mutex_.
  std::mutex report_mutex_;
  TaskStatusListener& listener_;
  std::optional<State> reported_;
  std::atomic<State> state_{State::kUnassigned};
  bool stall_shown_ = false;  // by the status that was reported last
  HeldCall::Clock::time_point stalled_since_{};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  TargetState target_;
  uint64_t changes_ = 0, seen_changes_ = 0;
  bool started_ = false, stopping_ = false, abandoned_ = false;

  // Outlives the task: when the thread says that it has ended, it holds no reference any more, so
  // that the task is destroyed by whoever waited for it, and not somewhere after him.
  struct End {
    std::mutex mutex;
    std::condition_variable reached;
    bool ended = false;
  };
  const std::shared_ptr<End> end_ = std::make_shared<End>();
};

}  // namespace millrace::runtime
