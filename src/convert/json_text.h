#pragma once
// JSON without a converter around it, exactly as JsonConverter reads and writes it with
// schemas.enable=false: for offsets, source partitions and whatever else is matched byte for byte
// with the Java worker's.

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "data/cell.h"
#include "data/schema.h"

namespace millrace::convert {

// Schemaless: objects are maps in the order of a Java HashMap, integers INT64, other numbers
// FLOAT64. Text after the first value is ignored, an empty text is null. Strings may point into
// `text`, the rest lies in `arena`.
Result<data::Cell> parse_json(std::string_view text, Arena& arena);

// The text of a value; a null is `null`. The error is JsonConverter's (a value of no Connect type,
// a null under a schema that requires a value).
Result<void> append_json(std::string& out, const data::Schema* schema, const data::Cell& cell);

}  // namespace millrace::convert
