#include "convert/json_writer.h"

#include <algorithm>

#include "convert/failures.h"
#include "convert/json_lexer.h"
#include "convert/logical_values.h"
#include "convert/value_check.h"
#include "data/java_decimal.h"

namespace millrace::convert {

using data::Cell;
using data::Kind;
using data::LogicalType;
using data::Schema;

bool JsonWriter::failed(Error error) {
  error_ = std::move(error);
  return false;
}

bool JsonWriter::failed(std::string message) { return failed(data_error(std::move(message))); }

bool JsonWriter::enter() {
  if (++depth_ <= JsonLexer::kMaxDepth) return true;
  return failed(
      data_error("Converting Kafka Connect data to byte[] failed due to serialization error: ")
          .caused_by(serialization_error("Error serializing JSON message")));
}

void JsonWriter::begin(Arena& arena, size_t expected) {
  arena_ = &arena;
  expected = std::clamp<size_t>(expected, 256, 64 * 1024);
  block_ = start_ = next_ = static_cast<char*>(arena.allocate(expected));
  end_ = next_ + expected;
}

void JsonWriter::end() {
  arena_->shrink_last(block_, static_cast<size_t>(next_ - block_));
  block_ = start_ = next_ = end_ = nullptr;
}

// A larger block for the text that is being written; finished ones stay where they are.
void JsonWriter::grow(size_t bytes) {
  size_t written = static_cast<size_t>(next_ - start_);
  size_t size = std::max<size_t>(64 * 1024, 2 * (written + bytes));
  char* block = static_cast<char*>(arena_->allocate(size));
  std::memcpy(block, start_, written);
  block_ = start_ = block;
  next_ = block + written;
  end_ = block + size;
}

Result<std::string_view> JsonWriter::write(const Schema* schema, const Cell& cell, bool envelope) {
  start_ = next_;
  depth_ = envelope ? 1 : 0;
  bool written = true;
  if (envelope) {
    text("{\"schema\":");
    if (schema == nullptr) {
      text("null");
    } else {
      written = schema_text(*schema);
    }
    text(",\"payload\":");
  }
  written = written && value(schema, cell);
  if (envelope) put('}');
  if (!written) {
    next_ = start_;
    return fail(std::move(error_));
  }
  return std::string_view(start_, static_cast<size_t>(next_ - start_));
}

bool JsonWriter::value(const Schema* schema, const Cell& cell) {
  if (data::is_null(cell)) return null_value(schema);
  if (schema != nullptr && schema->logical_type() != LogicalType::kNone)
    return logical(*schema, cell);
  return plain_value(schema, cell);
}

bool JsonWriter::null_value(const Schema* schema) {
  if (schema != nullptr) {
    const Cell* default_value = schema->default_value();
    if (default_value != nullptr && !data::is_null(*default_value) &&
        settings_.replace_null_with_default) {
      return value(schema, *default_value);
    }
    if (!schema->optional())
      return failed(
          "Conversion error: null value for field that is required and has no default value");
  }
  text("null");
  return true;
}

bool JsonWriter::decimal(const Schema& schema, const Cell& cell) {
  if (data::kind(cell) != Kind::kDecimal)
    return failed("Invalid type for Decimal, expected BigDecimal but was " + class_text(cell));
  if (settings_.decimal_format == DecimalFormat::kNumeric) {
    std::string digits;
    data::append_decimal_text(digits, cell);
    text(digits);
    return true;
  }
  auto checked = check_decimal_scale(schema, cell);
  if (!checked) return failed(std::move(checked).error());
  base64(data::unscaled(cell));
  return true;
}

bool JsonWriter::logical(const Schema& schema, const Cell& cell) {
  LogicalType type = schema.logical_type();
  if (type == LogicalType::kDecimal) return decimal(schema, cell);
  if (data::kind(cell) != Kind::kInstant) {
    const char* name = type == LogicalType::kDate   ? "Date"
                       : type == LogicalType::kTime ? "Time"
                                                    : "Timestamp";
    return failed("Invalid type for " + std::string(name) + ", expected Date but was " +
                  class_text(cell));
  }
  if (type == LogicalType::kTimestamp) return integer(cell.as.i64), true;
  auto number =
      type == LogicalType::kDate ? date_from_instant(cell.as.i64) : time_from_instant(cell.as.i64);
  if (!number) return failed(std::move(number).error());
  integer(*number);
  return true;
}

bool JsonWriter::plain_value(const Schema* schema, const Cell& cell) {
  if (data::kind(cell) == Kind::kTyped) {
    const millrace_typed& typed = *cell.as.typed;
    if (data::kind(typed.value) != Kind::kStruct) return plain_value(schema, typed.value);
    if (schema != nullptr && schema->type() != Kind::kStruct)
      return plain_value(schema, typed.value);
    return typed.schema == schema ? struct_value(schema, typed.value)
                                  : failed("Mismatching schema.");
  }
  if (schema != nullptr && schema->type() != data::kind(cell)) {
    if (schema->type() == Kind::kBytes)
      return failed("Invalid type for bytes type: " + class_text(cell));
    return failed("Invalid type for " + std::string(data::type_name(schema->type())) + ": " +
                  class_text(cell));
  }
  switch (data::kind(cell)) {
    case Kind::kBoolean: return text(cell.as.i64 != 0 ? "true" : "false"), true;
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64: return integer(cell.as.i64), true;
    case Kind::kFloat32: return floating(cell.as.f64, true), true;
    case Kind::kFloat64: return floating(cell.as.f64, false), true;
    case Kind::kString: return string(data::text(cell)), true;
    case Kind::kBytes: return base64(data::text(cell)), true;
    case Kind::kArray: return array(schema, cell);
    case Kind::kMap: return map(schema, cell);
    case Kind::kStruct: return struct_value(schema, cell);
    default: break;
  }
  return failed("Java class " + class_text(cell) + " does not have corresponding schema type.");
}

bool JsonWriter::array(const Schema* schema, const Cell& cell) {
  if (!enter()) return false;
  const Schema* values = schema != nullptr ? schema->values() : nullptr;
  put('[');
  for (uint32_t i = 0; i < cell.length; ++i) {
    if (i != 0) put(',');
    if (!value(values, cell.as.cells[i])) return false;
  }
  put(']');
  --depth_;
  return true;
}

bool JsonWriter::map(const Schema* schema, const Cell& cell) {
  if (schema != nullptr && schema->keys() == nullptr) {
    return failed(null_pointer_error(
        "Cannot invoke \"org.apache.kafka.connect.data.Schema.type()\" because the return value of "
        "\"org.apache.kafka.connect.data.Schema.keySchema()\" is null"));
  }
  bool object = schema == nullptr || schema->keys()->type() == Kind::kString;
  for (uint32_t i = 0; schema == nullptr && object && i < cell.length; ++i)
    object = data::kind(cell.as.cells[2 * i]) == Kind::kString;
  if (!enter()) return false;
  bool written = object ? map_object(schema, cell) : map_pairs(schema, cell);
  --depth_;
  return written;
}

bool JsonWriter::map_object(const Schema* schema, const Cell& cell) {
  const Schema* values = schema != nullptr ? schema->values() : nullptr;
  put('{');
  for (uint32_t i = 0; i < cell.length; ++i) {
    if (i != 0) put(',');
    const Cell& key = cell.as.cells[2 * i];
    if (data::kind(key) == Kind::kString) {
      string(data::text(key));
    } else {
      // A null key becomes the text of what stands for it; anything else fails.
      size_t at = static_cast<size_t>(next_ - start_);
      if (!value(schema->keys(), key)) return false;
      if (start_[at] != '"') {
        next_ = start_ + at;
        text("\"null\"");
      }
    }
    put(':');
    if (!value(values, cell.as.cells[2 * i + 1])) return false;
  }
  put('}');
  return true;
}

bool JsonWriter::map_pairs(const Schema* schema, const Cell& cell) {
  const Schema* keys = schema != nullptr ? schema->keys() : nullptr;
  const Schema* values = schema != nullptr ? schema->values() : nullptr;
  put('[');
  for (uint32_t i = 0; i < cell.length; ++i) {
    text(i == 0 ? "[" : ",[");
    if (!value(keys, cell.as.cells[2 * i])) return false;
    put(',');
    if (!value(values, cell.as.cells[2 * i + 1])) return false;
    put(']');
  }
  put(']');
  return true;
}

bool JsonWriter::struct_value(const Schema* schema, const Cell& cell) {
  if (schema == nullptr || schema->fields().size() != cell.length)
    return failed("Mismatching schema.");
  if (!enter()) return false;
  put('{');
  const auto& fields = schema->fields();
  for (uint32_t i = 0; i < cell.length; ++i) {
    if (i != 0) put(',');
    string(fields[i].name);
    put(':');
    if (!value(fields[i].schema.get(), cell.as.cells[i])) return false;
  }
  put('}');
  --depth_;
  return true;
}

}  // namespace millrace::convert
