#pragma once
// java.math.BigDecimal as a cell: an unscaled integer of any size and a scale. Small values (up to
// 64 bit) take a short way without allocation.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "data/cell.h"

namespace millrace::data {

// new BigDecimal(text): sign, digits with or without a point, exponent; no blanks. nullopt: not a
// number (Java: NumberFormatException).
std::optional<Cell> decimal_from_text(Arena& arena, std::string_view text);
// BigDecimal.toString: `12.30`, `1E+3`, `0E-7`.
void append_decimal_text(std::string& out, const Cell& decimal);
// The unscaled value in decimal digits, with a sign where negative.
std::string unscaled_text(const Cell& decimal);

Cell decimal_from_int64(Arena& arena, int64_t unscaled, int32_t scale);
// new BigDecimal(new BigInteger(bytes), scale); bytes not empty, not necessarily minimal.
Cell decimal_from_bytes(Arena& arena, std::string_view bytes, int32_t scale);

// BigDecimal.doubleValue / floatValue: correctly rounded; infinite beyond the range, never -0.0 for
// a zero.
double decimal_to_double(const Cell& decimal);
float decimal_to_float(const Cell& decimal);
// BigDecimal.longValue: the fraction cut off, the low 64 bits of what remains.
int64_t decimal_to_int64(const Cell& decimal);
int decimal_sign(const Cell& decimal);
// The number as a 64-bit integer if it is whole and fits.
std::optional<int64_t> decimal_exact_int64(const Cell& decimal);

// Low 64 bits of an integer in decimal text (optional '-'): BigInteger.longValue.
int64_t wrapped_int64(std::string_view digits);

// Two's complement big-endian bytes of a 64-bit value, minimal as BigInteger.toByteArray. Gives the
// first of the bytes, which end at buffer + 8.
const uint8_t* minimal_bytes(int64_t value, uint8_t (&buffer)[8]);

// BigDecimal.hashCode.
int32_t decimal_hash(const Cell& decimal);

}  // namespace millrace::data
