// io.aiven.kafka.connect.transforms.ConcatFields: a new field with the texts of some fields.
#include "data/java_text.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(required_key("field.names", config::Type::kList, config::Importance::kHigh,
                          "The fields that are joined."));
    config::ConfigKey output = required_key("output.field.name", config::Type::kString,
                                            config::Importance::kHigh, "The new field.");
    output.validator = config::non_empty();
    output.valid_values = "non-empty string";
    d.define(output);
    d.define(default_key("field.replace.missing", config::Type::kString, "",
                         config::Importance::kHigh, "The text for a field that is not there."));
    d.define(default_key("delimiter", config::Type::kString, "", config::Importance::kHigh,
                         "The text between two fields."));
    return d;
  }();
  return def;
}

class ConcatFields : public SideTransform {
 public:
  ConcatFields(Side side, const config::Config& config)
      : SideTransform(side),
        place_(side.key ? "key" : "value"),
        fields_(config.list("field.names")),
        output_(config.text("output.field.name")),
        missing_(config.text("field.replace.missing")),
        delimiter_(config.text("delimiter")) {}

 private:
  struct Plan {
    SchemaRef schema;
    std::vector<int32_t> sources;  // -1: it has no such field
  };

  Result<void> change(const Work& work, Datum& datum) override {
    if (data::is_null(datum.value)) {
      return fail(of_record(Error(ErrorKind::bad_data, place_ + " Value can't be null"), work.view,
                            work.record));
    }
    if (data::kind(datum.value) == Kind::kStruct && datum.schema != nullptr)
      return change_struct(work, datum);
    if (data::kind(datum.value) != Kind::kMap) {
      return fail(of_record(Error(ErrorKind::bad_data, "Value type must be STRUCT or MAP"),
                            work.view, work.record));
    }
    if (datum.schema != nullptr) return data_failure("Cannot list fields on non-struct type");
    std::string joined;
    for (size_t i = 0; i < fields_.size(); ++i)
      add(joined, i, nullptr, JavaMap::find(datum.value, fields_[i]));
    map_.copy(datum.value);
    map_.put(work.arena().copy(output_), data::string_cell(work.arena().copy(joined)));
    datum.value = map_.finish(work.arena());
    return {};
  }

  void add(std::string& joined, size_t index, const Schema* schema, const Cell* value) const {
    if (index > 0) joined += delimiter_;
    if (value == nullptr || data::is_null(*value))
      joined += missing_;
    else
      data::append_java_text(joined, schema, *value);
  }

  Result<void> change_struct(const Work& work, Datum& datum) {
    Result<const Plan*> plan =
        plans_.get(datum.schema, [&](const Schema& schema) { return make_plan(schema); });
    if (!plan) return fail(std::move(plan).error());
    const std::vector<data::Field>& fields = datum.schema->fields();
    const auto count = static_cast<uint32_t>(fields.size());
    Cell* row = work.arena().allocate_array<Cell>(count + 1);
    for (uint32_t i = 0; i < count; ++i) {
      row[i] = field_value(*datum.schema, datum.value, i, true);
      if (auto ok = check_put(fields[i], row[i]); !ok) return ok;
    }
    std::string joined;
    for (size_t i = 0; i < (*plan)->sources.size(); ++i) {
      const int32_t source = (*plan)->sources[i];
      if (source < 0)
        add(joined, i, nullptr, nullptr);
      else
        add(joined, i, fields[static_cast<size_t>(source)].schema.get(), &row[source]);
    }
    row[count] = data::string_cell(work.arena().copy(joined));
    datum.schema = (*plan)->schema.get();
    datum.value = data::nested_cell(Kind::kStruct, row, count + 1);
    return {};
  }
  // The name and the rest of the old schema do not go along, as in Java.
  Result<Plan> make_plan(const Schema& schema) const {
    Plan plan;
    data::SchemaBuilder builder(Kind::kStruct);
    for (const data::Field& field : schema.fields()) builder.field(field.name, field.schema);
    builder.field(output_, data::optional_primitive_schema(Kind::kString));
    if (std::string problem = builder.problem(); !problem.empty())
      return schema_failure(std::move(problem));
    for (const std::string& name : fields_) plan.sources.push_back(schema.find(name));
    plan.schema = builder.build();
    return plan;
  }

  const std::string place_;
  const std::vector<std::string> fields_;
  const std::string output_, missing_, delimiter_;
  PlanCache<Plan> plans_;
  JavaMap map_;
};

}  // namespace

void add_aiven_concat_fields(std::vector<TransformClass>& classes) {
  add_other_sides<ConcatFields>(classes, "io.aiven.kafka.connect.transforms.ConcatFields",
                                definition());
}

}  // namespace millrace::transform
