#include "distributed/rebalance_pace.h"

#include <algorithm>

namespace millrace::distributed {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMemory{2'000}, kStep{60}, kLongest{300};
// A connector that comes alone makes two rebalances: its own and that of its tasks.
constexpr size_t kAtOnce = 1;

}  // namespace

void RebalancePace::rebalanced(Clock::time_point now) {
  recent_.push_back(now);
  due_.reset();
}

void RebalancePace::changed(Clock::time_point now) {
  if (!due_) due_ = now + wait(now);
}

milliseconds RebalancePace::wait(Clock::time_point now) {
  while (!recent_.empty() && recent_.front() + kMemory <= now) recent_.pop_front();
  if (recent_.size() <= kAtOnce) return milliseconds(0);
  return std::min(kLongest, kStep * static_cast<int64_t>(recent_.size() - kAtOnce));
}

}  // namespace millrace::distributed
