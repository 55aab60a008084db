#pragma once
// What a connector or a task may ask of the runtime and what is the same for both: source offsets.

#include <functional>
#include <span>
#include <string>

#include "base/result.h"
#include "data/cell.h"
#include "runtime/offset_store.h"

namespace millrace::runtime {

// Stored offsets of `partitions`, one call of `found` for each; a null cell where there is none.
// Java: OffsetStorageReaderImpl. Blocks.
Result<void> read_stored_offsets(
    OffsetStore& store, const std::string& connector, std::span<const data::Cell> partitions,
    const std::function<void(size_t index, const data::Cell& offset)>& found);

}  // namespace millrace::runtime
