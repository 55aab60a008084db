#pragma once
// A batch in the form that the contract lends to a plug-in. Shared by reference count: the task
// that makes one holds a reference, batch_retain adds one.

#include <atomic>
#include <memory>
#include <vector>

#include "data/batch.h"
#include "millrace/abi.h"

namespace millrace::plugin::native {

class LentBatch : public millrace_batch {
 public:
  // The caller holds one reference. `owner` may be null where there are no records.
  static LentBatch* make(std::shared_ptr<const data::Batch> owner, const data::Records& records);

  static const LentBatch* from(const millrace_batch* batch) {
    return static_cast<const LentBatch*>(batch);
  }
  void retain() const { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() const {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  const std::shared_ptr<const data::Batch>& owner() const { return owner_; }

 private:
  LentBatch() : millrace_batch{} {}
  void make_runs(const data::Records& records);

  mutable std::atomic<uint32_t> references_{1};
  std::shared_ptr<const data::Batch> owner_;
  std::vector<millrace_run> runs_;
  std::vector<uint32_t> selection_;
  std::vector<data::Cell> nulls_;
};

struct LentBatchRelease {
  void operator()(const LentBatch* batch) const { batch->release(); }
};
using LentBatchRef = std::unique_ptr<const LentBatch, LentBatchRelease>;

}  // namespace millrace::plugin::native
