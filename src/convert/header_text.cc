// Values.convertToString.

#include "convert/base64.h"
#include "convert/failures.h"
#include "convert/header_values.h"
#include "data/java_date.h"
#include "data/java_text.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;
using data::Schema;

Result<void> append(std::string& out, const Schema* schema, const Cell& cell, bool embedded);

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (char c : text) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

void append_base64(std::string& out, std::string_view bytes, bool embedded) {
  std::string text(base64_size(bytes.size()), '\0');
  write_base64(text.data(), bytes);
  if (embedded) {
    out.append("\"").append(text).append("\"");
  } else {
    out.append(text);
  }
}

void append_time(std::string& out, const data::DateFields& fields) {
  data::append_padded(out, fields.hour, 2);
  out.push_back(':');
  data::append_padded(out, fields.minute, 2);
  out.push_back(':');
  data::append_padded(out, fields.second, 2);
  out.push_back('.');
  data::append_padded(out, fields.millisecond, 3);
  out.push_back('Z');
}

void append_instant(std::string& out, int64_t millis) {
  data::DateFields fields = data::date_fields(millis);
  if (millis >= data::kMillisPerDay) {
    data::append_padded(out, fields.year, 4);
    out.push_back('-');
    data::append_padded(out, fields.month, 2);
    out.push_back('-');
    data::append_padded(out, fields.day, 2);
    if (millis % data::kMillisPerDay == 0) return;
    out.push_back('T');
  }
  append_time(out, fields);
}

Result<void> append_map(std::string& out, const Schema* schema, const Cell& cell) {
  const Schema* keys = schema != nullptr ? schema->keys() : nullptr;
  const Schema* values = schema != nullptr ? schema->values() : nullptr;
  out.push_back('{');
  for (uint32_t i = 0; i < cell.length; ++i) {
    if (i != 0) out.push_back(',');
    auto done = append(out, keys, cell.as.cells[2 * i], true);
    if (!done) return done;
    out.push_back(':');
    done = append(out, values, cell.as.cells[2 * i + 1], true);
    if (!done) return done;
  }
  out.push_back('}');
  return {};
}

Result<void> append_struct(std::string& out, const Schema* schema, const Cell& cell) {
  if (schema == nullptr || schema->fields().size() != cell.length)
    return data_failure("A struct without its schema cannot be written as a header");
  out.push_back('{');
  for (uint32_t i = 0; i < cell.length; ++i) {
    const data::Field& field = schema->fields()[i];
    if (i != 0) out.push_back(',');
    append_quoted(out, field.name);
    out.push_back(':');
    const Cell* value = &cell.as.cells[i];
    if (data::is_null(*value) && field.schema->default_value() != nullptr)
      value = field.schema->default_value();
    auto done = append(out, field.schema.get(), *value, true);
    if (!done) return done;
  }
  out.push_back('}');
  return {};
}

Result<void> append_array(std::string& out, const Schema* schema, const Cell& cell) {
  const Schema* values = schema != nullptr ? schema->values() : nullptr;
  out.push_back('[');
  for (uint32_t i = 0; i < cell.length; ++i) {
    if (i != 0) out.push_back(',');
    auto done = append(out, values, cell.as.cells[i], true);
    if (!done) return done;
  }
  out.push_back(']');
  return {};
}

Result<void> append(std::string& out, const Schema* schema, const Cell& cell, bool embedded) {
  switch (data::kind(cell)) {
    case Kind::kString:
      if (embedded) {
        append_quoted(out, data::text(cell));
      } else {
        out.append(data::text(cell));
      }
      return {};
    case Kind::kBytes: return append_base64(out, data::text(cell), embedded), Result<void>{};
    case Kind::kArray: return append_array(out, schema, cell);
    case Kind::kMap: return append_map(out, schema, cell);
    case Kind::kStruct: return append_struct(out, schema, cell);
    case Kind::kInstant: return append_instant(out, cell.as.i64), Result<void>{};
    case Kind::kTyped: return append(out, cell.as.typed->schema, cell.as.typed->value, embedded);
    case Kind::kOpaque: {
      std::string message = "Failed to serialize unexpected value type ";
      message.append(data::java_class_name(cell)).append(": ");
      data::append_java_text(message, schema, cell);
      return data_failure(std::move(message));
    }
    default: data::append_java_text(out, schema, cell); return {};
  }
}

}  // namespace

Result<void> append_header_text(std::string& out, const Schema* schema, const Cell& cell) {
  return append(out, schema, cell, false);
}

}  // namespace millrace::convert
