#pragma once
// Values.inferSchema: the schema that a schemaless value would have.

#include "transform/side_transform.h"

namespace millrace::transform {

// No schema: there is none, as for a list of different things. bad_data, as in Java: a list or map
// of nothing but nulls. Of a map's schema only the type counts here, and logical types are left
// out: schemaless values come from converters that make none.
Result<SchemaRef> inferred_schema(const Cell& value);

}  // namespace millrace::transform
