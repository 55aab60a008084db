// io.confluent.connect.transforms.Filter: records whose key or value meets a JSONPath condition are
// kept or dropped. After its documentation; its code is not public.
#include "transform/json_path.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

std::optional<config::Problem> check_condition(std::string_view, const config::Value& value) {
  if (value.is_null()) return config::Problem{"A JSONPath is needed", false};
  Result<JsonPath> path = JsonPath::parse(*value.text);
  if (path) return std::nullopt;
  return config::Problem{path.error().message(), false};
}

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey condition = required_key(
        "filter.condition", config::Type::kString, config::Importance::kHigh,
        "A JSONPath with a filter, such as $[?(@.kind == 'order')]: which records match.");
    condition.validator = check_condition;
    condition.valid_values = "JSONPath";
    config::ConfigKey type =
        required_key("filter.type", config::Type::kString, config::Importance::kHigh,
                     "Whether the records that match are kept (include) or dropped (exclude).");
    type.validator = config::one_of({"include", "exclude"});
    type.valid_values = "[include, exclude]";
    config::ConfigKey missing = default_key(
        "missing.or.null.behavior", config::Type::kString, "fail", config::Importance::kMedium,
        "What becomes of a record without the field that the condition looks into.");
    missing.validator = config::one_of({"fail", "include", "exclude"});
    missing.valid_values = "[fail, include, exclude]";
    d.define(condition).define(type).define(missing);
    return d;
  }();
  return def;
}

class ConditionFilter : public Transform {
 public:
  ConditionFilter(Side side, const config::Config& config)
      : side_(std::move(side)),
        text_(config.text("filter.condition")),
        path_(JsonPath::parse(text_)),
        keep_matching_(config.text("filter.type") == "include"),
        missing_(config.text("missing.or.null.behavior")) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    auto* selected = batch.arena().allocate_array<uint32_t>(view.selected.size());
    size_t count = 0;
    for (uint32_t record : view.selected) {
      const Datum datum = side_.key ? Datum{view.key_schemas[record], view.keys[record]}
                                    : Datum{view.value_schemas[record], view.values[record]};
      Datum found{nullptr, data::null_cell()};
      JsonPath::Outcome outcome = path_->find(datum, found);
      // The field may also be there and be null.
      if (outcome == JsonPath::Outcome::kFound && path_->definite() && data::is_null(found.value))
        outcome = JsonPath::Outcome::kMissing;
      bool keep = (outcome == JsonPath::Outcome::kFound) == keep_matching_;
      if (outcome == JsonPath::Outcome::kMissing) {
        keep = missing_ != "exclude";
        if (missing_ == "fail") failures.push_back(lacks_field(view, record));
      }
      if (keep) selected[count++] = record;
    }
    view.selected = {selected, count};
  }

 private:
  data::RecordFailure lacks_field(const data::Records& view, uint32_t record) const {
    Error error(ErrorKind::bad_data, "The " + std::string(side_.key ? "key" : "value") +
                                         " has no field for filter.condition " + text_);
    return {record, data::Stage::kTransformation, of_record(std::move(error), view, record),
            side_.class_name};
  }

  const Side side_;
  const std::string text_;
  const Result<JsonPath> path_;  // checked when the configuration was
  const bool keep_matching_;
  const std::string missing_;
};

}  // namespace

void add_confluent_filter(std::vector<TransformClass>& classes) {
  add_other_sides<ConditionFilter>(classes, "io.confluent.connect.transforms.Filter", definition());
}

}  // namespace millrace::transform
