#include "transform/side_transform.h"

#include "data/java_text.h"
#include "transform/registry.h"

namespace millrace::transform {

void SideTransform::apply(data::Batch& batch, data::Records& view, data::Failures& failures) {
  const Schema** schemas =
      copy_column(batch, side_.key ? view.key_schemas : view.value_schemas, view.count);
  Cell* cells = copy_column(batch, side_.key ? view.keys : view.values, view.count);
  begin(batch);
  const Schema* kept = nullptr;  // most records share the schema of the one before
  for (uint32_t record : view.selected) {
    Datum datum{schemas[record], cells[record]};
    Result<void> changed = change({batch, view, record}, datum);
    if (!changed) {
      failures.push_back(
          {record, data::Stage::kTransformation, std::move(changed).error(), side_.class_name});
      continue;
    }
    if (datum.schema != kept && datum.schema != schemas[record]) batch.keep(kept = datum.schema);
    schemas[record] = datum.schema;
    cells[record] = datum.value;
  }
  (side_.key ? view.key_schemas : view.value_schemas) = schemas;
  (side_.key ? view.keys : view.values) = cells;
}

namespace {

std::string found(std::string_view what, std::string_view purpose, const Cell& value) {
  std::string message =
      "Only " + std::string(what) + " for [" + std::string(purpose) + "], found: ";
  return message += data::is_null(value) ? std::string_view("null") : data::java_class_name(value);
}

}  // namespace

Result<void> require_map(const Cell& value, std::string_view purpose) {
  if (data::kind(value) == Kind::kMap) return {};
  return data_failure(found("Map objects supported in absence of schema", purpose, value));
}

Result<void> require_struct(const Cell& value, std::string_view purpose) {
  if (data::kind(value) == Kind::kStruct) return {};
  return data_failure(found("Struct objects supported", purpose, value));
}

Result<void> check_put_null(const data::Field& field) {
  if (field.schema->optional()) return {};
  return data_failure("Invalid value: null used for required field: \"" + field.name +
                      "\", schema type: " + std::string(data::type_name(field.schema->type())));
}

void copy_basics(const Schema& from, data::SchemaBuilder& to) {
  if (from.name()) to.name(*from.name());
  if (from.version()) to.version(*from.version());
  if (from.doc()) to.doc(*from.doc());
  for (const auto& [key, value] : from.parameters()) to.parameter(key, value);
}

config::ConfigKey replace_null_key() {
  config::ConfigKey key;
  key.name = kReplaceNull;
  key.type = config::Type::kBoolean;
  key.default_value = "true";
  key.importance = config::Importance::kMedium;
  key.documentation = "Whether a field that is null and has a default is read as its default.";
  return key;
}

}  // namespace millrace::transform
