// Schemas, and the text of a value, for plug-ins.

#include "data/batch.h"
#include "data/java_text.h"
#include "data/schema.h"
#include "plugin/native/check.h"
#include "plugin/native/errors.h"
#include "plugin/native/guard.h"
#include "plugin/native/host_table.h"

struct millrace_schema_builder {
  explicit millrace_schema_builder(millrace::data::Kind type) : parts(type), type(type) {}
  millrace::data::SchemaBuilder parts;
  millrace::data::Kind type;
};

namespace millrace::plugin::native {
namespace {

using data::Cell;
using data::Kind;
using data::Schema;
using data::SchemaRef;

millrace_text text_or_none(const std::optional<std::string>& value) {
  return value ? text(*value) : millrace_text{nullptr, 0};
}

millrace_type schema_type(const Schema* schema) {
  return static_cast<millrace_type>(schema->type());
}
uint64_t schema_id(const Schema* schema) { return schema->id(); }
int32_t schema_optional(const Schema* schema) { return schema->optional(); }
const Cell* schema_default(const Schema* schema) { return schema->default_value(); }
millrace_text schema_name(const Schema* schema) { return text_or_none(schema->name()); }
millrace_text schema_doc(const Schema* schema) { return text_or_none(schema->doc()); }

int32_t schema_version(const Schema* schema, int32_t* version) {
  if (schema->version()) *version = *schema->version();
  return schema->version().has_value();
}

uint32_t schema_parameter_count(const Schema* schema) {
  return static_cast<uint32_t>(schema->parameters().size());
}

void schema_parameter(const Schema* schema, uint32_t index, millrace_text* key,
                      millrace_text* value) {
  *key = *value = {nullptr, 0};
  if (index >= schema->parameters().size()) return;
  const auto& parameter = schema->parameters()[index];
  *key = text(parameter.first);
  *value = text(parameter.second);
}

uint32_t schema_field_count(const Schema* schema) {
  return static_cast<uint32_t>(schema->fields().size());
}

const Schema* schema_field(const Schema* schema, uint32_t index, millrace_text* name) {
  if (index >= schema->fields().size()) return nullptr;
  const data::Field& field = schema->fields()[index];
  if (name != nullptr) *name = text(field.name);
  return field.schema.get();
}

int32_t schema_find(const Schema* schema, millrace_text name) { return schema->find(view(name)); }
const Schema* schema_keys(const Schema* schema) { return schema->keys(); }
const Schema* schema_values(const Schema* schema) { return schema->values(); }

const Schema* schema_retain(const Schema* schema) { return SchemaRef(schema).release(); }
void schema_release(const Schema* schema) { SchemaRef::adopt(schema); }

millrace_schema_builder* builder_create(millrace_type type) {
  return new millrace_schema_builder(static_cast<Kind>(type));
}
void builder_destroy(millrace_schema_builder* builder) { delete builder; }
void builder_optional(millrace_schema_builder* builder, int32_t optional) {
  builder->parts.optional(optional != 0);
}
void builder_name(millrace_schema_builder* builder, millrace_text name) {
  if (name.data != nullptr) builder->parts.name(std::string(view(name)));
}
void builder_doc(millrace_schema_builder* builder, millrace_text doc) {
  if (doc.data != nullptr) builder->parts.doc(std::string(view(doc)));
}
void builder_version(millrace_schema_builder* builder, int32_t version) {
  builder->parts.version(version);
}
void builder_default(millrace_schema_builder* builder, const Cell* value) {
  builder->parts.default_value(*value);
}
void builder_parameter(millrace_schema_builder* builder, millrace_text key, millrace_text value) {
  builder->parts.parameter(std::string(view(key)), std::string(view(value)));
}
void builder_field(millrace_schema_builder* builder, millrace_text name, const Schema* schema) {
  builder->parts.field(std::string(view(name)), SchemaRef(schema));
}
void builder_keys(millrace_schema_builder* builder, const Schema* schema) {
  builder->parts.keys(SchemaRef(schema));
}
void builder_values(millrace_schema_builder* builder, const Schema* schema) {
  builder->parts.values(SchemaRef(schema));
}

millrace_code builder_build(millrace_schema_builder* builder, const Schema** schema,
                            millrace_error* error) {
  *schema = nullptr;
  if (builder->type < Kind::kBoolean || builder->type > Kind::kStruct) {
    return set_error(error, MILLRACE_BAD_DATA,
                     "a schema's type is one of MILLRACE_BOOLEAN to MILLRACE_STRUCT, not " +
                         std::to_string(static_cast<int>(builder->type)));
  }
  std::string problem = builder->parts.problem();
  if (!problem.empty()) return set_error(error, MILLRACE_BAD_DATA, problem);
  SchemaRef built = builder->parts.build();
  data::Batch memory;
  if (const Cell* value = built->default_value();
      value != nullptr && !check_value(built.get(), *value, memory, problem)) {
    return set_error(error, MILLRACE_BAD_DATA, "Invalid default value: " + problem);
  }
  *schema = built.release();
  return MILLRACE_OK;
}

void value_text(const Schema* schema, const Cell* cell, void (*write)(void*, millrace_text),
                void* argument) {
  // Kept per thread: a sink asks for one text per record.
  thread_local std::string buffer;
  buffer.clear();
  data::append_java_text(buffer, schema, *cell);
  write(argument, text(buffer));
  constexpr size_t kLargestKept = 64 * 1024;
  if (buffer.capacity() > kLargestKept) std::string().swap(buffer);
}

}  // namespace

void fill_schema_functions(millrace_host& host) {
  host.schema_type = guard<&schema_type>;
  host.schema_id = guard<&schema_id>;
  host.schema_optional = guard<&schema_optional, 0>;
  host.schema_default = guard<&schema_default>;
  host.schema_name = guard<&schema_name>;
  host.schema_doc = guard<&schema_doc>;
  host.schema_version = guard<&schema_version, 0>;
  host.schema_parameter_count = guard<&schema_parameter_count>;
  host.schema_parameter = guard<&schema_parameter>;
  host.schema_field_count = guard<&schema_field_count>;
  host.schema_field = guard<&schema_field>;
  host.schema_find = guard<&schema_find, MILLRACE_NONE>;
  host.schema_keys = guard<&schema_keys>;
  host.schema_values = guard<&schema_values>;
  host.schema_retain = guard<&schema_retain>;
  host.schema_release = guard<&schema_release>;
  host.schema_builder_create = guard<&builder_create>;
  host.schema_builder_destroy = guard<&builder_destroy>;
  host.schema_builder_optional = guard<&builder_optional>;
  host.schema_builder_name = guard<&builder_name>;
  host.schema_builder_doc = guard<&builder_doc>;
  host.schema_builder_version = guard<&builder_version>;
  host.schema_builder_default = guard<&builder_default>;
  host.schema_builder_parameter = guard<&builder_parameter>;
  host.schema_builder_field = guard<&builder_field>;
  host.schema_builder_keys = guard<&builder_keys>;
  host.schema_builder_values = guard<&builder_values>;
  host.schema_builder_build = guard<&builder_build>;
  host.value_text = guard<&value_text>;
}

}  // namespace millrace::plugin::native
