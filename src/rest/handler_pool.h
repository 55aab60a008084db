#pragma once
// Threads on which requests are handled, so that a call that waits does not stop the others. A
// thread is made when work finds none idle, and ends when it has been idle for a while: a worker
// that nobody asks anything has none.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace millrace::rest {

class HandlerPool {
 public:
  HandlerPool(int maximum_threads, std::chrono::milliseconds idle_time)
      : maximum_threads_(maximum_threads), idle_time_(idle_time) {}
  ~HandlerPool() { stop(); }

  // The task must not throw. It waits in a queue when all threads are busy; whoever submits bounds
  // how many. False: stopped (or no thread could be made at all); the task was not taken.
  bool submit(std::function<void()> task);
  // Runs what is queued, then waits for all threads to end.
  void stop();
  int threads() const;

 private:
  void run();

  const int maximum_threads_;
  const std::chrono::milliseconds idle_time_;
  mutable std::mutex mutex_;
  std::condition_variable work_, ended_;
  std::deque<std::function<void()>> queue_;
  int threads_ = 0, idle_ = 0;
  bool stopping_ = false;
};

}  // namespace millrace::rest
