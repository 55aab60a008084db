#pragma once
// The JSON documents of requests: base/json_value.h, of texts in UTF-8, UTF-16 or UTF-32.

#include "base/json_value.h"

namespace millrace::rest {

// Reads one value. Text after it, nesting deeper than 1000 and bytes that are no UTF-8 are errors.
Result<JsonValue> parse_json(std::string_view text);

// The same, with what is wrong in `broken` and `trailing`. White space alone is null.
JsonValue parse_json_request(std::string_view text);

}  // namespace millrace::rest
