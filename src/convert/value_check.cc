#include "convert/value_check.h"

#include "convert/failures.h"
#include "data/java_text.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;
using data::LogicalType;
using data::Schema;

// The kind of value that a schema asks for.
Kind expected_kind(const Schema& schema) {
  switch (schema.logical_type()) {
    case LogicalType::kDecimal: return Kind::kDecimal;
    case LogicalType::kDate:
    case LogicalType::kTime:
    case LogicalType::kTimestamp: return Kind::kInstant;
    case LogicalType::kNone: break;
  }
  return schema.type();
}

Result<void> validate_elements(const Schema& schema, const Cell& value,
                               const std::string& location) {
  std::string element = "element of array " + location;
  if (schema.values() == nullptr) return data_failure("No schema defined for " + element);
  for (uint32_t i = 0; i < value.length; ++i) {
    auto valid = validate_value(*schema.values(), value.as.cells[i], element);
    if (!valid) return valid;
  }
  return {};
}

Result<void> validate_entries(const Schema& schema, const Cell& value,
                              const std::string& location) {
  std::string key = "key of map " + location, entry = "value of map " + location;
  if (schema.keys() == nullptr) return data_failure("No schema defined for " + key);
  if (schema.values() == nullptr) return data_failure("No schema defined for " + entry);
  for (uint32_t i = 0; i < value.length; ++i) {
    auto valid = validate_value(*schema.keys(), value.as.cells[2 * i], key);
    if (valid) valid = validate_value(*schema.values(), value.as.cells[2 * i + 1], entry);
    if (!valid) return valid;
  }
  return {};
}

Result<void> validate_fields(const Schema& schema, const Cell& value) {
  if (value.length != schema.fields().size()) return data_failure("Struct schemas do not match.");
  for (uint32_t i = 0; i < value.length; ++i) {
    const data::Field& field = schema.fields()[i];
    const Cell& cell = value.as.cells[i];
    if (data::is_null(cell) && (field.schema->optional() || field.schema->default_value()))
      continue;
    auto valid = validate_value(*field.schema, cell, "field: \"" + field.name + "\"");
    if (!valid) return valid;
  }
  return {};
}

}  // namespace

std::string class_text(const Cell& value) {
  return "class " + std::string(data::java_class_name(value));
}

Result<void> validate_value(const Schema& schema, const Cell& value, const std::string& location) {
  if (data::is_null(value)) {
    if (schema.optional()) return {};
    return data_failure("Invalid value: null used for required " + location +
                        ", schema type: " + std::string(data::type_name(schema.type())));
  }
  const Cell* plain = &value;
  if (data::kind(value) == Kind::kTyped) {
    plain = &value.as.typed->value;
    if (schema.type() == Kind::kStruct && value.as.typed->schema != &schema)
      return data_failure("Struct schemas do not match.");
  }
  if (data::kind(*plain) != expected_kind(schema)) {
    std::string message = "Invalid Java object for schema";
    if (schema.name()) message.append(" \"").append(*schema.name()).append("\"");
    message.append(" with type ").append(data::type_name(schema.type())).append(": ");
    return data_failure(message + class_text(*plain) + " for " + location);
  }
  if (schema.logical_type() != LogicalType::kNone) return {};
  switch (schema.type()) {
    case Kind::kStruct: return validate_fields(schema, *plain);
    case Kind::kArray: return validate_elements(schema, *plain, location);
    case Kind::kMap: return validate_entries(schema, *plain, location);
    default: return {};
  }
}

}  // namespace millrace::convert
