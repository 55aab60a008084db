#include "data/java_hash_map.h"

#include <algorithm>
#include <unordered_map>

#include "data/java_decimal.h"
#include "data/java_number.h"
#include "data/java_string.h"

namespace millrace::data {
namespace {

int32_t fold(int64_t bits) {
  return static_cast<int32_t>(static_cast<uint64_t>(bits) ^ static_cast<uint64_t>(bits) >> 32);
}

uint32_t list_hash(const Cell* cells, uint32_t count) {
  uint32_t hash = 1;
  for (uint32_t i = 0; i < count; ++i)
    hash = 31 * hash + static_cast<uint32_t>(java_hash(cells[i]));
  return hash;
}

uint32_t map_hash(const Cell& cell) {
  uint32_t hash = 0;
  for (uint32_t i = 0; i < cell.length; ++i)
    hash += static_cast<uint32_t>(java_hash(cell.as.cells[2 * i]) ^
                                  java_hash(cell.as.cells[2 * i + 1]));
  return hash;
}

uint32_t spread(int32_t hash) {
  auto bits = static_cast<uint32_t>(hash);
  return bits ^ bits >> 16;
}

// How many entries a bucket may get before Java looks at it again.
constexpr uint32_t kTreeThreshold = 8, kSmallestTreeTable = 64;

// Size of the table after all keys are in.
uint32_t table_size(std::span<const int32_t> hashes) {
  uint32_t table = 16;
  std::vector<uint32_t> buckets(table);
  auto grow = [&](size_t entries) {
    table *= 2;
    buckets.assign(table, 0);
    for (size_t i = 0; i < entries; ++i) ++buckets[spread(hashes[i]) & (table - 1)];
  };
  for (size_t i = 0; i < hashes.size(); ++i) {
    uint32_t before = buckets[spread(hashes[i]) & (table - 1)]++;
    // A long chain in a small table makes the table grow instead.
    if (before >= kTreeThreshold && table < kSmallestTreeTable) grow(i + 1);
    if (i + 1 > table / 4 * 3) grow(i + 1);
  }
  return table;
}

bool same_key(const Cell& a, const Cell& b) {
  if (a.kind == MILLRACE_STRING && b.kind == MILLRACE_STRING) {
    return a.length == b.length && (a.length == 0 || a.as.bytes == b.as.bytes ||
                                    std::memcmp(a.as.bytes, b.as.bytes, a.length) == 0);
  }
  return equal(a, b);
}

// Java's byte[] keys are equal only to themselves.
bool java_equal(const Cell& a, const Cell& b) { return a.kind != MILLRACE_BYTES && same_key(a, b); }

}  // namespace

int32_t java_hash(const Cell& cell) {
  switch (kind(cell)) {
    case Kind::kNull: return 0;
    case Kind::kBoolean: return cell.as.i64 != 0 ? 1231 : 1237;
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32: return static_cast<int32_t>(cell.as.i64);
    case Kind::kInt64:
    case Kind::kInstant: return fold(cell.as.i64);
    case Kind::kFloat32: return java_float_bits(static_cast<float>(cell.as.f64));
    case Kind::kFloat64: return fold(java_double_bits(cell.as.f64));
    case Kind::kString: return java_string_hash(text(cell));
    case Kind::kBytes: return java_string_hash(text(cell));
    case Kind::kArray:
    case Kind::kStruct: return static_cast<int32_t>(list_hash(cell.as.cells, cell.length));
    case Kind::kMap: return static_cast<int32_t>(map_hash(cell));
    case Kind::kDecimal: return decimal_hash(cell);
    case Kind::kTyped: return java_hash(cell.as.typed->value);
    case Kind::kOpaque: return fold(cell.as.i64);
  }
  return 0;
}

void hash_map_order(std::span<const int32_t> hashes, std::vector<uint32_t>& order) {
  uint32_t mask = table_size(hashes) - 1;
  order.resize(hashes.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  // Within a bucket entries keep the order in which they came, also when the table grows.
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return (spread(hashes[a]) & mask) < (spread(hashes[b]) & mask);
  });
}

