// HoistField: wraps the whole key or value into one field.
#include "convert/value_check.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(required_key("field", config::Type::kString, config::Importance::kMedium,
                          "Name of the one field of the new struct or map."));
    return d;
  }();
  return def;
}

class HoistField : public SideTransform {
 public:
  HoistField(Side side, std::string field)
      : SideTransform(std::move(side)), field_(std::move(field)) {}

 private:
  Result<void> change(const Work& work, Datum& datum) override {
    if (datum.schema == nullptr) {
      map_.clear();
      map_.put(work.arena().copy(field_), datum.value);
      datum.value = map_.finish(work.arena());
      return {};
    }
    Result<const SchemaRef*> wrapped =
        plans_.get(datum.schema, [&](const Schema& schema) -> Result<SchemaRef> {
          data::SchemaBuilder builder(Kind::kStruct);
          builder.field(field_, SchemaRef(&schema));
          if (std::string problem = builder.problem(); !problem.empty())
            return schema_failure(std::move(problem));
          return builder.build();
        });
    if (!wrapped) return fail(std::move(wrapped).error());
    if (auto ok = put(datum); !ok) return ok;
    Cell* row = work.arena().allocate_array<Cell>(1);
    row[0] = datum.value;
    datum = {(*wrapped)->get(), data::nested_cell(Kind::kStruct, row, 1)};
    return {};
  }

  // Struct.validate. InsertField can have left out a field that is required.
  static Result<void> check_fields(const Datum& datum) {
    if (data::kind(datum.value) != Kind::kStruct) return {};
    for (uint32_t i = 0; i < datum.value.length; ++i) {
      const data::Field& field = datum.schema->fields()[i];
      if (!data::is_null(datum.value.as.cells[i]) || field.schema->default_value() != nullptr)
        continue;
      if (auto ok = check_put_null(field); !ok) return ok;
    }
    return {};
  }

  // Struct.put. SetSchemaMetadata can have given a schema a name that asks for values of another
  // class.
  Result<void> put(const Datum& datum) const {
    if (data::is_null(datum.value)) return check_put_null({field_, SchemaRef(datum.schema)});
    if (datum.schema->logical_type() == data::LogicalType::kNone) return check_fields(datum);
    return convert::validate_value(*datum.schema, datum.value, "field: \"" + field_ + "\"");
  }

  const std::string field_;
  PlanCache<SchemaRef> plans_;
  JavaMap map_;
};

}  // namespace

void add_hoist_field(Registry& registry) {
  registry.add_sides(
      "HoistField", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        return std::make_unique<HoistField>(std::move(side), config.text("field"));
      });
}

}  // namespace millrace::transform
