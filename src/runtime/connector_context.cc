#include "runtime/connector_context.h"

#include "runtime/source_offset.h"

namespace millrace::runtime {

Result<void> read_stored_offsets(
    OffsetStore& store, const std::string& connector, std::span<const data::Cell> partitions,
    const std::function<void(size_t index, const data::Cell& offset)>& found) {
  std::vector<std::string> keys;
  keys.reserve(partitions.size());
  for (const data::Cell& partition : partitions) {
    Result<std::string> key = offset_key(connector, &partition);
    if (!key) return fail(std::move(key).error());
    keys.push_back(*std::move(key));
  }
  Result<std::vector<std::optional<std::string>>> values = store.get(keys);
  if (!values) return fail(std::move(values).error().within("Failed to fetch offsets."));
  for (size_t i = 0; i < values->size(); ++i) {
    Arena arena;
    data::Cell offset = data::null_cell();
    if (const std::optional<std::string>& text = (*values)[i]) {
      Result<data::Cell> parsed = parse_offset(*text, arena);
      if (!parsed) return fail(std::move(parsed).error().within("Failed to fetch offsets."));
      offset = *parsed;
    }
    found(i, offset);
  }
  return {};
}

}  // namespace millrace::runtime
