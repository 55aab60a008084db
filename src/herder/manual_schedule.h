#pragma once
// For tests: a Schedule whose clock the test sets.

#include <algorithm>
#include <map>

#include "herder/schedule.h"

namespace millrace::herder {

// For one thread.
class ManualSchedule : public Schedule {
 public:
  Clock::time_point now() const override { return now_; }
  Ticket run_at(Clock::time_point time, std::function<void()> action) override {
    const Ticket ticket(time, next_++);
    actions_.emplace(ticket, std::move(action));
    return ticket;
  }
  void cancel(const Ticket& ticket) override { actions_.erase(ticket); }

  // Runs what becomes due on the way, each at its time.
  void advance(Clock::duration time) {
    const Clock::time_point end = now_ + time;
    while (!actions_.empty() && actions_.begin()->first.first <= end) {
      auto action = std::move(actions_.begin()->second);
      now_ = std::max(now_, actions_.begin()->first.first);
      actions_.erase(actions_.begin());
      action();
    }
    now_ = end;
  }
  size_t waiting() const { return actions_.size(); }
  Clock::duration next() const { return actions_.begin()->first.first - now_; }

 private:
  Clock::time_point now_{};
  std::map<Ticket, std::function<void()>> actions_;
  uint64_t next_ = 0;
};

}  // namespace millrace::herder
