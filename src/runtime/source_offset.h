#pragma once
// Source partitions and offsets as the texts that lie in an OffsetStore: what Java's JsonConverter
// makes of them without schemas. They are maps of text to Connect primitives, not nested
// (org.apache.kafka.connect.storage.OffsetUtils); entries come in the map's order, since a
// partition is found again by its bytes.

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "data/cell.h"

namespace millrace::runtime {

// What the keys of all partitions of a connector begin with: `["CONNECTOR",`
std::string offset_key_prefix(std::string_view connector);

// `["CONNECTOR",{"filename":"/x"}]`. partition may be null, or a null cell: `["CONNECTOR",null]`.
// bad_data: not such a map.
Result<std::string> offset_key(std::string_view connector, const data::Cell* partition);

// `{"position":42}`; nullopt for a null: Java's way to forget an offset.
Result<std::optional<std::string>> offset_value(const data::Cell* offset);

// The map (or null cell) that the text of an offset or a partition holds; its memory is the arena's
// and the text's. Integers are INT64, other numbers FLOAT64.
Result<data::Cell> parse_offset(std::string_view text, Arena& arena);

}  // namespace millrace::runtime
