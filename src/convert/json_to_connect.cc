#include "convert/json_to_connect.h"

#include <charconv>
#include <vector>

#include "convert/base64.h"
#include "convert/failures.h"
#include "convert/logical_values.h"
#include "convert/value_check.h"
#include "data/java_decimal.h"
#include "data/java_hash_map.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;
using data::LogicalType;
using data::Schema;

// The JsonNode getters that JsonConverter uses: zero and false where the node is something else.
int64_t long_value(const JsonNode& node, Arena& arena) {
  if (node.is(JsonNode::Type::kInteger)) return node.integer;
  if (node.is(JsonNode::Type::kDecimal))
    return data::decimal_to_int64(*data::decimal_from_text(arena, node.text));
  return 0;
}

Cell number_cell(const JsonNode& node, Arena& arena) {
  return *data::decimal_from_text(arena, node.text);
}

double double_value(const JsonNode& node, Arena& arena) {
  return node.is_number() ? data::decimal_to_double(number_cell(node, arena)) : 0;
}

float float_value(const JsonNode& node, Arena& arena) {
  return node.is_number() ? data::decimal_to_float(number_cell(node, arena)) : 0;
}

std::string found(const char* message, const JsonNode& node) {
  return message + std::string(node_type_name(node));
}

Cell finish_map(Arena& arena, const std::vector<Cell>& entries) {
  Cell* cells = arena.allocate_array<Cell>(entries.size());
  std::copy(entries.begin(), entries.end(), cells);
  uint32_t count = data::sort_as_hash_map(cells, static_cast<uint32_t>(entries.size() / 2));
  return data::nested_cell(Kind::kMap, cells, count);
}

}  // namespace

Result<Cell> JsonToConnect::value(const Schema* schema, const JsonNode* node) {
  if (schema == nullptr) return schemaless(*node);
  if (node == nullptr || node->is(JsonNode::Type::kNull)) return null_value(*schema);
  if (schema->logical_type() != LogicalType::kNone) return logical(*schema, *node);
  switch (schema->type()) {
    case Kind::kBoolean:
      return data::boolean_cell(node->is(JsonNode::Type::kBoolean) && node->boolean);
    case Kind::kInt8:
      return data::integer_cell(Kind::kInt8, static_cast<int8_t>(long_value(*node, arena_)));
    case Kind::kInt16:
      return data::integer_cell(Kind::kInt16, static_cast<int16_t>(long_value(*node, arena_)));
    case Kind::kInt32:
      return data::integer_cell(Kind::kInt32, static_cast<int32_t>(long_value(*node, arena_)));
    case Kind::kInt64: return data::int64_cell(long_value(*node, arena_));
    case Kind::kFloat32: return data::float_cell(Kind::kFloat32, float_value(*node, arena_));
    case Kind::kFloat64: return data::float64_cell(double_value(*node, arena_));
    case Kind::kString:
      return node->is(JsonNode::Type::kString) ? data::string_cell(node->text) : data::null_cell();
    case Kind::kBytes: return bytes(*node);
    case Kind::kArray: return array(schema->values(), *node);
    case Kind::kMap:
      if (schema->keys()->type() == Kind::kString) {
        if (!node->is(JsonNode::Type::kObject)) {
          return data_failure(found(
              "Maps with string fields should be encoded as JSON objects, but found ", *node));
        }
        return object_as_map(schema->values(), *node);
      }
      return pairs_as_map(*schema, *node);
    case Kind::kStruct: return struct_value(*schema, *node);
    default: return data_failure("Unknown schema type: null");
  }
}

Result<Cell> JsonToConnect::null_value(const Schema& schema) {
  if (schema.default_value() != nullptr && !data::is_null(*schema.default_value()) &&
      replace_null_with_default_) {
    return *schema.default_value();
  }
  if (schema.optional()) return data::null_cell();
  return data_failure("Invalid null value for required " +
                      std::string(data::type_name(schema.type())) + " field");
}

Result<Cell> JsonToConnect::schemaless(const JsonNode& node) {
  switch (node.type) {
    case JsonNode::Type::kMissing:
    case JsonNode::Type::kNull: return data::null_cell();
    case JsonNode::Type::kBoolean: return data::boolean_cell(node.boolean);
    case JsonNode::Type::kInteger: return data::int64_cell(node.integer);
    case JsonNode::Type::kDecimal: return data::float64_cell(double_value(node, arena_));
    case JsonNode::Type::kString: return data::string_cell(node.text);
    case JsonNode::Type::kArray: return array(nullptr, node);
    case JsonNode::Type::kObject: return object_as_map(nullptr, node);
  }
  return data::null_cell();
}

namespace {

Error broken_base64(const JsonNode& node) {
  return {ErrorKind::bad_data,
          "Cannot access contents of TextNode as binary due to broken Base64 encoding: " +
              base64_problem(node.text),
          "com.fasterxml.jackson.databind.exc.InvalidFormatException"};
}

}  // namespace

Result<Cell> JsonToConnect::bytes(const JsonNode& node) {
  if (!node.is(JsonNode::Type::kString)) return data::null_cell();
  std::string_view bytes;
  if (!read_base64(node.text, arena_, bytes))
    return fail(data_error("Invalid bytes field").caused_by(broken_base64(node)));
  return data::bytes_cell(bytes);
}

