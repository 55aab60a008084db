// io.aiven.kafka.connect.transforms.ExtractTimestamp: the record's timestamp from a field.
#include <limits>

#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey field = required_key("field.name", config::Type::kString,
                                           config::Importance::kHigh, "The field with the time.");
    field.validator = config::non_empty();
    field.valid_values = "non-empty string";
    config::ConfigKey resolution =
        default_key("timestamp.resolution", config::Type::kString, "milliseconds",
                    config::Importance::kLow, "The unit of an INT64: milliseconds or seconds.");
    resolution.validator = [](std::string_view,
                              const config::Value& value) -> std::optional<config::Problem> {
      const std::string text = value.is_null() ? "null" : *value.text;
      if (text == "milliseconds" || text == "seconds") return std::nullopt;
      return config::Problem{
          "Unsupported resolution type '" + text + "'. Supported are: milliseconds, seconds",
          false};
    };
    d.define(field).define(resolution);
    return d;
  }();
  return def;
}

int64_t to_millis(int64_t seconds) {  // TimeUnit.SECONDS.toMillis
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  if (seconds > kMost / 1000) return kMost;
  if (seconds < -(kMost / 1000)) return std::numeric_limits<int64_t>::min();
  return seconds * 1000;
}

class ExtractTimestamp : public Transform {
 public:
  ExtractTimestamp(Side side, const config::Config& config)
      : side_(std::move(side)),
        field_(config.text("field.name")),
        seconds_(config.text("timestamp.resolution") == "seconds") {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    int64_t* timestamps = copy_column(batch, view.timestamps, view.count);
    for (uint32_t record : view.selected) {
      const Datum datum = side_.key ? Datum{view.key_schemas[record], view.keys[record]}
                                    : Datum{view.value_schemas[record], view.values[record]};
      Result<int64_t> time = read(datum);
      if (time) {
        timestamps[record] = *time;
      } else {
        failures.push_back({record, data::Stage::kTransformation,
                            of_record(std::move(time).error(), view, record), side_.class_name});
      }
    }
    view.timestamps = timestamps;
  }

 private:
  Result<int64_t> read(const Datum& datum) const {
    const std::string place = side_.key ? "key" : "value";
    if (data::is_null(datum.value)) return data_failure(place + " can't be null");
    const Cell* value = nullptr;
    if (data::kind(datum.value) == Kind::kStruct && datum.schema != nullptr) {
      const int32_t index = datum.schema->find(field_);
      if (index >= 0)
        value = &field_value(*datum.schema, datum.value, static_cast<uint32_t>(index), true);
    } else if (data::kind(datum.value) == Kind::kMap) {
      value = JavaMap::find(datum.value, field_);
    } else {
      return data_failure(place + " type must be STRUCT or MAP");
    }
    if (value == nullptr || data::is_null(*value))
      return data_failure(field_ + " field must be present and its value can't be null");
    if (data::kind(*value) == Kind::kInt64)
      return seconds_ ? to_millis(value->as.i64) : value->as.i64;
    if (data::kind(*value) == Kind::kInstant) return value->as.i64;
    return data_failure(field_ + " field must be INT64 or org.apache.kafka.connect.data.Timestamp");
  }

  const Side side_;
  const std::string field_;
  const bool seconds_;
};

}  // namespace

void add_aiven_extract_timestamp(std::vector<TransformClass>& classes) {
  add_other_sides<ExtractTimestamp>(classes, "io.aiven.kafka.connect.transforms.ExtractTimestamp",
                                    definition());
}

}  // namespace millrace::transform
