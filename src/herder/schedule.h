#pragma once
// Schedule: what is to be done at a time. The herder's RequestQueue is one; tests have one whose
// clock they set.

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace millrace::herder {

class Schedule {
 public:
  using Clock = std::chrono::steady_clock;
  // Names what is to be done; never given twice.
  using Ticket = std::pair<Clock::time_point, uint64_t>;
  virtual ~Schedule() = default;

  virtual Clock::time_point now() const = 0;
  // Any thread. `action` runs once, on the schedule's own thread; it must neither block nor throw.
  virtual Ticket run_at(Clock::time_point time, std::function<void()> action) = 0;
  // Not run if it has not begun. Does not wait. What is not there (any more) is no error.
  virtual void cancel(const Ticket& ticket) = 0;
};

}  // namespace millrace::herder
