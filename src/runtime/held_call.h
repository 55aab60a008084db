#pragma once
// HeldCall: which call of its connector a task's thread is in, and since when. Written by that
// thread, one relaxed store at each end of a call; read by the watchdog and the metrics.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::runtime {

enum class PluginCall : uint8_t {
  kNone,
  kStart,
  kPoll,
  kPut,
  kOpen,
  kPreCommit,
  kClose,
  kCommit,
  kCommitRecord,
  kStop
};
std::string_view call_name(PluginCall call);  // "put", as Kafka Connect's interfaces have it

class HeldCall {
 public:
  using Clock = std::chrono::steady_clock;
  struct Held {
    PluginCall call;
    Clock::time_point since;  // to the microsecond
  };

  void enter(PluginCall call) {
    const auto since =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch());
    state_.store(static_cast<uint64_t>(since.count()) << kCallBits | static_cast<uint64_t>(call),
                 std::memory_order_relaxed);
  }
  void leave() { state_.store(0, std::memory_order_relaxed); }
  std::optional<Held> held() const {
    const uint64_t state = state_.load(std::memory_order_relaxed);
    if (state == 0) return std::nullopt;
    return Held{static_cast<PluginCall>(state & ((1U << kCallBits) - 1)),
                Clock::time_point(std::chrono::microseconds(state >> kCallBits))};
  }

  // Set by whoever watches: the call is held for longer than it may be.
  std::atomic<bool> stalled{false};

 private:
  static constexpr int kCallBits = 4;
  std::atomic<uint64_t> state_{0};
};

// A call, as long as this lives.
class Holding {
 public:
  Holding(HeldCall& held, PluginCall call) : held_(held) { held_.enter(call); }
  ~Holding() { held_.leave(); }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

 private:
  HeldCall& held_;
};

}  // namespace millrace::runtime
