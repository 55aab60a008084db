#pragma once
// org.apache.kafka.connect.data.Decimal, Date, Time and Timestamp: from and to what stands in a
// message, with Java's messages. The schemas passed in are of the logical type in question.

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "data/cell.h"
#include "data/schema.h"

namespace millrace::convert {

// The scale parameter of a decimal schema.
Result<int32_t> decimal_scale(const data::Schema& schema);
// Decimal.fromLogical's check: the value's scale must be the schema's.
Result<void> check_decimal_scale(const data::Schema& schema, const data::Cell& decimal);

Result<int32_t> date_from_instant(int64_t millis);  // days
Result<int32_t> time_from_instant(int64_t millis);  // ms since midnight
inline int64_t instant_from_date(int32_t days) { return days * int64_t{86'400'000}; }
Result<int64_t> instant_from_time(int32_t millis);

}  // namespace millrace::convert
