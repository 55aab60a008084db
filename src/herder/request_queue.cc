#include "herder/request_queue.h"

#include <pthread.h>

namespace millrace::herder {

RequestQueue::RequestQueue(std::string thread_name)
    : thread_name_(std::move(thread_name)), thread_([this] { run(); }) {}

RequestQueue::~RequestQueue() { stop(); }

RequestQueue::Ticket RequestQueue::run_at(Clock::time_point time, std::function<void()> request) {
  std::lock_guard lock(mutex_);
  const Ticket ticket(time, next_++);
  if (stopping_) return ticket;
  requests_.emplace(ticket, std::move(request));
  changed_.notify_one();
  return ticket;
}

void RequestQueue::cancel(const Ticket& ticket) {
  std::function<void()> cancelled;  // destroyed without the lock
  std::lock_guard lock(mutex_);
  auto found = requests_.find(ticket);
  if (found == requests_.end()) return;
  cancelled = std::move(found->second);
  requests_.erase(found);
}

void RequestQueue::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  std::lock_guard lock(mutex_);
  requests_.clear();
}

void RequestQueue::run() {
  pthread_setname_np(pthread_self(), thread_name_.substr(0, 15).c_str());
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (requests_.empty()) {
      changed_.wait(lock);
      continue;
    }
    auto first = requests_.begin();
    const Clock::time_point time = first->first.first;
    if (time > Clock::now()) {
      changed_.wait_until(lock, time);
      continue;
    }
    std::function<void()> request = std::move(first->second);
    requests_.erase(first);
    lock.unlock();
    request();
    request = nullptr;
    lock.lock();
  }
}

}  // namespace millrace::herder
