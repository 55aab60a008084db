#include "data/java_text.h"

#include <charconv>

#include "data/java_date.h"
#include "data/java_decimal.h"
#include "data/java_number.h"

namespace millrace::data {
namespace {

void append_struct(std::string& out, const Schema* schema, const Cell& cell) {
  out.append("Struct{");
  bool first = true;
  for (uint32_t i = 0; i < cell.length; ++i) {
    const Cell& value = cell.as.cells[i];
    if (is_null(value)) continue;
    if (!first) out.push_back(',');
    first = false;
    const Schema* field_schema = nullptr;
    if (schema != nullptr && i < schema->fields().size()) {
      const Field& field = schema->fields()[i];
      out.append(field.name).push_back('=');
      field_schema = field.schema.get();
    }
    append_java_text(out, field_schema, value);
  }
  out.push_back('}');
}

void append_map(std::string& out, const Schema* schema, const Cell& cell) {
  const Schema* keys = schema != nullptr ? schema->keys() : nullptr;
  const Schema* values = schema != nullptr ? schema->values() : nullptr;
  out.push_back('{');
  for (uint32_t i = 0; i < cell.length; ++i) {
    if (i != 0) out.append(", ");
    append_java_text(out, keys, cell.as.cells[2 * i]);
    out.push_back('=');
    append_java_text(out, values, cell.as.cells[2 * i + 1]);
  }
  out.push_back('}');
}

void append_array(std::string& out, const Schema* schema, const Cell& cell) {
  const Schema* values = schema != nullptr ? schema->values() : nullptr;
  out.push_back('[');
  for (uint32_t i = 0; i < cell.length; ++i) {
    if (i != 0) out.append(", ");
    append_java_text(out, values, cell.as.cells[i]);
  }
  out.push_back(']');
}

void append_identity(std::string& out, const void* object) {
  char digits[20];
  auto address = reinterpret_cast<uintptr_t>(object) >> 3;
  auto end = std::to_chars(digits, digits + sizeof digits, address & 0x7FFFFFFF, 16).ptr;
  out.append("[B@").append(digits, end);
}

}  // namespace

void append_java_text(std::string& out, const Schema* schema, const Cell& cell) {
  switch (kind(cell)) {
    case Kind::kNull: out.append("null"); break;
    case Kind::kBoolean: out.append(cell.as.i64 != 0 ? "true" : "false"); break;
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64: append_integer(out, cell.as.i64); break;
    case Kind::kFloat32: append_java_float(out, static_cast<float>(cell.as.f64)); break;
    case Kind::kFloat64: append_java_double(out, cell.as.f64); break;
    case Kind::kString: out.append(text(cell)); break;
    case Kind::kBytes: append_identity(out, cell.as.bytes); break;
    case Kind::kArray: append_array(out, schema, cell); break;
    case Kind::kMap: append_map(out, schema, cell); break;
    case Kind::kStruct: append_struct(out, schema, cell); break;
    case Kind::kDecimal: append_decimal_text(out, cell); break;
    case Kind::kInstant: append_date_text(out, cell.as.i64); break;
    case Kind::kTyped: append_java_text(out, cell.as.typed->schema, cell.as.typed->value); break;
    case Kind::kOpaque: out.append("opaque@"), append_integer(out, cell.as.i64); break;
  }
}

std::string_view java_class_name(const Cell& cell) {
  switch (kind(cell)) {
    case Kind::kNull: return "null";
    case Kind::kBoolean: return "java.lang.Boolean";
    case Kind::kInt8: return "java.lang.Byte";
    case Kind::kInt16: return "java.lang.Short";
    case Kind::kInt32: return "java.lang.Integer";
    case Kind::kInt64: return "java.lang.Long";
    case Kind::kFloat32: return "java.lang.Float";
    case Kind::kFloat64: return "java.lang.Double";
    case Kind::kString: return "java.lang.String";
    case Kind::kBytes: return "[B";
    case Kind::kArray: return "java.util.ArrayList";
    case Kind::kMap: return is_linked_map(cell) ? "java.util.LinkedHashMap" : "java.util.HashMap";
    case Kind::kStruct: return "org.apache.kafka.connect.data.Struct";
    case Kind::kDecimal: return "java.math.BigDecimal";
    case Kind::kInstant: return "java.util.Date";
    case Kind::kTyped: return java_class_name(cell.as.typed->value);
    case Kind::kOpaque: return "java.lang.Object";
  }
  return "java.lang.Object";
}

}  // namespace millrace::data
