// io.aiven.kafka.connect.transforms.CaseTransform: texts of some fields in capitals or small
// letters.
#include "data/java_text.h"
#include "transform/java_case.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(required_key("field.names", config::Type::kList, config::Importance::kHigh,
                          "The fields whose texts change."));
    config::ConfigKey to_case =
        required_key("case", config::Type::kString, config::Importance::kHigh, "upper or lower.");
    to_case.validator = config::non_empty();
    to_case.valid_values = "non-empty string";
    d.define(to_case);
    return d;
  }();
  return def;
}

class CaseTransform : public SideTransform {
 public:
  CaseTransform(Side side, const config::Config& config)
      : SideTransform(side),
        place_(side.key ? "key" : "value"),
        fields_(config.list("field.names")),
        upper_(config.text("case") == "upper") {}

 private:
  Result<void> change(const Work& work, Datum& datum) override {
    if (data::is_null(datum.value)) {
      return fail(of_record(Error(ErrorKind::bad_data, place_ + " Value can't be null"), work.view,
                            work.record));
    }
    if (data::kind(datum.value) == Kind::kStruct && datum.schema != nullptr)
      return change_struct(work, datum);
    if (data::kind(datum.value) == Kind::kMap) return change_map(work, datum);
    return fail(of_record(Error(ErrorKind::bad_data, "Value type must be STRUCT or MAP"), work.view,
                          work.record));
  }

  Cell changed(const Work& work, const Schema* schema, const Cell& value) const {
    std::string text;
    data::append_java_text(text, schema, value);
    return data::string_cell(work.arena().copy(upper_ ? java_upper(text) : java_lower(text)));
  }

  Result<void> change_struct(const Work& work, Datum& datum) const {
    const std::vector<data::Field>& fields = datum.schema->fields();
    Cell* row = work.arena().allocate_array<Cell>(fields.size());
    for (uint32_t i = 0; i < fields.size(); ++i) {
      row[i] = field_value(*datum.schema, datum.value, i, true);
      if (auto ok = check_put(fields[i], row[i]); !ok) return ok;
    }
    for (const std::string& name : fields_) {
      const int32_t index = datum.schema->find(name);
      if (index < 0) continue;
      // Fields of other types stay as they are: Java's put fails and that is let pass.
      const Schema* schema = fields[static_cast<size_t>(index)].schema.get();
      if (schema->type() == Kind::kString && !data::is_null(row[index]))
        row[index] = changed(work, schema, row[index]);
    }
    datum.value = data::nested_cell(Kind::kStruct, row, static_cast<uint32_t>(fields.size()));
    return {};
  }

  Result<void> change_map(const Work& work, Datum& datum) {
    const Schema* schema = datum.schema == nullptr ? nullptr : datum.schema->values();
    map_.copy(datum.value);
    for (size_t i = 0; i < fields_.size(); ++i) {
      // A name that is there twice changes twice, which makes no difference.
      const Cell* value = JavaMap::find(datum.value, fields_[i]);
      const bool null = value == nullptr || data::is_null(*value);
      map_.put(work.arena().copy(fields_[i]),
               null ? data::null_cell() : changed(work, schema, *value));
    }
    datum.value = map_.finish(work.arena());
    return {};
  }

  const std::string place_;
  const std::vector<std::string> fields_;
  const bool upper_;
  JavaMap map_;
};

}  // namespace

void add_aiven_case_transform(std::vector<TransformClass>& classes) {
  for (bool key : {true, false}) {
    Side side{key, std::string("io.aiven.kafka.connect.transforms.CaseTransform") +
                       (key ? "$Key" : "$Value")};
    classes.push_back({side.class_name, &definition(),
                       [side](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                         const std::string& name = config.text("case");
                         if (name != "upper" && name != "lower") {
                           return fail(ErrorKind::bad_config, "Unknown enum value " + name,
                                       "java.lang.IllegalArgumentException");
                         }
                         return std::make_unique<CaseTransform>(side, config);
                       }});
  }
}

}  // namespace millrace::transform
