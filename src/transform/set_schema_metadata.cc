// SetSchemaMetadata: another name or version for the schema.
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(text_key("schema.name", config::Importance::kHigh, "The schema's new name."));
    config::ConfigKey version =
        text_key("schema.version", config::Importance::kHigh, "The schema's new version.");
    version.type = config::Type::kInt;
    d.define(version).define(replace_null_key());
    return d;
  }();
  return def;
}

class SetSchemaMetadata : public SideTransform {
 public:
  SetSchemaMetadata(Side side, const config::Config& config)
      : SideTransform(std::move(side)),
        name_(config.nullable_text("schema.name")),
        with_default_(config.boolean(kReplaceNull)) {
    if (!config.is_null("schema.version"))
      version_ = static_cast<int32_t>(config.number("schema.version"));
  }

 private:
  Result<void> change(const Work& work, Datum& datum) override {
    if (datum.schema == nullptr) {
      if (data::is_null(datum.value)) return {};
      return data_failure("Schema required for [updating schema metadata]");
    }
    // ConnectSchema's constructor is given the fields of every schema, which only a struct has.
    if (datum.schema->type() != Kind::kStruct) {
      return data_failure("Cannot list fields on non-struct type");
    }
    Result<const SchemaRef*> updated = plans_.get(
        datum.schema, [&](const Schema& schema) -> Result<SchemaRef> { return renamed(schema); });
    if (!updated) return fail(std::move(updated).error());
    if (data::kind(datum.value) == Kind::kStruct) {
      uint32_t count = datum.value.length;
      Cell* row = work.arena().allocate_array<Cell>(count);
      for (uint32_t i = 0; i < count; ++i) {
        row[i] = field_value(*datum.schema, datum.value, i, with_default_);
        if (auto ok = check_put(datum.schema->fields()[i], row[i]); !ok) return ok;
      }
      datum.value = data::nested_cell(Kind::kStruct, row, count);
    }
    datum.schema = (*updated)->get();
    return {};
  }

  std::optional<Program> program(const Schema& schema) override {
    Program program{renamed(schema), {}};
    for (uint32_t i = 0; i < schema.fields().size(); ++i)
      copy_field(program.rows, schema, i, with_default_);
    return program;
  }

  SchemaRef renamed(const Schema& schema) const {
    data::SchemaBuilder builder(Kind::kStruct);
    copy_basics(schema, builder);
    builder.optional(schema.optional());
    if (schema.default_value() != nullptr) builder.default_value(*schema.default_value());
    if (name_) builder.name(*name_);
    if (version_) builder.version(*version_);
    for (const data::Field& field : schema.fields()) builder.field(field.name, field.schema);
    return builder.build();
  }

  const std::optional<std::string> name_;
  std::optional<int32_t> version_;
  const bool with_default_;
  PlanCache<SchemaRef> plans_;
};

}  // namespace

void add_set_schema_metadata(Registry& registry) {
  registry.add_sides(
      "SetSchemaMetadata", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        if (config.is_null("schema.name") && config.is_null("schema.version")) {
          return config_failure("Neither schema name nor version configured");
        }
        return std::make_unique<SetSchemaMetadata>(std::move(side), config);
      });
}

}  // namespace millrace::transform
