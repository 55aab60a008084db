#pragma once
// JavaMap: a java.util.HashMap as schemaless transforms make it: a copy of a map, then puts and
// removes. Only the order in which it hands out its entries matters. `new HashMap<>(map)` starts
// with a smaller table than `new HashMap<>()`, so the two iterate differently.

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "data/cell.h"

namespace millrace::transform {

class JavaMap {
 public:
  void clear(uint32_t capacity = 0);  // new HashMap<>(capacity); 0: new HashMap<>()
  void copy(const data::Cell& map);   // new HashMap<>(map)
  void put(std::string_view key, const data::Cell& value);
  void remove(std::string_view key);
  static const data::Cell* find(const data::Cell& map, std::string_view key);  // null: absent
  // The map in iteration order; memory is the arena's.
  data::Cell finish(Arena& arena);

 private:
  struct Entry {
    data::Cell key, value;
    uint32_t hash;
    uint32_t bucket;
  };
  void add(const data::Cell& key, const data::Cell& value);
  std::vector<Entry> entries_;
  uint32_t capacity_ = 0;  // 0: no table yet
};

// The names in the order of a HashSet (or of a HashMap's keys) that was filled with them.
std::vector<std::string> in_hash_order(const std::vector<std::string>& names);

}  // namespace millrace::transform
