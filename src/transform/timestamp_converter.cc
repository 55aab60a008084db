// TimestampConverter: between texts, Unix times and the logical types Date, Time and Timestamp.
#include <array>

#include "data/java_date.h"
#include "data/java_string.h"
#include "data/java_text.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"
#include "transform/simple_date_format.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "converting timestamp formats";

enum class Format : uint8_t { kString, kUnix, kDate, kTime, kTimestamp };
constexpr std::array<std::string_view, 5> kFormatNames = {"string", "unix", "Date", "Time",
                                                          "Timestamp"};

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(default_key("field", config::Type::kString, "", config::Importance::kHigh,
                         "The field that holds the time; empty: the whole key or value."));
    config::ConfigKey target =
        required_key("target.type", config::Type::kString, config::Importance::kHigh,
                     "What the time becomes: string, unix, Date, Time or Timestamp.");
    target.validator = config::one_of({"string", "unix", "Date", "Time", "Timestamp"});
    target.valid_values = "[string, unix, Date, Time, Timestamp]";
    d.define(target);
    d.define(default_key("format", config::Type::kString, "", config::Importance::kMedium,
                         "A java.text.SimpleDateFormat pattern for times that are texts."));
    config::ConfigKey precision =
        default_key("unix.precision", config::Type::kString, "milliseconds",
                    config::Importance::kLow, "The unit of Unix times, read or written.");
    precision.validator =
        config::one_of({"nanoseconds", "microseconds", "milliseconds", "seconds"});
    precision.valid_values = "[nanoseconds, microseconds, milliseconds, seconds]";
    d.define(precision).define(replace_null_key());
    return d;
  }();
  return def;
}

// TimeUnit conversions: towards milliseconds they cut toward zero, away from them they saturate.
struct Precision {
  int64_t per_millisecond = 1;  // units in a millisecond
  bool seconds = false;

  static Precision of(const std::string& name) {
    if (name == "seconds") return {1, true};
    return {name == "microseconds" ? 1000 : name == "nanoseconds" ? 1000000 : 1, false};
  }
  static int64_t times(int64_t value, int64_t factor) {
    int64_t result;
    if (__builtin_mul_overflow(value, factor, &result)) return value < 0 ? INT64_MIN : INT64_MAX;
    return result;
  }
  int64_t to_millis(int64_t unix_time) const {
    return seconds ? times(unix_time, 1000) : unix_time / per_millisecond;
  }
  int64_t from_millis(int64_t millis) const {
    return seconds ? millis / 1000 : times(millis, per_millisecond);
  }
};

class TimestampConverter : public SideTransform {
 public:
  TimestampConverter(Side side, const config::Config& config, Format target,
                     std::optional<SimpleDateFormat> format)
      : SideTransform(std::move(side)),
        field_(config.text("field")),
        target_(target),
        format_(std::move(format)),
        precision_(Precision::of(config.text("unix.precision"))),
        with_default_(config.boolean(kReplaceNull)) {}

 private:
  struct Plan {
    SchemaRef schema;
    int32_t field = -1;
    // How the field's times stand now; a failure of every record whose field is not null.
    std::optional<Format> source;
  };

  Result<void> change(const Work& work, Datum& datum) override {
    if (datum.schema == nullptr) return change_schemaless(work, datum);
    if (!field_.empty()) return change_struct(work, datum);
    std::optional<Format> source = format_of(*datum.schema);
    if (!source) return unknown_format(*datum.schema);
    Result<Cell> converted = convert(work.arena(), datum.value, *source);
    if (!converted) return fail(std::move(converted).error());
    const SchemaRef& updated = datum.schema->optional() ? optional_schema_ : required_schema_;
    datum = {updated.get(), *converted};
    return {};
  }

  Result<void> change_schemaless(const Work& work, Datum& datum) {
    if (data::is_null(datum.value)) return {};
    if (field_.empty()) return convert_inferred(work.arena(), datum.value, datum.value);
    if (auto ok = require_map(datum.value, kPurpose); !ok) return ok;
    const Cell* found = JavaMap::find(datum.value, field_);
    Cell converted = data::null_cell();
    if (found != nullptr) {
      if (auto ok = convert_inferred(work.arena(), *found, converted); !ok) return ok;
    }
    map_.copy(datum.value);
    map_.put(found == nullptr ? work.arena().copy(field_) : std::string_view(field_), converted);
    datum.value = map_.finish(work.arena());
    return {};
  }

