#pragma once
// HerderRequests: what the herder has been asked to do and may not do yet: not before a time, not
// in the middle of a rebalance, not while something else is done for the same connector.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"

namespace millrace::distributed {

// When a request may be served.
enum class Gate : uint8_t {
  kStarted,   // as soon as the config topic has been read
  kResolved,  // in the group, and what it assigned has been taken up
  kSettled,   // and no rebalance is expected
};

struct HerderRequest {
  using Clock = std::chrono::steady_clock;
  Gate gate = Gate::kResolved;
  std::string connector;  // requests for one come one after the other; empty: for none
  Clock::time_point not_before{};
  Clock::time_point deadline = Clock::time_point::max();  // dropped with an error then
  std::function<void()> serve;
  std::function<void(Error)> refuse;  // may be empty
};

// The herder's thread alone.
class HerderRequests {
 public:
  using Clock = HerderRequest::Clock;

  void add(HerderRequest request);
  // Serves those that are due, in order, while `open` says so for their gate.
  void serve(Clock::time_point now, const std::function<bool(Gate)>& open);
  // Of the first that waits for its time or will be dropped.
  Clock::time_point next_time(Clock::time_point now) const;
  void refuse_all(const Error& error);

  // While held, no request for this connector begins.
  void hold(const std::string& connector) { ++held_[connector]; }
  void release(const std::string& connector);

 private:
  using Key = std::pair<Clock::time_point, uint64_t>;
  std::map<Key, HerderRequest> requests_;
  std::map<std::string, int> held_;
  uint64_t next_ = 0;
};

}  // namespace millrace::distributed
