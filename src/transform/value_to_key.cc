// ValueToKey: a new key from fields of the value.
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "copying fields from value to key";
constexpr std::string_view kName = "ValueToKey";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey fields =
        required_key("fields", config::Type::kList, config::Importance::kHigh,
                     "The value's fields that make the key, in this order.");
    fields.validator = list_without_duplicates(false);
    fields.drop_duplicates = true;
    d.define(fields).define(replace_null_key());
    return d;
  }();
  return def;
}

class ValueToKey : public Transform {
 public:
  explicit ValueToKey(const config::Config& config)
      : fields_(config.list("fields")), with_default_(config.boolean(kReplaceNull)) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    const Schema** schemas = copy_column(batch, view.key_schemas, view.count);
    Cell* keys = copy_column(batch, view.keys, view.count);
    for (uint32_t record : view.selected) {
      Datum value{view.value_schemas[record], view.values[record]};
      Result<Datum> key =
          value.schema == nullptr ? from_map(batch, value.value) : from_struct(batch, value);
      if (!key) {
        failures.push_back({record, data::Stage::kTransformation, std::move(key).error(),
                            std::string(kTransformPackage).append(kName)});
        continue;
      }
      if (key->schema != schemas[record]) batch.keep(key->schema);
      schemas[record] = key->schema;
      keys[record] = key->value;
    }
    view.key_schemas = schemas;
    view.keys = keys;
  }

 private:
  struct Plan {
    SchemaRef schema;
    std::vector<uint32_t> sources;
  };

  Result<Datum> from_map(data::Batch& batch, const Cell& value) {
    if (auto ok = require_map(value, kPurpose); !ok) return fail(std::move(ok).error());
    map_.clear(static_cast<uint32_t>(fields_.size()));
    for (const std::string& field : fields_) {
      const Cell* found = JavaMap::find(value, field);
      map_.put(batch.arena().copy(field), found == nullptr ? data::null_cell() : *found);
    }
    return Datum{nullptr, map_.finish(batch.arena())};
  }

  Result<Datum> from_struct(data::Batch& batch, const Datum& value) {
    if (auto ok = require_struct(value.value, kPurpose); !ok) return fail(std::move(ok).error());
    Result<const Plan*> plan =
        plans_.get(value.schema, [&](const Schema& schema) { return make_plan(schema); });
    if (!plan) return fail(std::move(plan).error());
    const std::vector<uint32_t>& sources = (*plan)->sources;
    Cell* row = batch.arena().allocate_array<Cell>(sources.size());
    for (size_t i = 0; i < sources.size(); ++i) {
      row[i] = field_value(*value.schema, value.value, sources[i], with_default_);
      if (auto ok = check_put((*plan)->schema->fields()[i], row[i]); !ok)
        return fail(std::move(ok).error());
    }
    return Datum{(*plan)->schema.get(),
                 data::nested_cell(Kind::kStruct, row, static_cast<uint32_t>(sources.size()))};
  }

  Result<Plan> make_plan(const Schema& schema) {
    Plan plan;
    data::SchemaBuilder builder(Kind::kStruct);
    for (const std::string& field : fields_) {
      int32_t source = schema.find(field);
      if (source < 0) return data_failure("Field does not exist: " + field);
      plan.sources.push_back(static_cast<uint32_t>(source));
      builder.field(field, schema.fields()[static_cast<size_t>(source)].schema);
    }
    plan.schema = builder.build();
    return plan;
  }

  const std::vector<std::string> fields_;
  const bool with_default_;
  PlanCache<Plan> plans_;
  JavaMap map_;
};

}  // namespace

void add_value_to_key(Registry& registry) {
  registry.add(kName, definition(),
               [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                 return std::make_unique<ValueToKey>(config);
               });
}

}  // namespace millrace::transform
