#pragma once
// SIGTERM and SIGINT: while the worker is being started, the process ends at once; then the first
// asks the worker to stop gracefully, the second ends the process at once.

#include <thread>

namespace millrace::app {

// Before any thread is made: all threads inherit that these signals wait to be fetched.
void block_stop_signals();

// While it lives, one of them ends the process at once with exit code 128 + its number: a start may
// wait for brokers, and has not begun anything yet. Made after block_stop_signals.
class StartInterruptible {
 public:
  StartInterruptible();
  ~StartInterruptible();
  StartInterruptible(const StartInterruptible&) = delete;
  StartInterruptible& operator=(const StartInterruptible&) = delete;

 private:
  std::thread thread_;
};

// One of them waits to be fetched.
bool stop_signal_pending();

// Waits for the first of them; gives its number. From then on another one ends the process at once
// with exit code 128 + its number.
int wait_for_stop_signal();

}  // namespace millrace::app
