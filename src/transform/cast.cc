// Cast: other primitive types for fields, or for the whole key or value.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "convert/base64.h"
#include "data/java_date.h"
#include "data/java_decimal.h"
#include "data/java_string.h"
#include "data/java_text.h"
#include "data/number_format.h"
#include "transform/java_case.h"
#include "transform/java_digits.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"
#include "transform/simple_date_format.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "cast types";
constexpr Kind kTargets[] = {Kind::kInt8,    Kind::kInt16,   Kind::kInt32,   Kind::kInt64,
                             Kind::kFloat32, Kind::kFloat64, Kind::kBoolean, Kind::kString};

struct FieldCast {
  std::string field;
  Kind type;
};
struct Spec {
  std::optional<Kind> whole;
  std::vector<FieldCast> fields;
};

Result<Kind> target_type(std::string_view name) {
  std::string wished = java_upper(data::java_trim(name));
  for (Kind type : kTargets) {
    if (data::type_name(type) == wished) return type;
  }
  for (Kind type : {Kind::kBytes, Kind::kArray, Kind::kMap, Kind::kStruct}) {
    if (data::type_name(type) == wished) {
      return config_failure(
          "Cast transformation does not support casting to " + wished +
          "; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]");
    }
  }
  // Java hands its two arguments over in the wrong order; the words are kept.
  return config_failure(
      "Invalid value java.lang.IllegalArgumentException: No enum constant "
      "org.apache.kafka.connect.data.Schema.Type." +
      wished + " for configuration Invalid type found in casting spec: " +
      std::string(data::java_trim(name)));
}

// Java keeps the fields in a HashMap: the last type of a field counts, and the order shows where
// several casts fail.
Spec as_map(Spec spec) {
  std::vector<std::string> names;
  for (const FieldCast& field : spec.fields) names.push_back(field.field);
  Spec ordered{spec.whole, {}};
  for (const std::string& name : in_hash_order(names)) {
    auto last = std::find_if(spec.fields.rbegin(), spec.fields.rend(),
                             [&name](const FieldCast& field) { return field.field == name; });
    ordered.fields.push_back(*last);
  }
  return ordered;
}

Result<Spec> parse_spec(const std::vector<std::string>& mappings) {
  Spec spec;
  for (const std::string& mapping : mappings) {
    std::string_view text = mapping;
    while (!text.empty() && text.back() == ':')
      text.remove_suffix(1);  // String.split drops empty ends
    size_t colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos) {
      std::string all;
      for (const std::string& m : mappings) all += (all.empty() ? "" : ", ") + m;
      return config_failure("Invalid value [" + all +
                            "] for configuration renames: Invalid rename mapping: " + mapping);
    }
    Result<Kind> type =
        target_type(colon == std::string_view::npos ? text : text.substr(colon + 1));
    if (!type) return fail(std::move(type).error());
    if (colon == std::string_view::npos) {
      spec.whole = *type;
    } else {
      spec.fields.push_back({std::string(data::java_trim(text.substr(0, colon))), *type});
    }
  }
  if (spec.whole && mappings.size() > 1) {
    return config_failure(
        "Cast transformations that specify a type to cast the entire value to may only specify a "
        "single cast in their spec");
  }
  return as_map(std::move(spec));
}

std::optional<config::Problem> check_spec(std::string_view, const config::Value& value) {
  if (value.list.empty()) return config::Problem{"Must specify at least one field to cast.", true};
  Result<Spec> spec = parse_spec(value.list);
  if (spec) return std::nullopt;
  return config::Problem{spec.error().message(), true};
}

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey spec = required_key(
        "spec", config::Type::kList, config::Importance::kHigh,
        "field:type pairs, or one type for the whole key or value. Types: int8, int16, int32, "
        "int64, float32, float64, boolean, string.");
    spec.validator = check_spec;
    spec.valid_values = "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>";
    d.define(spec).define(replace_null_key());
    return d;
  }();
  return def;
}

// ---- One value

Failure out_of_range(const Cell& value, Error cause) {
  std::string message =
      "Value (" + std::string(data::text(value)) + ") was out of range for requested data type";
  return millrace::fail(Error(ErrorKind::bad_data, std::move(message)).caused_by(std::move(cause)));
}

Failure unexpected_type(const Cell& value) {
  return data_failure("Unexpected type in Cast transformation: class " +
                      std::string(data::java_class_name(value)));
}

template <typename Integer>
Integer saturated(double value) {  // Java's (int) and (long) of a floating-point number
  if (std::isnan(value)) return 0;
  if (value <= static_cast<double>(std::numeric_limits<Integer>::min()))
    return std::numeric_limits<Integer>::min();
  if (value >= static_cast<double>(std::numeric_limits<Integer>::max()))
    return std::numeric_limits<Integer>::max();
  return static_cast<Integer>(value);
}

