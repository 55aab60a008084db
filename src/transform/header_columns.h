#pragma once
// Making new header columns: records that are not selected keep what they had.

#include <algorithm>
#include <vector>

#include "config/config_def.h"
#include "data/batch.h"

namespace millrace::transform {

class HeaderColumns {
 public:
  explicit HeaderColumns(const data::Records& before) : before_(before) {}

  // fill(record, headers) appends all headers of a selected record.
  template <typename Fill>
  void rebuild(data::Batch& batch, data::Records& view, Fill&& fill) {
    std::vector<data::Header> headers;
    auto* begin = batch.arena().allocate_array<uint32_t>(view.count + 1);
    size_t next_selected = 0;
    for (uint32_t record = 0; record < view.count; ++record) {
      begin[record] = static_cast<uint32_t>(headers.size());
      if (next_selected < before_.selected.size() && before_.selected[next_selected] == record) {
        ++next_selected;
        fill(record, headers);
      } else {
        auto same = before_.headers_of(record);
        headers.insert(headers.end(), same.begin(), same.end());
      }
    }
    begin[view.count] = static_cast<uint32_t>(headers.size());
    auto* column = batch.arena().allocate_array<data::Header>(headers.size());
    std::copy(headers.begin(), headers.end(), column);
    view.header_begin = begin;
    view.headers = column;
  }

 private:
  const data::Records before_;
};

// org.apache.kafka.connect.transforms.util.NonEmptyListValidator
inline config::Validator non_empty_list() {
  return [](std::string_view, const config::Value& value) -> std::optional<config::Problem> {
    if (value.list.empty()) return config::Problem{"Empty list", false};
    return std::nullopt;
  };
}

}  // namespace millrace::transform
