#include "transform/java_map.h"

#include <algorithm>
#include <bit>

#include "data/java_hash_map.h"
#include "data/java_string.h"

namespace millrace::transform {

using data::Cell;

void JavaMap::clear(uint32_t capacity) {
  entries_.clear();
  capacity_ = capacity == 0 ? 0 : std::bit_ceil(capacity);
}

void JavaMap::copy(const Cell& map) {
  clear();
  if (map.length > 0) {
    auto wished = static_cast<uint32_t>(static_cast<float>(map.length) / 0.75f + 1.0f);
    capacity_ = std::bit_ceil(wished);
  }
  for (uint32_t i = 0; i < map.length; ++i) add(map.as.cells[2 * i], map.as.cells[2 * i + 1]);
}

void JavaMap::add(const Cell& key, const Cell& value) {
  auto hash = static_cast<uint32_t>(data::java_hash(key));
  entries_.push_back({key, value, hash ^ (hash >> 16), 0});
  if (capacity_ == 0) capacity_ = 16;
  if (entries_.size() > capacity_ * 3 / 4) capacity_ *= 2;
}

void JavaMap::put(std::string_view key, const Cell& value) {
  for (Entry& entry : entries_) {
    if (data::kind(entry.key) == data::Kind::kString && data::text(entry.key) == key) {
      entry.value = value;
      return;
    }
  }
  add(data::string_cell(key), value);
}

void JavaMap::remove(std::string_view key) {
  std::erase_if(entries_, [&](const Entry& entry) {
    return data::kind(entry.key) == data::Kind::kString && data::text(entry.key) == key;
  });
}

const Cell* JavaMap::find(const Cell& map, std::string_view key) {
  for (uint32_t i = 0; i < map.length; ++i) {
    const Cell& candidate = map.as.cells[2 * i];
    if (data::kind(candidate) == data::Kind::kString && data::text(candidate) == key)
      return &map.as.cells[2 * i + 1];
  }
  return nullptr;
}

Cell JavaMap::finish(Arena& arena) {
  for (Entry& entry : entries_) entry.bucket = entry.hash & (capacity_ - 1);
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.bucket < b.bucket; });
  Cell* cells = arena.allocate_array<Cell>(2 * entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    cells[2 * i] = entries_[i].key;
    cells[2 * i + 1] = entries_[i].value;
  }
  return data::nested_cell(data::Kind::kMap, cells, static_cast<uint32_t>(entries_.size()));
}

std::vector<std::string> in_hash_order(const std::vector<std::string>& names) {
  std::vector<std::string> distinct;
  std::vector<int32_t> hashes;
  for (const std::string& name : names) {
    if (std::find(distinct.begin(), distinct.end(), name) != distinct.end()) continue;
    distinct.push_back(name);
    hashes.push_back(data::java_string_hash(name));
  }
  std::vector<uint32_t> order;
  data::hash_map_order(hashes, order);
  std::vector<std::string> sorted;
  for (uint32_t index : order) sorted.push_back(distinct[index]);
  return sorted;
}

}  // namespace millrace::transform
