#pragma once
// org.apache.kafka.connect.data.Values, as far as SimpleHeaderConverter needs it: from the text of
// a header to a value with a schema, and back. Dates and times are in UTC.

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "data/cell.h"
#include "data/schema.h"

namespace millrace::convert {

struct HeaderValue {
  data::SchemaRef schema;  // none: null
  data::Cell value{};
};

// Values.parseString. nullopt: nested too deep for any JVM's stack. Strings may point into `text`.
std::optional<HeaderValue> parse_header_text(std::string_view text, Arena& arena);

// Values.convertToString of a value that is not null.
Result<void> append_header_text(std::string& out, const data::Schema* schema,
                                const data::Cell& cell);

// SimpleDateFormat with yyyy-MM-dd (10 characters), HH:mm:ss.SSS'Z' (13) or both joined by T (24),
// lenient, in UTC; the logical type goes by the length.
std::optional<HeaderValue> parse_temporal_text(std::string_view text);

}  // namespace millrace::convert
