#pragma once
// RequestQueue: the herder's one thread and the requests that it serves in order, some of them not
// before a time.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "herder/schedule.h"

namespace millrace::herder {

class RequestQueue : public Schedule {
 public:
  explicit RequestQueue(std::string thread_name);
  ~RequestQueue() override;  // stops

  // Any thread. `request` must not block for long, and must not throw. After stop: dropped.
  void post(std::function<void()> request) { run_at(Clock::now(), std::move(request)); }
  Clock::time_point now() const override { return Clock::now(); }
  Ticket run_at(Clock::time_point time, std::function<void()> request) override;
  void cancel(const Ticket& ticket) override;

  // The request that is being served ends; the others are dropped. Idempotent. Not from a request.
  void stop();

 private:
  void run();

  const std::string thread_name_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // By time, then in the order in which they came.
  std::map<Ticket, std::function<void()>> requests_;
  uint64_t next_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::herder
