// io.confluent.connect.transforms.ExtractTopic: the topic's name from a key, a value, a field of
// these or a header. After its documentation; its code is not public.
#include "transform/json_path.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kName = "io.confluent.connect.transforms.ExtractTopic";

config::ConfigKey skip_key() {
  return default_key("skip.missing.or.null", config::Type::kBoolean, "false",
                     config::Importance::kLow,
                     "Whether a record without a name keeps its topic; else it fails.");
}

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(default_key("field", config::Type::kString, "", config::Importance::kMedium,
                         "The field that holds the topic's name; empty: the whole key or value."));
    config::ConfigKey format =
        default_key("field.format", config::Type::kString, "PLAIN", config::Importance::kMedium,
                    "PLAIN: field is a name. JSON_PATH: it is the path to a nested field.");
    format.validator = config::one_of_ignoring_case({"JSON_PATH", "PLAIN"});
    format.valid_values = "[JSON_PATH, PLAIN]";
    d.define(format).define(skip_key());
    return d;
  }();
  return def;
}

const config::ConfigDef& header_definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey field = required_key("field", config::Type::kString,
                                           config::Importance::kMedium, "The header's name.");
    field.validator = config::non_empty();
    field.valid_values = "non-empty string";
    d.define(field).define(skip_key());
    return d;
  }();
  return def;
}

enum class Place : uint8_t { kKey, kValue, kHeader };

class ExtractTopic : public Transform {
 public:
  ExtractTopic(Place place, const config::Config& config, std::optional<JsonPath> path)
      : place_(place),
        name_(place == Place::kKey     ? "Key"
              : place == Place::kValue ? "Value"
                                       : "Header"),
        field_(config.text("field")),
        path_(std::move(path)),
        skip_(config.boolean("skip.missing.or.null")) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    std::string_view* topics = copy_column(batch, view.topics, view.count);
    for (uint32_t record : view.selected) {
      const Datum found = find(view, record);
      if (data::kind(found.value) == Kind::kString && found.value.length > 0) {
        topics[record] = data::text(found.value);
        continue;
      }
      const bool missing = data::is_null(found.value) || data::kind(found.value) == Kind::kString;
      if (missing && skip_) continue;
      Error error(ErrorKind::bad_data,
                  what() + (missing ? " is missing, null or empty" : " is not a string"));
      failures.push_back({record, data::Stage::kTransformation,
                          of_record(std::move(error), view, record),
                          std::string(kName) + "$" + std::string(name_)});
    }
    view.topics = topics;
  }

 private:
  // Null: it is missing.
  Datum find(const data::Records& view, uint32_t record) const {
    Datum found{nullptr, data::null_cell()};
    if (place_ == Place::kHeader) {
      for (const data::Header& header : view.headers_of(record)) {  // the last one counts
        if (std::string_view(header.key.data, header.key.size) == field_)
          found = {header.schema, header.value};
      }
      return found;
    }
    const Datum whole = place_ == Place::kKey
                            ? Datum{view.key_schemas[record], view.keys[record]}
                            : Datum{view.value_schemas[record], view.values[record]};
    if (!path_) return whole;
    path_->find(whole, found);
    return found;
  }
  std::string what() const {
    if (place_ == Place::kHeader) return "Header " + field_;
    const std::string side = place_ == Place::kKey ? "key" : "value";
    return field_.empty() ? "The " + side : "Field " + field_ + " of the " + side;
  }

  const Place place_;
  const std::string_view name_;
  const std::string field_;
  const std::optional<JsonPath> path_;
  const bool skip_;
};

Result<std::unique_ptr<Transform>> make(Place place, const config::Config& config) {
  const std::string& field = config.text("field");
  if (place == Place::kHeader || field.empty())
    return std::make_unique<ExtractTopic>(place, config, std::nullopt);
  const std::string& format = config.text("field.format");
  const bool plain = format.size() == 5;  // PLAIN, in any case
  if (plain) return std::make_unique<ExtractTopic>(place, config, JsonPath::member(field));
  Result<JsonPath> path = JsonPath::parse(field);
  if (path && !path->definite())
    path = config_failure("A path to a single value is expected: " + field);
  if (!path) {
    return config_failure("Invalid value " + field +
                          " for configuration field: " + path.error().message());
  }
  return std::make_unique<ExtractTopic>(place, config, std::move(*path));
}

}  // namespace

void add_confluent_extract_topic(std::vector<TransformClass>& classes) {
  for (auto [place, name] : {std::pair{Place::kKey, "$Key"}, std::pair{Place::kValue, "$Value"},
                             std::pair{Place::kHeader, "$Header"}}) {
    const Place where = place;
    classes.push_back({std::string(kName) + name,
                       where == Place::kHeader ? &header_definition() : &definition(),
                       [where](const config::Config& config) { return make(where, config); }});
  }
}

}  // namespace millrace::transform
