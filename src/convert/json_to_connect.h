#pragma once
// JsonConverter.convertToConnect and asConnectSchema: from a JSON tree to values and schemas, in
// Java's order and with Java's failures.

#include "base/arena.h"
#include "base/result.h"
#include "convert/json_tree.h"
#include "data/cell.h"
#include "data/schema.h"

namespace millrace::convert {

class JsonToConnect {
 public:
  JsonToConnect(Arena& arena, bool replace_null_with_default)
      : arena_(arena), replace_null_with_default_(replace_null_with_default) {}

  // schema: null for schemaless. node: null where a member is missing.
  Result<data::Cell> value(const data::Schema* schema, const JsonNode* node);

  // Of a node that is not null. Cells of defaults are copied into the schema.
  Result<data::SchemaRef> schema(const JsonNode& node);

 private:
  Result<data::Cell> null_value(const data::Schema& schema);
  Result<data::Cell> schemaless(const JsonNode& node);
  Result<data::Cell> logical(const data::Schema& schema, const JsonNode& node);
  Result<data::Cell> decimal(const data::Schema& schema, const JsonNode& node);
  Result<data::Cell> bytes(const JsonNode& node);
  Result<data::Cell> array(const data::Schema* values, const JsonNode& node);
  Result<data::Cell> object_as_map(const data::Schema* values, const JsonNode& node);
  Result<data::Cell> pairs_as_map(const data::Schema& schema, const JsonNode& node);
  Result<data::Cell> struct_value(const data::Schema& schema, const JsonNode& node);

  Arena& arena_;
  bool replace_null_with_default_;
};

}  // namespace millrace::convert
