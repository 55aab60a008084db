#pragma once
// The orders in which Java's collections hand out connectors, tasks and members. Which of several
// equal workers gets a connector depends on them, and a leader of either kind is to decide alike.

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/task.h"

namespace millrace::distributed {

// String.compareTo: by UTF-16 units. Texts are UTF-8.
bool java_less(std::string_view a, std::string_view b);

struct JavaLess {
  bool operator()(std::string_view a, std::string_view b) const { return java_less(a, b); }
  bool operator()(const runtime::TaskId& a, const runtime::TaskId& b) const {
    if (a.connector != b.connector) return java_less(a.connector, b.connector);
    return a.index < b.index;
  }
};
template <typename T>
using TreeSet = std::set<T, JavaLess>;

uint32_t java_hash(std::string_view text);  // String.hashCode
uint32_t java_hash(const runtime::TaskId& task);

// `items`, each once, as a java.util.HashSet hands them out. made_from: the size of the collection
// that it was copied from; 0: filled one by one.
template <typename T>
std::vector<T> hash_set_order(std::vector<T> items, size_t made_from = 0) {
  uint32_t table = 16;
  if (made_from > 0) {
    const auto wanted =
        static_cast<uint32_t>(std::max(static_cast<float>(made_from) / 0.75F + 1.0F, 16.0F));
    while (table < wanted) table *= 2;
  } else {
    while (4 * items.size() > 3 * static_cast<size_t>(table)) table *= 2;
  }
  auto bucket = [table](const T& item) {
    const uint32_t hash = java_hash(item);
    return (hash ^ (hash >> 16)) & (table - 1);
  };
  std::stable_sort(items.begin(), items.end(),
                   [&](const T& a, const T& b) { return bucket(a) < bucket(b); });
  return items;
}

}  // namespace millrace::distributed
