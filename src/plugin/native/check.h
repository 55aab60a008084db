#pragma once
// The one look at a value that a plug-in hands over: what passes can be walked by its schema, or by
// its kinds where it has none, without reading out of bounds.

#include <string>

#include "data/batch.h"

namespace millrace::plugin::native {

// Deeper values are refused: the stages that follow recurse.
inline constexpr int kDeepestNesting = 100;

// Adds schemas that lie inside the value (typed cells) to `batch`. On failure `problem` says what
// is wrong; the path of the value is at its end.
bool check_nested(const data::Schema* schema, const data::Cell& cell, int depth, data::Batch& batch,
                  std::string& problem);

inline bool check_value(const data::Schema* schema, const data::Cell& cell, data::Batch& batch,
                        std::string& problem) {
  if (cell.kind == MILLRACE_NULL) return true;
  if (schema == nullptr || cell.kind == static_cast<uint8_t>(schema->type())) [[likely]] {
    if (cell.kind <= MILLRACE_FLOAT64) return true;
    if (cell.kind <= MILLRACE_BYTES && (cell.as.bytes != nullptr || cell.length == 0)) return true;
  }
  return check_nested(schema, cell, 0, batch, problem);
}

}  // namespace millrace::plugin::native
