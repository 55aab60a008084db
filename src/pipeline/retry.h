#pragma once
// Retry: how long a stage that failed in a way that may pass is tried again, and how long is waited
// in between: errors.retry.timeout and errors.retry.delay.max.ms.
// org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator, execAndRetry and backoff.
//
// Over a batch, only the records that failed so are given to the stage again, all of them at once:
// they wait together, not one after the other.

#include <chrono>
#include <span>

#include "base/arena.h"
#include "data/batch.h"
#include "pipeline/error_policy.h"

namespace millrace::pipeline {

class Retry {
 public:
  using Clock = std::chrono::steady_clock;
  // One stage and batch. Begins where the stage is tried first.
  explicit Retry(ErrorPolicy& errors);

  // After an attempt in which `records` records failed: waits and says whether to try again. False:
  // the time is over, or the task is to stop.
  bool again(size_t records);
  bool stopped() const { return stopped_; }

  // Before the attempt after attempt number `attempt` (from 1): doubles from 300 ms; where that is
  // more than `longest`, any time below it; never past what is `left`.
  static std::chrono::milliseconds delay(int attempt, std::chrono::milliseconds longest,
                                         std::chrono::milliseconds left);

 private:
  std::chrono::milliseconds left() const;

  ErrorPolicy& errors_;
  const Clock::time_point start_ = Clock::now();
  int attempt_ = 0;
  bool stopped_ = false;
};

// The view that a transform left, with what it made of `retried` of its records when it was given
// them again: their columns and their place in the selection are those of `again`.
data::Records merge_views(Arena& arena, const data::Records& first,
                          std::span<const uint32_t> retried, const data::Records& again);

}  // namespace millrace::pipeline
