#pragma once
// HerderInbox: what other threads have to tell the herder's thread, in the order in which it came.
// Shared by all who may tell something: one who comes too late finds a closed box, not a dead one.

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace millrace::distributed {

class HerderInbox {
 public:
  using Event = std::function<void()>;

  // Any thread. After close: dropped.
  void post(Event event) {
    {
      std::lock_guard lock(mutex_);
      if (closed_) return;
      events_.push_back(std::move(event));
    }
    std::lock_guard lock(wake_mutex_);
    if (wake_) wake_();
  }
  // Called after each post, on the poster's thread; must not block.
  void set_wake(std::function<void()> wake) {
    std::lock_guard lock(wake_mutex_);
    wake_ = std::move(wake);
  }
  // The herder's thread. Events that come meanwhile wait for the next call.
  std::deque<Event> take() {
    std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }
  bool empty() const {
    std::lock_guard lock(mutex_);
    return events_.empty();
  }
  void close() {
    std::deque<Event> dropped;  // destroyed without the lock
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      dropped.swap(events_);
    }
    set_wake({});
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Event> events_;
  bool closed_ = false;
  std::mutex wake_mutex_;
  std::function<void()> wake_;
};

}  // namespace millrace::distributed
