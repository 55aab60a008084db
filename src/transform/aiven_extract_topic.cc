// io.aiven.kafka.connect.transforms.ExtractTopic: the topic's name from a key, a value or a field.
#include <algorithm>

#include "data/java_text.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kTypes =
    "[INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]";
constexpr std::string_view kClasses =
    "[class java.lang.Byte, class java.lang.Short, class java.lang.Integer, class java.lang.Long, "
    "class java.lang.Double, class java.lang.Float, class java.lang.Boolean, class "
    "java.lang.String]";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(text_key("field.name", config::Importance::kHigh,
                      "The field that holds the topic's name; empty: the whole key or value."));
    d.define(default_key("skip.missing.or.null", config::Type::kBoolean, "false",
                         config::Importance::kLow,
                         "Whether a record without a name passes as it is."));
    return d;
  }();
  return def;
}

bool plain(Kind kind) { return kind >= Kind::kBoolean && kind <= Kind::kString; }

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\n\v\f\r\x1c\x1d\x1e\x1f") == std::string_view::npos;
}

class ExtractTopic : public Transform {
 public:
  ExtractTopic(Side side, const config::Config& config)
      : side_(std::move(side)),
        place_(side_.key ? "key" : "value"),
        field_(config.nullable_text("field.name").value_or("")),
        skip_(config.boolean("skip.missing.or.null")) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    std::string_view* topics = copy_column(batch, view.topics, view.count);
    for (uint32_t record : view.selected) {
      const Datum datum = side_.key ? Datum{view.key_schemas[record], view.keys[record]}
                                    : Datum{view.value_schemas[record], view.values[record]};
      Result<std::string> topic = name(datum);
      if (!topic) {
        failures.push_back({record, data::Stage::kTransformation,
                            of_record(std::move(topic).error(), view, record), side_.class_name});
      } else if (!topic->empty()) {
        topics[record] = *topic == last_ ? last_ : last_ = batch.arena().copy(*topic);
      }
    }
    view.topics = topics;
    last_ = {};
  }

 private:
  // Empty: the record keeps its topic.
  Result<std::string> name(const Datum& datum) const {
    if (datum.schema == nullptr)
      return field_.empty() ? of_plain(datum.value) : of_map(datum.value);
    return field_.empty() ? of_typed(datum) : of_struct(datum);
  }

  Result<std::string> missing(std::string what) const {
    if (skip_) return std::string();
    return data_failure(std::move(what));
  }
  static std::string text(const Schema* schema, const Cell& value) {
    std::string out;
    data::append_java_text(out, schema, value);
    return out;
  }

  Result<std::string> of_plain(const Cell& value) const {
    const std::string name = data::is_null(value) ? std::string() : text(nullptr, value);
    if (blank(name)) return missing(place_ + " can't be null or empty");
    if (plain(data::kind(value))) return name;
    return data_failure("type in " + place_ + " " + name + " must be " + std::string(kClasses));
  }
  Result<std::string> of_map(const Cell& value) const {
    if (data::is_null(value))
      return data_failure(place_ + " can't be null if field name is specified");
    if (data::kind(value) != Kind::kMap)
      return data_failure(place_ + " type must be Map if field name is specified");
    const Cell* found = JavaMap::find(value, field_);
    std::string name;
    if (found != nullptr && !data::is_null(*found)) {
      if (!plain(data::kind(*found))) {
        return data_failure(field_ + " type in " + place_ + " " + text(nullptr, value) +
                            " must be " + std::string(kClasses));
      }
      name = text(nullptr, *found);
    }
    if (blank(name)) return missing(field_ + " in " + place_ + " can't be null or empty");
    return name;
  }
  Result<std::string> of_typed(const Datum& datum) const {
    if (!plain(datum.schema->type())) {
      return data_failure(place_ + " schema type must be " + std::string(kTypes) +
                          " if field name is not specified");
    }
    std::string name = data::is_null(datum.value) ? "" : text(datum.schema, datum.value);
    if (name.empty()) return missing(place_ + " can't be null or empty");
    return name;
  }
  Result<std::string> of_struct(const Datum& datum) const {
    if (datum.schema->type() != Kind::kStruct)
      return data_failure(place_ + " schema type must be STRUCT if field name is specified");
    if (data::is_null(datum.value))
      return data_failure(place_ + " can't be null if field name is specified");
    const int32_t index = datum.schema->find(field_);
    if (index < 0) return missing(field_ + " in " + place_ + " schema can't be missing");
    const Schema* schema = datum.schema->fields()[static_cast<size_t>(index)].schema.get();
    if (!plain(schema->type())) {
      return data_failure(field_ + " schema type in " + place_ + " must be " + std::string(kTypes));
    }
    const Cell& value = field_value(*datum.schema, datum.value, static_cast<uint32_t>(index), true);
    std::string name = data::is_null(value) ? "" : text(schema, value);
    if (name.empty()) return missing(field_ + " in " + place_ + " can't be null or empty");
    return name;
  }

  const Side side_;
  const std::string place_, field_;
  const bool skip_;
  std::string_view last_;
};

}  // namespace

void add_aiven_extract_topic(std::vector<TransformClass>& classes) {
  add_other_sides<ExtractTopic>(classes, "io.aiven.kafka.connect.transforms.ExtractTopic",
                                definition());
}

}  // namespace millrace::transform
