#pragma once
// Common schemas of the elements of a header's array or map: Values.SchemaMerger and
// Values.convertTo.

#include <optional>

#include "base/arena.h"
#include "data/cell.h"
#include "data/schema.h"

namespace millrace::convert {

class SchemaMerger {
 public:
  void merge(const data::SchemaRef& latest);
  // None: no element had a schema, or theirs exclude each other.
  const data::SchemaRef& common() const { return common_; }

 private:
  data::SchemaRef common_;
  bool compatible_ = true;
};

// A parsed value under the common schema; nullopt: Java's DataException.
std::optional<data::Cell> convert_header_value(const data::Schema& schema, const data::Cell& cell,
                                               Arena& arena);

}  // namespace millrace::convert