int64_t narrowed(int64_t value, Kind type) {
  switch (type) {
    case Kind::kInt8: return static_cast<int8_t>(value);
    case Kind::kInt16: return static_cast<int16_t>(value);
    case Kind::kInt32: return static_cast<int32_t>(value);
    default: return value;
  }
}

std::optional<int64_t> parse_integer(std::string_view text, Kind type) {  // Long.parseLong
  if (!is_ascii(text)) {
    const std::string digits = with_ascii_digits(text);
    return is_ascii(digits) ? parse_integer(digits, type) : std::nullopt;
  }
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || narrowed(value, type) != value)
    return std::nullopt;
  return value;
}

std::optional<double> parse_floating(std::string_view text,
                                     bool single) {  // Double.parseDouble, Float.parseFloat
  text = data::java_trim(text);
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  double sign = negative ? -1 : 1;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return sign * std::numeric_limits<double>::infinity();
  if (text.empty() || !(std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '.'))
    return std::nullopt;
  auto format = std::chars_format::general;
  if (text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
    if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    format = std::chars_format::hex;
    text.remove_prefix(2);
  }
  if (!text.empty() && std::string_view("fFdD").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  auto read = [&](auto& value) -> bool {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
    if (end != text.data() + text.size()) return false;
    if (error == std::errc::result_out_of_range) {  // too large or too small: strtod tells which
      value = static_cast<std::remove_reference_t<decltype(value)>>(
          std::strtod(std::string(text).c_str(), nullptr));
    }
    return error != std::errc::invalid_argument;
  };
  float narrow = 0;
  double wide = 0;
  if (single ? !read(narrow) : !read(wide)) return std::nullopt;
  return sign * (single ? static_cast<double>(narrow) : wide);
}

Result<Cell> to_integer(const Cell& value, Kind type) {
  switch (data::kind(value)) {
    case Kind::kBoolean:
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64: return data::integer_cell(type, narrowed(value.as.i64, type));
    case Kind::kFloat32:
    case Kind::kFloat64:
      if (type == Kind::kInt64) return data::integer_cell(type, saturated<int64_t>(value.as.f64));
      return data::integer_cell(type, narrowed(saturated<int32_t>(value.as.f64), type));
    case Kind::kDecimal:
      return data::integer_cell(type, narrowed(data::decimal_to_int64(value), type));
    case Kind::kString: {
      std::optional<int64_t> number = parse_integer(data::text(value), type);
      if (!number) return out_of_range(value, data::integer_format(data::text(value), type));
      return data::integer_cell(type, *number);
    }
    default: return unexpected_type(value);
  }
}

Result<Cell> to_floating(const Cell& value, Kind type) {
  const bool single = type == Kind::kFloat32;
  switch (data::kind(value)) {
    case Kind::kBoolean:
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
      return data::float_cell(type, single ? static_cast<double>(static_cast<float>(value.as.i64))
                                           : static_cast<double>(value.as.i64));
    case Kind::kFloat32:
    case Kind::kFloat64:
      return data::float_cell(
          type, single ? static_cast<double>(static_cast<float>(value.as.f64)) : value.as.f64);
    case Kind::kDecimal:
      return data::float_cell(type, single ? static_cast<double>(data::decimal_to_float(value))
                                           : data::decimal_to_double(value));
    case Kind::kString: {
      std::optional<double> number = parse_floating(data::text(value), single);
      if (!number) return out_of_range(value, data::floating_format(data::text(value)));
      return data::float_cell(type, *number);
    }
    default: return unexpected_type(value);
  }
}

Result<Cell> to_boolean(const Cell& value) {
  switch (data::kind(value)) {
    case Kind::kBoolean: return value;
    case Kind::kString: return data::boolean_cell(java_upper(data::text(value)) == "TRUE");
    default: break;
  }
  Result<Cell> number = to_integer(value, Kind::kInt64);
  if (!number) return number;
  return data::boolean_cell(number->as.i64 != 0);
}

// Values.dateFormatFor: by what the date seems to be.
std::string date_text(int64_t millis) {
  static const SimpleDateFormat time = *SimpleDateFormat::parse("HH:mm:ss.SSS'Z'");
  static const SimpleDateFormat date = *SimpleDateFormat::parse("yyyy-MM-dd");
  static const SimpleDateFormat timestamp =
      *SimpleDateFormat::parse("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");
  if (millis < data::kMillisPerDay) return time.format(millis);
  return (millis % data::kMillisPerDay == 0 ? date : timestamp).format(millis);
}

Cell to_string(Arena& arena, const Schema* schema, const Cell& value) {
  std::string text;
  switch (data::kind(value)) {
    case Kind::kString: return value;
    case Kind::kInstant: text = date_text(value.as.i64); break;
    case Kind::kBytes:
      text.resize(convert::base64_size(value.length));
      convert::write_base64(text.data(), data::text(value));
      break;
    default: data::append_java_text(text, schema, value);
  }
  return data::string_cell(arena.copy(text));
}

// A logical value in its plain form.
Result<Cell> encoded(const Schema& schema, const Cell& value) {
  if (data::kind(value) != Kind::kInstant) return value;
  const int64_t millis = value.as.i64;
  switch (schema.logical_type()) {
    case data::LogicalType::kDate:
      if (millis % data::kMillisPerDay != 0) {
        return data_failure(
            "Kafka Connect Date type should not have any time fields set to non-zero values.");
      }
      return data::int32_cell(static_cast<int32_t>(millis / data::kMillisPerDay));
    case data::LogicalType::kTime:
      if (millis < 0 || millis > data::kMillisPerDay) {
        return data_failure(
            "Kafka Connect Time type should not have any date fields set to non-zero values.");
      }
      return data::int32_cell(static_cast<int32_t>(millis));
    case data::LogicalType::kTimestamp: return data::int64_cell(millis);
    default: return value;
  }
}

Result<void> check_source(const Schema* schema, const Cell& value) {
  Kind type = schema != nullptr ? schema->type() : data::kind(value);
  if (type == Kind::kTyped) type = Kind::kStruct;
  switch (type) {
    case Kind::kArray:
    case Kind::kMap:
    case Kind::kStruct:
      return data_failure("Cast transformation does not support casting from " +
                          std::string(data::type_name(type)) +
                          "; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, "
                          "BOOLEAN, STRING, BYTES]");
    case Kind::kDecimal:
    case Kind::kInstant:
    case Kind::kOpaque:
      return data_failure("Cast transformation was passed a value of type class " +
                          std::string(data::java_class_name(value)) +
                          " which is not supported by Connect's data API");
    default: return {};
  }
}

Result<Cell> cast(Arena& arena, const Schema* schema, const Cell& original, Kind type) {
  if (data::is_null(original)) return original;
  if (auto ok = check_source(schema, original); !ok) return fail(std::move(ok).error());
  if (type == Kind::kString) return to_string(arena, schema, original);
  Cell value = original;
  if (schema != nullptr && schema->name()) {
    Result<Cell> plain = encoded(*schema, original);
    if (!plain) return plain;
    value = *plain;
  }
  switch (type) {
    case Kind::kFloat32:
    case Kind::kFloat64: return to_floating(value, type);
    case Kind::kBoolean: return to_boolean(value);
    default: return to_integer(value, type);
  }
}

// ---- The transform

class Cast : public SideTransform {
 public:
  Cast(Side side, Spec spec, bool with_default)
      : SideTransform(std::move(side)), spec_(std::move(spec)), with_default_(with_default) {}

 private:
  struct Plan {
    SchemaRef schema;
    std::vector<Kind> types;  // per field; kNull: not cast
  };

  Result<void> change(const Work& work, Datum& datum) override {
    if (data::is_null(datum.value)) return {};
    if (datum.schema == nullptr) return change_schemaless(work, datum);
    Result<const Plan*> plan =
        plans_.get(datum.schema, [&](const Schema& schema) { return make_plan(schema); });
    if (!plan) return fail(std::move(plan).error());
    if (spec_.whole) {
      Result<Cell> value = cast(work.arena(), datum.schema, datum.value, *spec_.whole);
      if (!value) return fail(std::move(value).error());
      datum.value = *value;
    } else {
      if (auto ok = require_struct(datum.value, kPurpose); !ok) return ok;
      Cell* row = work.arena().allocate_array<Cell>(datum.value.length);
      for (uint32_t i = 0; i < datum.value.length; ++i) {
        row[i] = field_value(*datum.schema, datum.value, i, with_default_);
        const data::Field& field = datum.schema->fields()[i];
        if ((*plan)->types[i] != Kind::kNull) {
          Result<Cell> value = cast(work.arena(), field.schema.get(), row[i], (*plan)->types[i]);
          if (!value) return fail(std::move(value).error());
          row[i] = *value;
        }
        if (auto ok = check_put(field, row[i]); !ok) return ok;
      }
      datum.value = data::nested_cell(Kind::kStruct, row, datum.value.length);
    }
    datum.schema = (*plan)->schema.get();
    return {};
  }

  class CastStep : public FieldStep {
   public:
    CastStep(SchemaRef from, Kind type) : from_(std::move(from)), type_(type) {}
    bool apply(const Work& work, Cell& value) const override {
      Result<Cell> result = cast(work.arena(), from_.get(), value, type_);
      if (result) value = *result;
      return result.has_value();
    }

   private:
    const SchemaRef from_;
    const Kind type_;
  };

  std::optional<Program> program(const Schema& schema) override {
    if (spec_.whole) return std::nullopt;
    Result<const Plan*> plan = plans_.get(&schema, [&](const Schema& s) { return make_plan(s); });
    if (!plan) return std::nullopt;
    Program program{(*plan)->schema, {}};
    for (uint32_t i = 0; i < schema.fields().size(); ++i) {
      copy_field(program.rows, schema, i, with_default_);
      const Kind type = (*plan)->types[i];
      if (type != Kind::kNull)
        program.rows.then(std::make_shared<CastStep>(schema.fields()[i].schema, type));
    }
    return program;
  }

  Result<void> change_schemaless(const Work& work, Datum& datum) {
    if (spec_.whole) {
      Result<Cell> value = cast(work.arena(), nullptr, datum.value, *spec_.whole);
      if (!value) return fail(std::move(value).error());
      datum.value = *value;
      return {};
    }
    if (auto ok = require_map(datum.value, kPurpose); !ok) return ok;
    map_.copy(datum.value);
    for (const FieldCast& field : spec_.fields) {
      const Cell* found = JavaMap::find(datum.value, field.field);
      Result<Cell> value =
          cast(work.arena(), nullptr, found == nullptr ? data::null_cell() : *found, field.type);
      if (!value) return fail(std::move(value).error());
      map_.put(work.arena().copy(field.field), *value);
    }
    datum.value = map_.finish(work.arena());
    return {};
  }

  Kind type_of(const std::string& field) const {
    for (const FieldCast& cast : spec_.fields) {
      if (cast.field == field) return cast.type;
    }
    return Kind::kNull;
  }

  Result<Plan> make_plan(const Schema& schema) const {
    Plan plan;
    Arena arena;
    if (!spec_.whole && schema.type() != Kind::kStruct)
      return data_failure("Cannot list fields on non-struct type");
    data::SchemaBuilder builder(spec_.whole ? *spec_.whole : Kind::kStruct);
    copy_basics(schema, builder);
    for (const data::Field& field : spec_.whole ? std::vector<data::Field>{} : schema.fields()) {
      Kind type = type_of(field.name);
      plan.types.push_back(type);
      if (type == Kind::kNull) {
        builder.field(field.name, field.schema);
        continue;
      }
      data::SchemaBuilder cast_field(type);
      cast_field.optional(field.schema->optional());
      if (auto ok = cast_default(arena, *field.schema, type, cast_field); !ok)
        return fail(std::move(ok).error());
      builder.field(field.name, cast_field.build());
    }
    builder.optional(schema.optional());
    if (spec_.whole) {
      if (auto ok = cast_default(arena, schema, *spec_.whole, builder); !ok)
        return fail(std::move(ok).error());
    } else if (schema.default_value() != nullptr) {
      return fail(std::move(check_source(&schema, *schema.default_value()))
                      .error());  // a struct is no primitive
    }
    if (std::string problem = builder.problem(); !problem.empty())
      return wrong_default(schema, std::move(problem));
    plan.schema = builder.build();
    return plan;
  }

  // The name that is kept asks for a value of another class.
  Failure wrong_default(const Schema& schema, std::string problem) const {
    const Kind type = spec_.whole.value_or(Kind::kStruct);
    Error cause(ErrorKind::bad_data,
                "Invalid Java object for schema \"" + schema.name().value_or("") + "\" with type " +
                    std::string(data::type_name(type)) + ": class " +
                    std::string(data::java_class_name(data::integer_cell(type, 0))) + " for value");
    return millrace::fail(
        std::move(schema_failure(std::move(problem)).value()).caused_by(std::move(cause)));
  }

  static Result<void> cast_default(Arena& arena, const Schema& schema, Kind type,
                                   data::SchemaBuilder& builder) {
    if (schema.default_value() == nullptr) return {};
    Result<Cell> value = cast(arena, &schema, *schema.default_value(), type);
    if (!value) return fail(std::move(value).error());
    builder.default_value(*value);
    return {};
  }

  const Spec spec_;
  const bool with_default_;
  PlanCache<Plan> plans_;
  JavaMap map_;
};

}  // namespace

void add_cast(Registry& registry) {
  registry.add_sides(
      "Cast", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        Result<Spec> spec = parse_spec(config.list("spec"));
        if (!spec) return fail(std::move(spec).error());
        return std::make_unique<Cast>(std::move(side), std::move(*spec),
                                      config.boolean(kReplaceNull));
      });
}

}  // namespace millrace::transform
