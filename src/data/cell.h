#pragma once
// Cell: one value, 16 bytes, trivially copyable; the very structure of the connector contract
// (millrace/abi.h). Strings, bytes and nested cells are pointers into a batch's memory, never
// owned.

#include <cstring>
#include <string_view>

#include "base/arena.h"
#include "millrace/abi.h"

namespace millrace::data {

using Cell = ::millrace_cell;

// The enumerators share the numbers of the contract's kinds. A schema's type uses those from
// kBoolean to kStruct.
enum class Kind : uint8_t {
  kNull = MILLRACE_NULL,
  kBoolean = MILLRACE_BOOLEAN,
  kInt8 = MILLRACE_INT8,
  kInt16 = MILLRACE_INT16,
  kInt32 = MILLRACE_INT32,
  kInt64 = MILLRACE_INT64,
  kFloat32 = MILLRACE_FLOAT32,
  kFloat64 = MILLRACE_FLOAT64,
  kString = MILLRACE_STRING,
  kBytes = MILLRACE_BYTES,
  kArray = MILLRACE_ARRAY,
  kMap = MILLRACE_MAP,
  kStruct = MILLRACE_STRUCT,
  kDecimal = MILLRACE_DECIMAL,
  kInstant = MILLRACE_INSTANT,
  kTyped = MILLRACE_TYPED,
  kOpaque = MILLRACE_OPAQUE,
};

inline Kind kind(const Cell& cell) { return static_cast<Kind>(cell.kind); }
inline bool is_null(const Cell& cell) { return cell.kind == MILLRACE_NULL; }
inline std::string_view text(const Cell& cell) {
  return {reinterpret_cast<const char*>(cell.as.bytes), cell.length};
}

inline Cell integer_cell(Kind kind, int64_t value) {  // kBoolean, kInt8 ... kInt64, kInstant
  Cell cell{};
  cell.as.i64 = value;
  cell.kind = static_cast<uint8_t>(kind);
  return cell;
}
inline Cell float_cell(Kind kind, double value) {  // kFloat32, kFloat64
  Cell cell{};
  cell.as.f64 = value;
  cell.kind = static_cast<uint8_t>(kind);
  return cell;
}
inline Cell null_cell() { return Cell{}; }
inline Cell boolean_cell(bool value) { return integer_cell(Kind::kBoolean, value ? 1 : 0); }
inline Cell int32_cell(int32_t value) { return integer_cell(Kind::kInt32, value); }
inline Cell int64_cell(int64_t value) { return integer_cell(Kind::kInt64, value); }
inline Cell float64_cell(double value) { return float_cell(Kind::kFloat64, value); }
inline Cell text_cell(Kind kind, std::string_view text) {  // kString, kBytes; borrows
  Cell cell{};
  cell.as.bytes = reinterpret_cast<const uint8_t*>(text.data());
  cell.length = static_cast<uint32_t>(text.size());
  cell.kind = static_cast<uint8_t>(kind);
  return cell;
}
inline Cell string_cell(std::string_view text) { return text_cell(Kind::kString, text); }
inline Cell bytes_cell(std::string_view bytes) { return text_cell(Kind::kBytes, bytes); }
// count: elements of an array, entries of a map (2 * count cells), fields of a struct.
inline Cell nested_cell(Kind kind, const Cell* cells, uint32_t count) {
  Cell cell{};
  cell.as.cells = cells;
  cell.length = count;
  cell.kind = static_cast<uint8_t>(kind);
  return cell;
}
// A map that is a java.util.LinkedHashMap in Java and not a HashMap. Only messages that name a
// value's class tell the difference.
inline Cell linked_map_cell(const Cell* cells, uint32_t count) {
  Cell cell = nested_cell(Kind::kMap, cells, count);
  cell.reserved[0] = 1;
  return cell;
}
inline bool is_linked_map(const Cell& cell) { return cell.reserved[0] == 1; }
// unscaled: two's complement, big-endian, minimal.
Cell decimal_cell(Arena& arena, std::string_view unscaled, int32_t scale);
inline std::string_view unscaled(const Cell& decimal) {
  return {reinterpret_cast<const char*>(decimal.as.decimal->unscaled), decimal.length};
}

// Deep equality of values: same kinds, same contents, maps in the same order.
bool equal(const Cell& a, const Cell& b);
// A deep copy whose memory is the arena's. Typed cells keep pointing to their schema, which the
// caller keeps alive.
Cell copy(const Cell& cell, Arena& arena);

}  // namespace millrace::data
