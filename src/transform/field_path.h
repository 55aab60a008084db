#pragma once
// FieldPath: the name of a field (V1) or the way to a nested one (V2, KIP-821):
// org.apache.kafka.connect.transforms.field.SingleFieldPath.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/schema.h"

namespace millrace::transform {

class FieldPath {
 public:
  static Result<FieldPath> parse(const std::string& text, bool nested);

  // The schema of the field that the path leads to, or null.
  Result<const data::Schema*> schema_in(const data::Schema& schema) const;
  // Its value in a row of `schema`; null where a step is null or missing. with_default: of the last
  // step; the ones before are always read with theirs.
  Result<data::Cell> value_in(const data::Schema& schema, const data::Cell& row,
                              bool with_default) const;
  Result<data::Cell> value_in(const data::Cell& map) const;

 private:
  std::vector<std::string> steps_;
};

}  // namespace millrace::transform
