#pragma once
// What Java says of texts that are no numbers: the NumberFormatExceptions that stand as causes
// beneath what converters and transforms throw. `text` is one that the Java method named refuses.

#include <string_view>

#include "base/result.h"
#include "data/cell.h"

namespace millrace::data {

// Byte.parseByte, Short.parseShort, Integer.parseInt, Long.parseLong.
Error integer_format(std::string_view text, Kind type);

// Float.parseFloat, Double.parseDouble.
Error floating_format(std::string_view text);

// new BigDecimal(text)
Error decimal_format(std::string_view text);

}  // namespace millrace::data
