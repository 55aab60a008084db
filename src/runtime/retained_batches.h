#pragma once
// Counts the bytes of batches that a sink's connector keeps after `put` has returned. One thread.

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "pipeline/raw_records.h"

namespace millrace::runtime {

class RetainedBatches {
 public:
  // Called after each put. `bytes`: what was fetched for the batch.
  void given(const std::shared_ptr<pipeline::SinkBatch>& batch, size_t bytes) {
    if (batch.use_count() == 1) return;  // nobody but the caller has it: it is gone in a moment
    batches_.emplace_back(batch, bytes + batch->arena().reserved());
    bytes_ += batches_.back().second;
  }
  size_t bytes() {
    std::erase_if(batches_, [this](const auto& entry) {
      if (!entry.first.expired()) return false;
      bytes_ -= entry.second;
      return true;
    });
    return bytes_;
  }

 private:
  std::vector<std::pair<std::weak_ptr<pipeline::SinkBatch>, size_t>> batches_;
  size_t bytes_ = 0;
};

}  // namespace millrace::runtime
