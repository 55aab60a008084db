#include "transform/inferred_schema.h"

#include "transform/keys.h"

namespace millrace::transform {
namespace {

// Of every `step`th cell, from `first` on.
Result<SchemaRef> common(const Cell& value, uint32_t first, uint32_t step) {
  Kind known = Kind::kNull;
  bool optional = false;
  for (uint32_t i = first; i < value.length * step; i += step) {
    const Cell& cell = value.as.cells[i];
    if (data::is_null(cell)) {
      optional = true;
      continue;
    }
    Result<SchemaRef> schema = inferred_schema(cell);
    if (!schema || !*schema) return schema;
    if (known != Kind::kNull && known != (*schema)->type()) return SchemaRef();
    known = (*schema)->type();
  }
  if (known == Kind::kNull) return schema_failure("type cannot be null");
  return data::SchemaBuilder(known).optional(optional).build();
}

}  // namespace

Result<SchemaRef> inferred_schema(const Cell& value) {
  const Kind kind = data::kind(value);
  if (kind >= Kind::kBoolean && kind <= Kind::kBytes) return data::primitive_schema(kind);
  if (kind == Kind::kDecimal) return data::primitive_schema(Kind::kBytes);
  if (kind == Kind::kInstant) return data::primitive_schema(Kind::kInt64);
  if ((kind != Kind::kArray && kind != Kind::kMap) || value.length == 0) return SchemaRef();
  if (kind == Kind::kArray) {
    Result<SchemaRef> items = common(value, 0, 1);
    if (!items || !*items) return items;
    return data::SchemaBuilder(kind).values(std::move(*items)).build();
  }
  for (uint32_t part : {0u, 1u}) {  // keys, values
    Result<SchemaRef> of_part = common(value, part, 2);
    if (!of_part || !*of_part) return of_part;
  }
  return data::SchemaBuilder(kind).build();
}

}  // namespace millrace::transform
