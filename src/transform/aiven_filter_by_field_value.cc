// io.aiven.kafka.connect.transforms.FilterByFieldValue: records with a certain value stay or go.
#include "convert/header_values.h"
#include "data/java_text.h"
#include "transform/inferred_schema.h"
#include "transform/java_map.h"
#include "transform/java_regex.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kName = "io.aiven.kafka.connect.transforms.FilterByFieldValue";
constexpr const char* kNullPointer = "java.lang.NullPointerException";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(text_key("field.name", config::Importance::kHigh,
                      "The field that is looked at; empty: the whole schemaless key or value."));
    d.define(text_key("field.value", config::Importance::kHigh, "The value that matches."));
    d.define(text_key("field.value.pattern", config::Importance::kHigh,
                      "A Java regular expression that is found in the value; instead of a value."));
    d.define(default_key("field.value.matches", config::Type::kBoolean, "true",
                         config::Importance::kMedium,
                         "true: records that match stay; false: they go."));
    return d;
  }();
  return def;
}

class FilterByFieldValue : public Transform {
 public:
  FilterByFieldValue(Side side, const config::Config& config, std::optional<JavaRegex> pattern)
      : side_(std::move(side)),
        field_(config.nullable_text("field.name")),
        value_(config.nullable_text("field.value").value_or("")),
        pattern_(std::move(pattern)),
        keep_matching_(config.boolean("field.value.matches")) {
    if (pattern_) return;
    if (auto parsed = convert::parse_header_text(value_, memory_)) expected_ = std::move(*parsed);
  }

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    auto* selected = batch.arena().allocate_array<uint32_t>(view.selected.size());
    size_t count = 0;
    for (uint32_t record : view.selected) {
      const Datum datum = side_.key ? Datum{view.key_schemas[record], view.keys[record]}
                                    : Datum{view.value_schemas[record], view.values[record]};
      Result<bool> matches = data::is_null(datum.value) ? keep_matching_ : test(datum);
      if (!matches)
        failures.push_back(
            {record, data::Stage::kTransformation, std::move(matches).error(), side_.class_name});
      if (!matches || *matches == keep_matching_) selected[count++] = record;
    }
    view.selected = {selected, count};
  }

 private:
  Result<bool> test(const Datum& datum) const {
    Datum found{nullptr, data::null_cell()};
    if (datum.schema != nullptr) {
      if (data::kind(datum.value) != Kind::kStruct)
        return not_a(datum.value, "org.apache.kafka.connect.data.Struct");
      const int32_t index = field_ ? datum.schema->find(*field_) : -1;
      if (index < 0) {
        return fail(ErrorKind::bad_data, "No field " + field_.value_or("null"), kNullPointer);
      }
      const auto field = static_cast<uint32_t>(index);
      found = {datum.schema->fields()[field].schema.get(),
               field_value(*datum.schema, datum.value, field, true)};
    } else if (!field_ || field_->empty()) {
      found = datum;
    } else if (data::kind(datum.value) == Kind::kMap) {
      if (const Cell* value = JavaMap::find(datum.value, *field_)) found.value = *value;
    } else {
      return not_a(datum.value, "java.util.Map");
    }
    if (datum.schema == nullptr && !data::is_null(found.value)) {
      // Java works out a schema that it makes no use of, which can fail.
      if (auto inferred = inferred_schema(found.value); !inferred)
        return fail(std::move(inferred).error());
    }
    return pattern_ ? finds(found) : equals(found.value);
  }
  static Failure not_a(const Cell& value, std::string_view wished) {
    return fail(ErrorKind::bad_data,
                "class " + std::string(data::java_class_name(value)) + " cannot be cast to class " +
                    std::string(wished),
                "java.lang.ClassCastException");
  }

  Result<bool> finds(const Datum& datum) const {
    if (data::is_null(datum.value)) return false;
    std::string text;
    if (auto ok = convert::append_header_text(text, datum.schema, datum.value); !ok)
      return fail(std::move(ok).error());
    return pattern_->finds(text);
  }
  // As Object.equals: an INT8 is not equal to an INT64. Java fails where one of the two is null.
  Result<bool> equals(const Cell& value) const {
    if (data::is_null(expected_.value) || data::is_null(value))
      return fail(ErrorKind::bad_data, "null where field.value is compared", kNullPointer);
    return data::equal(expected_.value, value);
  }

  const Side side_;
  const std::optional<std::string> field_;
  const std::string value_;
  const std::optional<JavaRegex> pattern_;
  const bool keep_matching_;
  Arena memory_;  // of what was expected
  convert::HeaderValue expected_;
};

}  // namespace

void add_aiven_filter_by_field_value(std::vector<TransformClass>& classes) {
  for (bool key : {true, false}) {
    Side side{key, std::string(kName) + (key ? "$Key" : "$Value")};
    classes.push_back(
        {side.class_name, &definition(),
         [side](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
           const std::string pattern = config.nullable_text("field.value.pattern").value_or("");
           if (config.is_null("field.value") == pattern.empty())
             return config_failure(
                 "Either field.value or field.value.pattern have to be set to apply filter "
                 "transform");
           std::optional<JavaRegex> compiled;
           if (!pattern.empty()) {
             Result<JavaRegex> regex = JavaRegex::compile(pattern);
             if (!regex)
               return fail(ErrorKind::bad_config, regex.error().message(),
                           "java.util.regex.PatternSyntaxException");
             compiled = std::move(*regex);
           }
           return std::make_unique<FilterByFieldValue>(side, config, std::move(compiled));
         }});
  }
}

}  // namespace millrace::transform
