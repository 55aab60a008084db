#include "pipeline/retry.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <vector>

namespace millrace::pipeline {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kFirstDelay = 300;
constexpr milliseconds kForEver = milliseconds::max();

int64_t random_below(int64_t limit) {
  if (limit <= 0) return 0;
  static thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_int_distribution<int64_t>(0, limit - 1)(generator);
}

// A column with the entries of `retried` taken from another. `none`: what a column that is not
// there stands for.
template <typename T>
const T* merge(Arena& arena, const data::Records& view, const T* first,
               std::span<const uint32_t> retried, const T* again, T none) {
  if (first == again) return first;
  auto* merged = arena.allocate_array<T>(view.count);
  if (first == nullptr) {
    std::fill_n(merged, view.count, none);
  } else {
    std::copy_n(first, view.count, merged);
  }
  for (uint32_t record : retried) merged[record] = again == nullptr ? none : again[record];
  return merged;
}

void merge_headers(Arena& arena, data::Records& merged, std::span<const uint32_t> retried,
                   const data::Records& again) {
  if (merged.header_begin == again.header_begin && merged.headers == again.headers) return;
  const data::Records first = merged;
  auto of = [&](uint32_t record) {
    const bool fresh = std::binary_search(retried.begin(), retried.end(), record);
    return (fresh ? again : first).headers_of(record);
  };
  // Of other records than the selected ones nothing is known: they have none.
  auto* begin = arena.allocate_array<uint32_t>(first.count + 1);
  uint32_t count = 0;
  auto selected = merged.selected.begin();
  auto for_selected = [&](auto each) {
    selected = merged.selected.begin();
    for (uint32_t record = 0; record < first.count; ++record) {
      const bool in = selected != merged.selected.end() && *selected == record;
      if (in) ++selected;
      each(record, in);
    }
  };
  for_selected([&](uint32_t record, bool in) {
    begin[record] = count;
    if (in) count += static_cast<uint32_t>(of(record).size());
  });
  begin[first.count] = count;
  auto* headers = arena.allocate_array<data::Header>(count);
  for_selected([&](uint32_t record, bool in) {
    if (in) std::ranges::copy(of(record), headers + begin[record]);
  });
  merged.header_begin = begin;
  merged.headers = headers;
}

std::span<const uint32_t> merge_selections(Arena& arena, std::span<const uint32_t> first,
                                           std::span<const uint32_t> retried,
                                           std::span<const uint32_t> again) {
  std::vector<uint32_t> kept;
  std::ranges::set_difference(first, retried, std::back_inserter(kept));
  auto* merged = arena.allocate_array<uint32_t>(kept.size() + again.size());
  auto* end = std::merge(kept.begin(), kept.end(), again.begin(), again.end(), merged);
  return {merged, end};
}

}  // namespace

Retry::Retry(ErrorPolicy& errors) : errors_(errors) {}

milliseconds Retry::left() const {
  const milliseconds timeout = errors_.config().retry_timeout;
  if (timeout.count() < 0) return kForEver;
  return std::chrono::ceil<milliseconds>(start_ + timeout - Clock::now());
}

bool Retry::again(size_t records) {
  ++attempt_;
  if (!errors_.wait() || stopped_) return false;
  const milliseconds left = this->left();
  if (left.count() <= 0) return false;
  stopped_ = errors_.wait()(delay(attempt_, errors_.config().retry_delay_max, left));
  errors_.probe().failures.add(records);
  errors_.probe().retries.add(records);
  return !stopped_;
}

milliseconds Retry::delay(int attempt, milliseconds longest, milliseconds left) {
  constexpr int kLargestShift = 40;  // 300 ms, doubled so often, are 10,000 years
  const int64_t doubled = kFirstDelay << std::clamp(attempt - 1, 0, kLargestShift);
  const int64_t delay = doubled > longest.count() ? random_below(longest.count()) : doubled;
  return std::clamp(milliseconds(delay), milliseconds(0), std::max(left, milliseconds(0)));
}

data::Records merge_views(Arena& arena, const data::Records& first,
                          std::span<const uint32_t> retried, const data::Records& again) {
  data::Records merged = first;
  auto take = [&](auto& column, auto* other, auto none) {
    column = merge(arena, first, column, retried, other, none);
  };
  take(merged.topics, again.topics, std::string_view());
  take(merged.partitions, again.partitions, int32_t{data::kNone});
  take(merged.key_schemas, again.key_schemas, static_cast<const data::Schema*>(nullptr));
  take(merged.value_schemas, again.value_schemas, static_cast<const data::Schema*>(nullptr));
  take(merged.keys, again.keys, data::null_cell());
  take(merged.values, again.values, data::null_cell());
  take(merged.timestamps, again.timestamps, int64_t{data::kNone});
  merged.selected = merge_selections(arena, first.selected, retried, again.selected);
  merge_headers(arena, merged, retried, again);
  return merged;
}

}  // namespace millrace::pipeline
