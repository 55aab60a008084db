#include "rest/handler_pool.h"

#include <system_error>
#include <thread>

namespace millrace::rest {

bool HandlerPool::submit(std::function<void()> task) {
  std::lock_guard lock(mutex_);
  if (stopping_) return false;
  if (idle_ <= static_cast<int>(queue_.size()) && threads_ < maximum_threads_) {
    try {
      std::thread([this] { run(); }).detach();  // stop() counts them out
      ++threads_;
    } catch (const std::system_error&) {
      if (threads_ == 0) return false;  // out of threads: those that exist will come to it
    }
  }
  queue_.push_back(std::move(task));
  work_.notify_one();
  return true;
}

void HandlerPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    bool found = work_.wait_for(lock, idle_time_, [&] { return !queue_.empty() || stopping_; });
    --idle_;
    if (!found || queue_.empty()) break;
    std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it owns goes before the lock is taken
    lock.lock();
  }
  --threads_;
  ended_.notify_all();  // under the lock: the pool may be gone as soon as it is released
}

void HandlerPool::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
  ended_.wait(lock, [&] { return threads_ == 0; });
}

int HandlerPool::threads() const {
  std::lock_guard lock(mutex_);
  return threads_;
}

}  // namespace millrace::rest