bool HashMapOrder::matches(const Sequence& sequence, const Cell* entries, uint32_t count) const {
  if (sequence.keys.size() != count) return false;
  for (uint32_t i = 0; i < count; ++i) {
    const Cell& key = entries[2 * i];
    const Cell& known = sequence.keys[i];
    if (key.kind != known.kind || key.length != known.length || !same_key(key, known)) return false;
  }
  return true;
}

void HashMapOrder::apply(const Sequence& sequence, Cell* entries, uint32_t count) {
  if (sequence.order.empty()) return;
  scratch_.assign(entries, entries + 2 * count);
  for (uint32_t i = 0; i < count; ++i) {
    entries[2 * i] = scratch_[2 * sequence.order[i]];
    entries[2 * i + 1] = scratch_[2 * sequence.order[i] + 1];
  }
}

uint32_t HashMapOrder::sort(Cell* entries, uint32_t count) {
  if (count <= 1) return count;
  for (size_t tried = 0; tried < sequences_.size(); ++tried) {
    size_t index = next_ + tried;
    if (index >= sequences_.size()) index -= sequences_.size();
    if (!matches(*sequences_[index], entries, count)) continue;
    apply(*sequences_[index], entries, count);
    next_ = index + 1 < sequences_.size() ? index + 1 : 0;
    return count;
  }
  return sort_slowly(entries, count);
}

uint32_t HashMapOrder::sort_slowly(Cell* entries, uint32_t count) {
  std::vector<Cell> before(entries, entries + 2 * count);
  uint32_t left = sort_as_hash_map(entries, count);
  if (left == count && count <= kLargestKept) learn(before.data(), count);
  return left;
}

void HashMapOrder::learn(const Cell* entries, uint32_t count) {
  auto sequence = std::make_unique<Sequence>();
  std::vector<int32_t> hashes(count);
  for (uint32_t i = 0; i < count; ++i) {
    const Cell& key = entries[2 * i];
    // Plain keys only: what points to schemas or has an identity is not kept.
    if (kind(key) == Kind::kTyped || kind(key) == Kind::kOpaque || kind(key) == Kind::kBytes)
      return;
    sequence->keys.push_back(copy(key, sequence->memory));
    hashes[i] = java_hash(key);
  }
  hash_map_order(hashes, sequence->order);
  if (std::is_sorted(sequence->order.begin(), sequence->order.end())) sequence->order.clear();
  if (sequences_.size() < kSequences) {
    sequences_.push_back(std::move(sequence));
    next_ = 0;
  } else {
    sequences_[replace_] = std::move(sequence);
    replace_ = (replace_ + 1) % kSequences;
  }
}

uint32_t sort_as_hash_map(Cell* entries, uint32_t count) {
  std::vector<int32_t> hashes;
  std::vector<Cell> kept;
  std::unordered_multimap<int32_t, uint32_t> seen;
  for (uint32_t i = 0; i < count; ++i) {
    const Cell& key = entries[2 * i];
    int32_t hash = java_hash(key);
    auto [begin, end] = seen.equal_range(hash);
    auto found = std::find_if(
        begin, end, [&](const auto& entry) { return java_equal(kept[2 * entry.second], key); });
    if (found != end) {
      kept[2 * found->second + 1] = entries[2 * i + 1];
      continue;
    }
    seen.emplace(hash, static_cast<uint32_t>(hashes.size()));
    hashes.push_back(hash);
    kept.push_back(key);
    kept.push_back(entries[2 * i + 1]);
  }
  std::vector<uint32_t> order;
  hash_map_order(hashes, order);
  for (size_t i = 0; i < order.size(); ++i) {
    entries[2 * i] = kept[2 * order[i]];
    entries[2 * i + 1] = kept[2 * order[i] + 1];
  }
  return static_cast<uint32_t>(order.size());
}

}  // namespace millrace::data
