#pragma once
// RebalancePace: how long a worker waits, after connectors or tasks have come or gone, for more to
// come and go before it asks for a rebalance. Java asks at once; a rebalance holds up all requests,
// so that a hundred connectors, made one after the other, wait for a hundred rebalances and more.
//
// After a quiet time there is no wait: a single connector starts as soon as it can. Where one
// rebalance follows the other it grows. All workers read the same changes at almost the same time
// and have been in the same rebalances, so that they ask at almost the same time: none holds up the
// others for long. The herder's thread alone.

#include <chrono>
#include <deque>
#include <optional>

namespace millrace::distributed {

class RebalancePace {
 public:
  using Clock = std::chrono::steady_clock;

  // The group has come to an end with a rebalance. What changed before waits no longer.
  void rebalanced(Clock::time_point now);
  void changed(Clock::time_point now);
  // When a rebalance is to be asked for; long ago where nothing has changed since the last one.
  Clock::time_point due() const { return due_.value_or(Clock::time_point()); }

 private:
  std::chrono::milliseconds wait(Clock::time_point now);

  std::deque<Clock::time_point> recent_;  // rebalances
  std::optional<Clock::time_point> due_;
};

}  // namespace millrace::distributed
