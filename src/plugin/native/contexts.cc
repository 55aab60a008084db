#include "plugin/native/contexts.h"

#include <array>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace millrace::plugin::native {
namespace {

// A number is generation << 32 | slot << 4 | shard. Generations begin at 1, so 0 is never valid.
constexpr uint32_t kShardBits = 4, kShardCount = 1u << kShardBits;

struct Slot {
  uint32_t generation = 1;
  std::shared_ptr<const ContextTarget> target;
};

struct Shard {
  std::mutex mutex;
  std::vector<Slot> slots;
  std::vector<uint32_t> free;
};

std::array<Shard, kShardCount>& shards() {
  // Never destroyed: threads of plug-ins may outlive main.
  static auto* table = new std::array<Shard, kShardCount>;
  return *table;
}

Shard& shard_of(millrace_context context) { return shards()[context & (kShardCount - 1)]; }
uint32_t slot_of(millrace_context context) {
  return static_cast<uint32_t>(context & 0xffffffff) >> kShardBits;
}
uint32_t generation_of(millrace_context context) { return static_cast<uint32_t>(context >> 32); }

// Under the shard's lock. Null: the number has ended.
Slot* live_slot(Shard& shard, millrace_context context) {
  uint32_t index = slot_of(context);
  if (index >= shard.slots.size()) return nullptr;
  Slot& slot = shard.slots[index];
  return slot.generation == generation_of(context) && slot.target ? &slot : nullptr;
}

}  // namespace

std::shared_ptr<const ContextTarget> find_context(millrace_context context) {
  Shard& shard = shard_of(context);
  std::lock_guard lock(shard.mutex);
  Slot* slot = live_slot(shard, context);
  return slot == nullptr ? nullptr : slot->target;
}

ContextHandle::ContextHandle(std::shared_ptr<const ContextTarget> target) {
  static std::atomic<uint32_t> next_shard{0};
  uint32_t number = next_shard.fetch_add(1, std::memory_order_relaxed) % kShardCount;
  Shard& shard = shards()[number];
  std::lock_guard lock(shard.mutex);
  uint32_t index = static_cast<uint32_t>(shard.slots.size());
  if (shard.free.empty()) {
    shard.slots.emplace_back();
  } else {
    index = shard.free.back();
    shard.free.pop_back();
  }
  shard.slots[index].target = std::move(target);
  context_ = uint64_t{shard.slots[index].generation} << 32 | index << kShardBits | number;
}

void ContextHandle::end() {
  std::shared_ptr<const ContextTarget> target;  // let go outside the lock
  Shard& shard = shard_of(context_);
  std::lock_guard lock(shard.mutex);
  Slot* slot = live_slot(shard, context_);
  if (slot == nullptr) return;
  target = std::move(slot->target);
  slot->target = nullptr;
  // A slot whose generations are used up is given away no more.
  if (++slot->generation != 0) shard.free.push_back(slot_of(context_));
}

}  // namespace millrace::plugin::native
