#include "plugin/native/check.h"

namespace millrace::plugin::native {
namespace {

using data::Cell;
using data::Kind;
using data::Schema;

std::string kind_name(uint8_t kind) {
  switch (kind) {
    case MILLRACE_DECIMAL: return "DECIMAL";
    case MILLRACE_INSTANT: return "INSTANT";
    case MILLRACE_TYPED: return "TYPED";
    case MILLRACE_OPAQUE: return "OPAQUE";
    default: return std::string(data::type_name(static_cast<Kind>(kind)));
  }
}

// Logical types are told from their names, so their own kinds stand for the type beneath.
bool kind_fits(const Schema& schema, uint8_t kind) {
  if (kind == static_cast<uint8_t>(schema.type())) return true;
  if (kind == MILLRACE_DECIMAL) return schema.type() == Kind::kBytes;
  if (kind == MILLRACE_INSTANT)
    return schema.type() == Kind::kInt32 || schema.type() == Kind::kInt64;
  return kind == MILLRACE_OPAQUE;
}

bool no_memory(std::string& problem, const Cell& cell) {
  problem = "a value of kind " + kind_name(cell.kind) + " and length " +
            std::to_string(cell.length) + " has a NULL pointer";
  return false;
}

bool check_struct(const Schema* schema, const Cell& cell, int depth, data::Batch& batch,
                  std::string& problem) {
  if (schema == nullptr) {
    problem = "a value of kind STRUCT has no schema; use TYPED inside schemaless data";
    return false;
  }
  const auto& fields = schema->fields();
  if (cell.length != fields.size()) {
    problem = "a struct has " + std::to_string(cell.length) + " cells, its schema " +
              schema->to_string() + " has " + std::to_string(fields.size()) + " fields";
    return false;
  }
  if (cell.length != 0 && cell.as.cells == nullptr) return no_memory(problem, cell);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!check_nested(fields[i].schema.get(), cell.as.cells[i], depth + 1, batch, problem)) {
      problem += ", in field " + fields[i].name;
      return false;
    }
  }
  return true;
}

bool check_elements(const Schema* schema, const Cell& cell, int depth, data::Batch& batch,
                    std::string& problem) {
  const Schema* values = schema == nullptr ? nullptr : schema->values();
  const Schema* keys = schema == nullptr ? nullptr : schema->keys();
  bool map = cell.kind == MILLRACE_MAP;
  size_t count = map ? size_t{cell.length} * 2 : cell.length;
  if (count != 0 && cell.as.cells == nullptr) return no_memory(problem, cell);
  for (size_t i = 0; i < count; ++i) {
    const Schema* of_element = map && i % 2 == 0 ? keys : values;
    if (!check_nested(of_element, cell.as.cells[i], depth + 1, batch, problem)) {
      problem += ", in element " + std::to_string(map ? i / 2 : i);
      return false;
    }
  }
  return true;
}

bool check_typed(const Cell& cell, int depth, data::Batch& batch, std::string& problem) {
  if (cell.as.typed == nullptr || cell.as.typed->schema == nullptr) return no_memory(problem, cell);
  batch.keep(cell.as.typed->schema);
  return check_nested(cell.as.typed->schema, cell.as.typed->value, depth + 1, batch, problem);
}

}  // namespace

bool check_nested(const Schema* schema, const Cell& cell, int depth, data::Batch& batch,
                  std::string& problem) {
  if (depth > kDeepestNesting) {
    problem = "a value is nested deeper than " + std::to_string(kDeepestNesting) + " levels";
    return false;
  }
  if (cell.kind == MILLRACE_NULL) return true;
  if (cell.kind > MILLRACE_OPAQUE) {
    problem = "a value has the unknown kind " + std::to_string(cell.kind);
    return false;
  }
  if (schema != nullptr && !kind_fits(*schema, cell.kind)) {
    problem = "a value of kind " + kind_name(cell.kind) + " contradicts its schema " +
              schema->to_string();
    return false;
  }
  switch (cell.kind) {
    case MILLRACE_STRING:
    case MILLRACE_BYTES:
      if (cell.as.bytes == nullptr && cell.length != 0) return no_memory(problem, cell);
      return true;
    case MILLRACE_DECIMAL:
      if (cell.as.decimal == nullptr || cell.length == 0) return no_memory(problem, cell);
      return true;
    case MILLRACE_ARRAY:
    case MILLRACE_MAP: return check_elements(schema, cell, depth, batch, problem);
    case MILLRACE_STRUCT: return check_struct(schema, cell, depth, batch, problem);
    case MILLRACE_TYPED: return check_typed(cell, depth, batch, problem);
    default: return true;
  }
}

}  // namespace millrace::plugin::native
