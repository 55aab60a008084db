#pragma once
// Pending: an answer that one thread waits for, until a deadline, and another gives. The first
// answer counts.

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "base/result.h"

namespace millrace::herder {

// Shared by both sides: an answer that comes too late finds a living object.
template <typename T>
class Pending {
 public:
  using Reference = std::shared_ptr<Pending>;
  static Reference make() { return std::make_shared<Pending>(); }

  void answer(Result<T> result) {
    std::lock_guard lock(mutex_);
    if (result_) return;
    result_.emplace(std::move(result));
    answered_.notify_all();
  }

  // timed_out when there is no answer by then.
  Result<T> wait(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (!answered_.wait_until(lock, deadline, [this] { return result_.has_value(); }))
      return fail(ErrorKind::timed_out, "Request timed out");
    return *result_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<Result<T>> result_;
};

}  // namespace millrace::herder
