#include "data/cell.h"

namespace millrace::data {

Cell decimal_cell(Arena& arena, std::string_view unscaled, int32_t scale) {
  auto* decimal =
      static_cast<millrace_decimal*>(arena.allocate(sizeof(millrace_decimal) + unscaled.size()));
  decimal->scale = scale;
  std::memcpy(decimal->unscaled, unscaled.data(), unscaled.size());
  Cell cell{};
  cell.as.decimal = decimal;
  cell.length = static_cast<uint32_t>(unscaled.size());
  cell.kind = MILLRACE_DECIMAL;
  return cell;
}

namespace {

uint32_t child_count(const Cell& cell) {
  return cell.kind == MILLRACE_MAP ? 2 * cell.length : cell.length;
}

}  // namespace

bool equal(const Cell& a, const Cell& b) {
  if (a.kind != b.kind) return false;
  switch (kind(a)) {
    case Kind::kNull: return true;
    case Kind::kBoolean:
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kInstant: return a.as.i64 == b.as.i64;
    case Kind::kFloat32:
    case Kind::kFloat64:  // as Java's Double.equals: by bits, so NaN equals itself and 0.0 differs
                          // from -0.0
      return a.as.i64 == b.as.i64 || (a.as.f64 != a.as.f64 && b.as.f64 != b.as.f64);
    case Kind::kString:
    case Kind::kBytes: return text(a) == text(b);
    case Kind::kDecimal:
      return a.as.decimal->scale == b.as.decimal->scale && unscaled(a) == unscaled(b);
    case Kind::kTyped:
      return a.as.typed->schema == b.as.typed->schema &&
             equal(a.as.typed->value, b.as.typed->value);
    case Kind::kOpaque: return a.as.i64 == b.as.i64 && a.length == b.length;
    case Kind::kArray:
    case Kind::kMap:
    case Kind::kStruct: break;
  }
  if (a.length != b.length) return false;
  for (uint32_t i = 0, count = child_count(a); i < count; ++i) {
    if (!equal(a.as.cells[i], b.as.cells[i])) return false;
  }
  return true;
}

Cell copy(const Cell& cell, Arena& arena) {
  Cell result = cell;
  switch (kind(cell)) {
    case Kind::kString:
    case Kind::kBytes:
      result.as.bytes = reinterpret_cast<const uint8_t*>(arena.copy(text(cell)).data());
      break;
    case Kind::kDecimal: return decimal_cell(arena, unscaled(cell), cell.as.decimal->scale);
    case Kind::kTyped: {
      auto* typed = arena.allocate_array<millrace_typed>(1);
      typed->schema = cell.as.typed->schema;
      typed->value = copy(cell.as.typed->value, arena);
      result.as.typed = typed;
      break;
    }
    case Kind::kArray:
    case Kind::kMap:
    case Kind::kStruct: {
      uint32_t count = child_count(cell);
      Cell* cells = arena.allocate_array<Cell>(count);
      for (uint32_t i = 0; i < count; ++i) cells[i] = copy(cell.as.cells[i], arena);
      result.as.cells = cells;
      break;
    }
    default: break;
  }
  return result;
}

}  // namespace millrace::data
