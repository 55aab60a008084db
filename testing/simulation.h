#pragma once
// Simulation: time and chance that a test owns. What happens is a row of events; the same seed
// gives the same row. One thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace millrace::testing {

class Simulation {
 public:
  using Clock = std::chrono::steady_clock;
  using Event = std::function<void()>;

  explicit Simulation(uint64_t seed) : random_(seed) {}

  Clock::time_point now() const { return now_; }
  int64_t wall_ms() const {
    return 1'700'000'000'000 +
           std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count();
  }
  void after(std::chrono::microseconds delay, Event event) { at(now_ + delay, std::move(event)); }
  void at(Clock::time_point time, Event event) {
    events_.emplace(std::pair(std::max(time, now_), next_++), std::move(event));
  }
  // False: nothing is left to happen before `end`; it is then `end`.
  bool step(Clock::time_point end) {
    if (events_.empty() || events_.begin()->first.first > end) {
      now_ = end;
      return false;
    }
    auto node = events_.extract(events_.begin());
    now_ = node.key().first;
    ++steps_;
    node.mapped()();
    return true;
  }
  uint64_t steps() const { return steps_; }

  // From low to high, both included.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  bool chance(double probability) {
    return static_cast<double>(random_() >> 11) * 0x1p-53 < probability;
  }
  std::chrono::microseconds delay(int64_t low_ms, int64_t high_ms) {
    return std::chrono::microseconds(between(low_ms * 1000, high_ms * 1000));
  }
  template <typename T>
  const T& one_of(const std::vector<T>& items) {
    return items[static_cast<size_t>(between(0, static_cast<int64_t>(items.size()) - 1))];
  }

 private:
  std::mt19937_64 random_;
  Clock::time_point now_{std::chrono::hours(1)};
  std::map<std::pair<Clock::time_point, uint64_t>, Event> events_;
  uint64_t next_ = 0, steps_ = 0;
};

// A process in the simulation: what is to happen in it happens while it lives, and waits while it
// is stopped (SIGSTOP). Cut off: its messages are lost.
class SimulatedProcess : public std::enable_shared_from_this<SimulatedProcess> {
 public:
  explicit SimulatedProcess(Simulation& simulation) : simulation_(simulation) {}

  Simulation& simulation() { return simulation_; }
  bool alive() const { return alive_; }
  bool paused() const { return paused_; }
  bool cut_off() const { return cut_off_; }
  void die() {
    alive_ = false;
    waiting_.clear();
  }
  void pause() { paused_ = true; }
  void resume() {
    paused_ = false;
    for (Simulation::Event& event : std::exchange(waiting_, {})) event();
  }
  void set_cut_off(bool cut_off) { cut_off_ = cut_off; }
  // How much slower than usual the network is.
  void set_slowness(int64_t factor) { slowness_ = factor; }

  // Within this process, after some time.
  void after(std::chrono::microseconds delay, Simulation::Event event) {
    simulation_.after(delay, [self = shared_from_this(), event = std::move(event)]() mutable {
      self->run(std::move(event));
    });
  }
  // To the cluster of Kafka and back: true: it gets there.
  bool reaches_kafka() { return alive_ && !cut_off_ && !simulation_.chance(loss_); }
  void set_loss(double probability) { loss_ = probability; }
  std::chrono::microseconds network_delay() { return simulation_.delay(1, 5) * slowness_; }

 private:
  void run(Simulation::Event event) {
    if (!alive_) return;
    if (paused_) {
      waiting_.push_back(std::move(event));
      return;
    }
    event();
  }

  Simulation& simulation_;
  bool alive_ = true, paused_ = false, cut_off_ = false;
  int64_t slowness_ = 1;
  double loss_ = 0;
  std::vector<Simulation::Event> waiting_;
};

}  // namespace millrace::testing