  Result<void> change_struct(const Work& work, Datum& datum) {
    bool null = data::is_null(datum.value);
    if (!null) {
      if (auto ok = require_struct(datum.value, kPurpose); !ok) return ok;
    }
    Result<const Plan*> plan =
        plans_.get(datum.schema, [&](const Schema& schema) { return make_plan(schema); });
    if (!plan) return fail(std::move(plan).error());
    if (!null) {
      Result<Cell> row = convert_row(work.arena(), *datum.schema, **plan, datum.value);
      if (!row) return fail(std::move(row).error());
      datum.value = *row;
    }
    datum.schema = (*plan)->schema.get();
    return {};
  }

  class Convert : public FieldStep {
   public:
    Convert(const TimestampConverter& owner, Format source) : owner_(owner), source_(source) {}
    bool apply(const Work& work, Cell& value) const override {
      Result<Cell> converted = owner_.convert(work.arena(), value, source_);
      if (converted) value = *converted;
      return converted.has_value();
    }

   private:
    const TimestampConverter& owner_;
    const Format source_;
  };

  std::optional<Program> program(const Schema& schema) override {
    if (field_.empty()) return std::nullopt;
    Result<const Plan*> plan = plans_.get(&schema, [&](const Schema& s) { return make_plan(s); });
    if (!plan || ((*plan)->field >= 0 && !(*plan)->source)) return std::nullopt;
    Program program{(*plan)->schema, {}};
    for (uint32_t i = 0; i < schema.fields().size(); ++i) {
      copy_field(program.rows, schema, i, with_default_);
      if (static_cast<int32_t>(i) == (*plan)->field)
        program.rows.then(std::make_shared<Convert>(*this, *(*plan)->source));
    }
    return program;
  }

  Result<Cell> convert_row(Arena& arena, const Schema& schema, const Plan& plan,
                           const Cell& value) const {
    Cell* row = arena.allocate_array<Cell>(value.length);
    for (uint32_t i = 0; i < value.length; ++i) {
      row[i] = field_value(schema, value, i, with_default_);
      const data::Field& field = schema.fields()[i];
      if (static_cast<int32_t>(i) == plan.field) {
        if (!plan.source) return unknown_format(*field.schema);
        Result<Cell> converted = convert(arena, row[i], *plan.source);
        if (!converted) return converted;
        row[i] = *converted;
      }
      if (auto ok = check_put(field, row[i]); !ok) return fail(std::move(ok).error());
    }
    return data::nested_cell(Kind::kStruct, row, value.length);
  }

  Result<Plan> make_plan(const Schema& schema) const {
    if (schema.type() != Kind::kStruct)
      return data_failure("Cannot list fields on non-struct type");
    Plan plan;
    plan.field = schema.find(field_);
    data::SchemaBuilder builder(Kind::kStruct);
    copy_basics(schema, builder);
    for (const data::Field& field : schema.fields()) {
      if (field.name == field_) {
        plan.source = format_of(*field.schema);
        builder.field(field.name, field.schema->optional() ? optional_schema_ : required_schema_);
      } else {
        builder.field(field.name, field.schema);
      }
    }
    builder.optional(schema.optional());
    if (schema.default_value() != nullptr) {
      Arena arena;
      Result<Cell> converted = convert_row(arena, schema, plan, *schema.default_value());
      if (!converted) return fail(std::move(converted).error());
      builder.default_value(*converted);
    }
    plan.schema = builder.build();
    return plan;
  }

  static std::optional<Format> format_of(const Schema& schema) {
    switch (schema.logical_type()) {
      case data::LogicalType::kTimestamp: return Format::kTimestamp;
      case data::LogicalType::kDate: return Format::kDate;
      case data::LogicalType::kTime: return Format::kTime;
      default: break;
    }
    if (schema.type() == Kind::kString) return Format::kString;
    if (schema.type() == Kind::kInt64) return Format::kUnix;
    return std::nullopt;
  }
  static Failure unknown_format(const Schema& schema) {
    return fail(ErrorKind::fatal, "Schema " + schema.to_string() +
                                      " does not correspond to a known timestamp type format");
  }

  Result<void> convert_inferred(Arena& arena, const Cell& time, Cell& out) const {
    Format source;
    switch (data::kind(time)) {
      case Kind::kNull: out = time; return {};
      case Kind::kInstant: source = Format::kTimestamp; break;
      case Kind::kInt64: source = Format::kUnix; break;
      case Kind::kString: source = Format::kString; break;
      default:
        return data_failure("TimestampConverter does not support class " +
                            std::string(data::java_class_name(time)) + " objects as timestamps");
    }
    Result<Cell> converted = convert(arena, time, source);
    if (!converted) return fail(std::move(converted).error());
    out = *converted;
    return {};
  }

  Result<Cell> convert(Arena& arena, const Cell& time, Format source) const {
    if (data::is_null(time)) return time;
    Result<int64_t> millis = to_millis(time, source);
    if (!millis) return fail(std::move(millis).error());
    return from_millis(arena, *millis);
  }

