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

// Told of every change, on the task's thread; must not block and must not call back into the task.
// Not called any more once Task::abandon has returned.
class TaskStatusListener {
 public:
  virtual ~TaskStatusListener() = default;
  // trace: only for kFailed.
  virtual void task_state_changed(const TaskId& id, State state, const std::string& trace) = 0;
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

  const TaskId id_;
  const Logger log_;

 private:
  void thread_main();
  void report(State state, const std::string& trace);

  // Guards calls of the listener, so that none is under way when abandon returns. Taken before
  // mutex_.
  std::mutex report_mutex_;
  TaskStatusListener& listener_;
  std::optional<State> reported_;
  std::atomic<State> state_{State::kUnassigned};

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