Result<Cell> JsonToConnect::decimal(const Schema& schema, const JsonNode& node) {
  if (node.is_number()) return number_cell(node, arena_);
  if (!node.is(JsonNode::Type::kString)) {
    return data_failure(found(
        "Invalid type for Decimal, underlying representation should be numeric or bytes but was ",
        node));
  }
  std::string_view bytes;
  Error invalid = data_error("Invalid bytes for Decimal field");
  if (!read_base64(node.text, arena_, bytes))
    return fail(std::move(invalid).caused_by(broken_base64(node)));
  if (bytes.empty())
    return fail(std::move(invalid).caused_by(
        Error(ErrorKind::bad_data, "Zero length BigInteger", "java.lang.NumberFormatException")));
  auto scale = decimal_scale(schema);
  if (!scale) return fail(std::move(invalid).caused_by(std::move(scale).error()));
  return data::decimal_from_bytes(arena_, bytes, *scale);
}

Result<Cell> JsonToConnect::logical(const Schema& schema, const JsonNode& node) {
  auto wrong = [&](const char* type, const char* wanted) {
    return data_failure("Invalid type for " + std::string(type) +
                        ", underlying representation should be " + wanted + " but was " +
                        std::string(node_type_name(node)));
  };
  switch (schema.logical_type()) {
    case LogicalType::kDecimal: return decimal(schema, node);
    case LogicalType::kDate:
      if (!node.fits_int32()) return wrong("Date", "integer");
      return data::integer_cell(Kind::kInstant,
                                instant_from_date(static_cast<int32_t>(node.integer)));
    case LogicalType::kTime: {
      if (!node.fits_int32()) return wrong("Time", "integer");
      auto millis = instant_from_time(static_cast<int32_t>(node.integer));
      if (!millis) return fail(std::move(millis).error());
      return data::integer_cell(Kind::kInstant, *millis);
    }
    case LogicalType::kTimestamp:
      if (!node.is(JsonNode::Type::kInteger)) return wrong("Timestamp", "integral");
      return data::integer_cell(Kind::kInstant, node.integer);
    case LogicalType::kNone: break;
  }
  return data::null_cell();
}

Result<Cell> JsonToConnect::array(const Schema* values, const JsonNode& node) {
  // Java iterates over whatever node there is: an object gives its values, a scalar nothing.
  bool object = node.is(JsonNode::Type::kObject);
  uint32_t count = object || node.is(JsonNode::Type::kArray) ? node.size : 0;
  Cell* cells = arena_.allocate_array<Cell>(count);
  for (uint32_t i = 0; i < count; ++i) {
    auto cell = value(values, object ? &node.members[i].value : &node.elements[i]);
    if (!cell) return cell;
    cells[i] = *cell;
  }
  return data::nested_cell(Kind::kArray, cells, count);
}

Result<Cell> JsonToConnect::object_as_map(const Schema* values, const JsonNode& node) {
  std::vector<Cell> entries;
  entries.reserve(node.size * 2);
  for (uint32_t i = 0; i < node.size; ++i) {
    auto cell = value(values, &node.members[i].value);
    if (!cell) return cell;
    entries.push_back(data::string_cell(node.members[i].name));
    entries.push_back(*cell);
  }
  return finish_map(arena_, entries);
}

Result<Cell> JsonToConnect::pairs_as_map(const Schema& schema, const JsonNode& node) {
  if (!node.is(JsonNode::Type::kArray)) {
    return data_failure(found(
        "Maps with non-string fields should be encoded as JSON array of tuples, but found ", node));
  }
  std::vector<Cell> entries;
  for (uint32_t i = 0; i < node.size; ++i) {
    const JsonNode& entry = node.elements[i];
    if (!entry.is(JsonNode::Type::kArray))
      return data_failure(found("Found invalid map entry instead of array tuple: ", entry));
    if (entry.size != 2) {
      return data_failure("Found invalid map entry, expected length 2 but found :" +
                          std::to_string(entry.size));
    }
    auto key = value(schema.keys(), &entry.elements[0]);
    if (!key) return key;
    auto cell = value(schema.values(), &entry.elements[1]);
    if (!cell) return cell;
    entries.push_back(*key);
    entries.push_back(*cell);
  }
  return finish_map(arena_, entries);
}

Result<Cell> JsonToConnect::struct_value(const Schema& schema, const JsonNode& node) {
  if (!node.is(JsonNode::Type::kObject))
    return data_failure(found("Structs should be encoded as JSON objects, but found ", node));
  uint32_t count = static_cast<uint32_t>(schema.fields().size());
  Cell* cells = arena_.allocate_array<Cell>(count);
  for (uint32_t i = 0; i < count; ++i) {
    const data::Field& field = schema.fields()[i];
    auto cell = value(field.schema.get(), node.get(field.name));
    if (!cell) return cell;
    auto valid = validate_value(*field.schema, *cell, "field: \"" + field.name + "\"");
    if (!valid) return fail(std::move(valid).error());
    cells[i] = *cell;
  }
  return data::nested_cell(Kind::kStruct, cells, count);
}

}  // namespace millrace::convert
