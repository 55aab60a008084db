#include "convert/header_schemas.h"

#include "convert/logical_values.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;
using data::LogicalType;
using data::Schema;
using data::SchemaRef;

// INT8 < INT16 < INT32 < INT64 < FLOAT32 < FLOAT64: the kinds' own order.
bool is_numeric(Kind kind) { return kind >= Kind::kInt8 && kind <= Kind::kFloat64; }

SchemaRef merge_schemas(const SchemaRef& previous, const SchemaRef& latest) {
  Kind before = previous->type(), now = latest->type();
  // Java looks at the types alone: of two equal ones the later schema is taken, whatever its name.
  if (before == now) return latest;
  if (!is_numeric(before) || !is_numeric(now)) return {};
  return before < now ? latest : previous;
}

bool is_integer(const Cell& cell) {
  return data::kind(cell) >= Kind::kInt8 && data::kind(cell) <= Kind::kInt64;
}

// Number.longValue, or nothing where the value is no number.
std::optional<int64_t> as_long(const Cell& cell) {
  if (is_integer(cell)) return cell.as.i64;
  return std::nullopt;
}

std::optional<double> as_double(const Cell& cell) {
  if (is_integer(cell)) return static_cast<double>(cell.as.i64);
  if (data::kind(cell) == Kind::kFloat32 || data::kind(cell) == Kind::kFloat64) return cell.as.f64;
  return std::nullopt;
}

std::optional<Cell> to_instant(LogicalType type, const Cell& cell) {
  if (data::kind(cell) == Kind::kInstant) return cell;
  auto number = as_long(cell);
  if (!number) return std::nullopt;
  int64_t millis = *number;
  if (type == LogicalType::kDate) millis = instant_from_date(static_cast<int32_t>(millis));
  if (type == LogicalType::kTime) {
    auto time = instant_from_time(static_cast<int32_t>(millis));
    if (!time) return std::nullopt;
    millis = *time;
  }
  return data::integer_cell(Kind::kInstant, millis);
}

}  // namespace

void SchemaMerger::merge(const SchemaRef& latest) {
  if (!latest || !compatible_) return;
  if (!common_) {
    common_ = latest;
    return;
  }
  common_ = merge_schemas(common_, latest);
  compatible_ = static_cast<bool>(common_);
}

std::optional<Cell> convert_header_value(const Schema& schema, const Cell& cell, Arena&) {
  if (data::is_null(cell)) return std::nullopt;  // the schemas of headers are never optional
  LogicalType logical = schema.logical_type();
  if (logical == LogicalType::kDecimal) return cell;
  if (logical != LogicalType::kNone) return to_instant(logical, cell);
  switch (schema.type()) {
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64: {
      auto number = as_long(cell);
      if (!number) return std::nullopt;
      return data::integer_cell(schema.type(), *number);
    }
    case Kind::kFloat32:
    case Kind::kFloat64: {
      auto number = as_double(cell);
      if (!number) return std::nullopt;
      if (schema.type() == Kind::kFloat32)
        return data::float_cell(Kind::kFloat32, static_cast<float>(*number));
      return data::float64_cell(*number);
    }
    default: return cell;  // strings, booleans, arrays and maps come as they are
  }
}

}  // namespace millrace::convert
