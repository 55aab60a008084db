#include "distributed/java_order.h"

#include "data/java_hash_map.h"

namespace millrace::distributed {

bool java_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (y == b.end()) return false;
  if (x == a.end()) return true;
  // UTF-8 sorts by code points. UTF-16 puts what needs surrogates (lead bytes from F0 on) before
  // U+E000 to U+FFFF (lead bytes EE and EF).
  const auto first = static_cast<uint8_t>(*x), second = static_cast<uint8_t>(*y);
  auto after_surrogates = [](uint8_t lead) { return lead == 0xEE || lead == 0xEF; };
  if (first >= 0xF0 && after_surrogates(second)) return true;
  if (second >= 0xF0 && after_surrogates(first)) return false;
  return first < second;
}

uint32_t java_hash(std::string_view text) {
  return static_cast<uint32_t>(data::java_hash(data::string_cell(text)));
}

uint32_t java_hash(const runtime::TaskId& task) {
  return 31 * java_hash(std::string_view(task.connector)) + static_cast<uint32_t>(task.index);
}

}  // namespace millrace::distributed