  Result<int64_t> to_millis(const Cell& time, Format source) const {
    auto expected = [&](std::string_view what, std::string_view java) {
      return data_failure("Expected " + std::string(what) + " to be a " + std::string(java) +
                          ", but found class " + std::string(data::java_class_name(time)));
    };
    switch (source) {
      case Format::kString: {
        if (data::kind(time) != Kind::kString) return expected("string timestamp", "String");
        if (!format_) {
          return fail(ErrorKind::bad_data,
                      "Cannot invoke \"java.text.SimpleDateFormat.parse(String)\" because "
                      "\"config.format\" is null",
                      "java.lang.NullPointerException");
        }
        std::optional<int64_t> millis = format_->read(data::text(time));
        if (!millis) {
          const std::string text(data::text(time));
          Error cause(ErrorKind::bad_data, "Unparseable date: \"" + text + "\"",
                      "java.text.ParseException");
          return tl::unexpected(Error(ErrorKind::bad_data, "Could not parse timestamp: value (" +
                                                               text + ") does not match pattern (" +
                                                               format_->pattern() + ")")
                                    .caused_by(std::move(cause)));
        }
        return *millis;
      }
      case Format::kUnix:
        if (data::kind(time) != Kind::kInt64) return expected("Unix timestamp", "Long");
        return precision_.to_millis(time.as.i64);
      case Format::kDate:
      case Format::kTime:
      case Format::kTimestamp:
        if (data::kind(time) != Kind::kInstant) {
          return expected(kFormatNames[static_cast<size_t>(source)], "java.util.Date");
        }
        return time.as.i64;
    }
    return 0;
  }

  Cell from_millis(Arena& arena, int64_t millis) const {
    int64_t within_day =
        ((millis % data::kMillisPerDay) + data::kMillisPerDay) % data::kMillisPerDay;
    switch (target_) {
      case Format::kString: return data::string_cell(arena.copy(format_->format(millis)));
      case Format::kUnix: return data::int64_cell(precision_.from_millis(millis));
      case Format::kDate: return data::integer_cell(Kind::kInstant, millis - within_day);
      case Format::kTime: return data::integer_cell(Kind::kInstant, within_day);
      case Format::kTimestamp: break;
    }
    return data::integer_cell(Kind::kInstant, millis);
  }

  SchemaRef target_schema(bool optional) const {
    switch (target_) {
      case Format::kString:
        return optional ? data::optional_primitive_schema(Kind::kString)
                        : data::primitive_schema(Kind::kString);
      case Format::kUnix:
        return optional ? data::optional_primitive_schema(Kind::kInt64)
                        : data::primitive_schema(Kind::kInt64);
      case Format::kDate: return data::logical_schema(data::LogicalType::kDate, optional);
      case Format::kTime: return data::logical_schema(data::LogicalType::kTime, optional);
      case Format::kTimestamp: break;
    }
    return data::logical_schema(data::LogicalType::kTimestamp, optional);
  }

  const std::string field_;
  const Format target_;
  const std::optional<SimpleDateFormat> format_;
  const Precision precision_;
  const bool with_default_;
  const SchemaRef optional_schema_ = target_schema(true), required_schema_ = target_schema(false);
  PlanCache<Plan> plans_;
  JavaMap map_;
};

bool blank(const std::string& text) { return data::java_trim(text).empty(); }

Result<std::unique_ptr<Transform>> make(const config::Config& config, Side side) {
  size_t target = 0;
  while (kFormatNames[target] != config.text("target.type")) ++target;
  const std::string& pattern = config.text("format");
  if (kFormatNames[target] == "string" && blank(pattern)) {
    return config_failure(
        "TimestampConverter requires format option to be specified when using string timestamps");
  }
  std::optional<SimpleDateFormat> format;
  if (!blank(pattern)) {
    Result<SimpleDateFormat> parsed = SimpleDateFormat::parse(pattern);
    if (!parsed) {
      // Java gives ConfigException its arguments in another order than it means.
      return config_failure(config::invalid_value(
          "TimestampConverter requires a SimpleDateFormat-compatible pattern for string "
          "timestamps: " +
              pattern,
          std::string(parsed.error().exception_class()) + ": " + parsed.error().message(), ""));
    }
    format = std::move(*parsed);
  }
  return std::make_unique<TimestampConverter>(std::move(side), config, static_cast<Format>(target),
                                              std::move(format));
}

}  // namespace

void add_timestamp_converter(Registry& registry) {
  registry.add_sides("TimestampConverter", definition(), make);
}

}  // namespace millrace::transform
