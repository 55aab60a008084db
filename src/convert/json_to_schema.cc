// JsonConverter.asConnectSchema.

#include <unordered_set>

#include "convert/failures.h"
#include "convert/json_to_connect.h"
#include "convert/value_check.h"

namespace millrace::convert {
namespace {

using data::Kind;
using data::Schema;
using data::SchemaBuilder;
using data::SchemaRef;

Kind type_of(std::string_view name) {
  struct Name {
    std::string_view name;
    Kind type;
  };
  static constexpr Name kNames[] = {
      {"boolean", Kind::kBoolean}, {"int8", Kind::kInt8},   {"int16", Kind::kInt16},
      {"int32", Kind::kInt32},     {"int64", Kind::kInt64}, {"float", Kind::kFloat32},
      {"double", Kind::kFloat64},  {"bytes", Kind::kBytes}, {"string", Kind::kString},
      {"array", Kind::kArray},     {"map", Kind::kMap},     {"struct", Kind::kStruct}};
  for (const Name& entry : kNames) {
    if (entry.name == name) return entry.type;
  }
  return Kind::kNull;
}

// A child schema; a JSON null gives none.
Result<SchemaRef> child(JsonToConnect& reader, const JsonNode& node) {
  if (node.is(JsonNode::Type::kNull)) return SchemaRef();
  return reader.schema(node);
}

Result<void> read_array(JsonToConnect& reader, const JsonNode& node, SchemaBuilder& builder) {
  const JsonNode* items = node.get("items");
  if (items == nullptr || items->is(JsonNode::Type::kNull))
    return data_failure("Array schema did not specify the element type");
  auto values = reader.schema(*items);
  if (!values) return fail(std::move(values).error());
  builder.values(std::move(*values));
  return {};
}

Result<void> read_map(JsonToConnect& reader, const JsonNode& node, SchemaBuilder& builder) {
  const JsonNode* key_node = node.get("keys");
  if (key_node == nullptr) return data_failure("Map schema did not specify the key type");
  const JsonNode* value_node = node.get("values");
  if (value_node == nullptr) return data_failure("Map schema did not specify the value type");
  auto keys = child(reader, *key_node);
  if (!keys) return fail(std::move(keys).error());
  auto values = child(reader, *value_node);
  if (!values) return fail(std::move(values).error());
  if (!*keys) return fail(schema_builder_error("keySchema cannot be null."));
  if (!*values) return fail(schema_builder_error("valueSchema cannot be null."));
  builder.keys(std::move(*keys)).values(std::move(*values));
  return {};
}

Result<void> read_fields(JsonToConnect& reader, const JsonNode& node, SchemaBuilder& builder) {
  const JsonNode* fields = node.get("fields");
  if (fields == nullptr || !fields->is(JsonNode::Type::kArray))
    return data_failure("Struct schema's \"fields\" argument is not an array.");
  std::unordered_set<std::string_view> names;
  for (uint32_t i = 0; i < fields->size; ++i) {
    const JsonNode& field = fields->elements[i];
    const JsonNode* name = field.get("field");
    if (name == nullptr || !name->is(JsonNode::Type::kString))
      return data_failure("Struct schema's field name not specified properly");
    auto schema = reader.schema(field);
    if (!schema) return fail(std::move(schema).error());
    if (name->text.empty()) return fail(schema_builder_error("fieldName cannot be null."));
    if (!names.insert(name->text).second) {
      return fail(schema_builder_error("Cannot create field because of field name duplication " +
                                       std::string(name->text)));
    }
    builder.field(std::string(name->text), std::move(*schema));
  }
  return {};
}

Result<void> read_attributes(const JsonNode& node, SchemaBuilder& builder) {
  const JsonNode* optional = node.get("optional");
  builder.optional(optional != nullptr && optional->is(JsonNode::Type::kBoolean) &&
                   optional->boolean);
  const JsonNode* name = node.get("name");
  if (name != nullptr && name->is(JsonNode::Type::kString)) builder.name(std::string(name->text));
  const JsonNode* version = node.get("version");
  if (version != nullptr && version->is(JsonNode::Type::kInteger))
    builder.version(static_cast<int32_t>(version->integer));
  const JsonNode* doc = node.get("doc");
  if (doc != nullptr && doc->is(JsonNode::Type::kString)) builder.doc(std::string(doc->text));
  const JsonNode* parameters = node.get("parameters");
  if (parameters == nullptr) return {};
  for (uint32_t i = 0; parameters->is(JsonNode::Type::kObject) && i < parameters->size; ++i) {
    const JsonMember& member = parameters->members[i];
    if (!member.value.is(JsonNode::Type::kString))
      return data_failure("Schema parameters must have string values.");
    builder.parameter(std::string(member.name), std::string(member.value.text));
  }
  return {};
}

// A default is converted under the schema as far as it is known, and must then be valid under it.
Result<void> read_default(JsonToConnect& reader, const JsonNode& node, SchemaBuilder& builder) {
  const JsonNode* default_node = node.get("default");
  if (default_node == nullptr) return {};
  SchemaRef so_far = builder.build();
  auto value = reader.value(so_far.get(), default_node);
  if (!value) return fail(std::move(value).error());
  auto valid = validate_value(*so_far, *value, "value");
  // Java compares a struct's schema with the builder, which is never equal.
  if (valid && data::kind(*value) == Kind::kStruct)
    valid = data_failure("Struct schemas do not match.");
  if (!valid) {
    return fail(schema_builder_error("Invalid default value").caused_by(std::move(valid).error()));
  }
  if (!data::is_null(*value)) builder.default_value(*value);
  return {};
}

}  // namespace

Result<SchemaRef> JsonToConnect::schema(const JsonNode& node) {
  const JsonNode* type_node = node.get("type");
  if (type_node == nullptr || !type_node->is(JsonNode::Type::kString))
    return data_failure("Schema must contain 'type' field");
  Kind type = type_of(type_node->text);
  if (type == Kind::kNull)
    return data_failure("Unknown schema type: " + std::string(type_node->text));
  SchemaBuilder builder(type);
  Result<void> read;
  if (type == Kind::kArray) read = read_array(*this, node, builder);
  if (type == Kind::kMap) read = read_map(*this, node, builder);
  if (type == Kind::kStruct) read = read_fields(*this, node, builder);
  if (read) read = read_attributes(node, builder);
  if (read) read = read_default(*this, node, builder);
  if (!read) return fail(std::move(read).error());
  return builder.build();
}

}  // namespace millrace::convert
