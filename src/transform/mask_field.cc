// MaskField: an empty value, or a replacement, in place of fields' values.
#include <algorithm>
#include <charconv>

#include "data/java_decimal.h"
#include "data/java_text.h"
#include "data/number_format.h"
#include "transform/java_digits.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "mask fields";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey fields = required_key("fields", config::Type::kList,
                                            config::Importance::kHigh, "The fields to mask.");
    fields.validator = list_without_duplicates(false);
    fields.drop_duplicates = true;
    d.define(fields);
    config::ConfigKey replacement =
        text_key("replacement", config::Importance::kLow,
                 "Stands in the place of numbers and texts; without it they become 0 and empty.");
    replacement.validator = config::non_empty();
    replacement.valid_values = "non-empty string";
    d.define(replacement).define(replace_null_key());
    return d;
  }();
  return def;
}

class MaskField : public SideTransform {
 public:
  MaskField(Side side, const config::Config& config)
      : SideTransform(std::move(side)),
        fields_(in_hash_order(config.list("fields"))),
        replacement_(config.nullable_text("replacement")),
        number_(with_ascii_digits(replacement_.value_or(""))),
        with_default_(config.boolean(kReplaceNull)) {}

 private:
  using Plan = std::vector<bool>;  // which fields are masked

  Result<void> change(const Work& work, Datum& datum) override {
    if (datum.schema == nullptr) {
      if (auto ok = require_map(datum.value, kPurpose); !ok) return ok;
      map_.copy(datum.value);
      for (const std::string& field : fields_) {
        const Cell* found = JavaMap::find(datum.value, field);
        Result<Cell> masked = mask(work.arena(), found == nullptr ? data::null_cell() : *found);
        if (!masked) return fail(std::move(masked).error());
        map_.put(work.arena().copy(field), *masked);
      }
      datum.value = map_.finish(work.arena());
      return {};
    }
    if (auto ok = require_struct(datum.value, kPurpose); !ok) return ok;
    const Plan& masked_fields = plan_of(*datum.schema);
    Cell* row = work.arena().allocate_array<Cell>(datum.value.length);
    for (uint32_t i = 0; i < datum.value.length; ++i) {
      row[i] = field_value(*datum.schema, datum.value, i, with_default_);
      if (masked_fields[i]) {
        Result<Cell> masked = mask(work.arena(), row[i]);
        if (!masked) return fail(std::move(masked).error());
        row[i] = *masked;
      }
      if (auto ok = check_put(datum.schema->fields()[i], row[i]); !ok) return ok;
    }
    datum.value = data::nested_cell(Kind::kStruct, row, datum.value.length);
    return {};
  }

  const Plan& plan_of(const Schema& schema) {
    return **plans_.get(&schema, [&](const Schema& s) -> Result<Plan> {
      Plan masked;
      for (const data::Field& field : s.fields())
        masked.push_back(std::find(fields_.begin(), fields_.end(), field.name) != fields_.end());
      return masked;
    });
  }

  class Mask : public FieldStep {
   public:
    explicit Mask(const MaskField& owner) : owner_(owner) {}
    bool apply(const Work& work, Cell& value) const override {
      Result<Cell> masked = owner_.mask(work.arena(), value);
      if (masked) value = *masked;
      return masked.has_value();
    }

   private:
    const MaskField& owner_;
  };

  std::optional<Program> program(const Schema& schema) override {
    Program program{SchemaRef(&schema), {}};
    const Plan& masked = plan_of(schema);
    for (uint32_t i = 0; i < schema.fields().size(); ++i) {
      copy_field(program.rows, schema, i, with_default_);
      if (masked[i]) program.rows.then(std::make_shared<Mask>(*this));
    }
    return program;
  }

  Result<Cell> mask(Arena& arena, const Cell& value) const {
    if (data::is_null(value)) return value;
    return replacement_ ? replaced(arena, value) : emptied(arena, value);
  }

  static Result<Cell> emptied(Arena& arena, const Cell& value) {
    switch (data::kind(value)) {
      case Kind::kBoolean:
      case Kind::kInt8:
      case Kind::kInt16:
      case Kind::kInt32:
      case Kind::kInt64:
      case Kind::kInstant: return data::integer_cell(data::kind(value), 0);
      case Kind::kFloat32:
      case Kind::kFloat64: return data::float_cell(data::kind(value), 0);
      case Kind::kDecimal: return data::decimal_from_int64(arena, 0, 0);
      case Kind::kString: return data::string_cell("");
      case Kind::kArray:
      case Kind::kMap: return data::nested_cell(data::kind(value), nullptr, 0);
      default:
        return data_failure("Cannot mask value of type: class " +
                            std::string(data::java_class_name(value)));
    }
  }

  Result<Cell> replaced(Arena& arena, const Cell& value) const {
    const Kind kind = data::kind(value);
    auto not_a_number = [&](const char* phrase) {
      std::string message =
          "Unable to convert " + *replacement_ + " (class java.lang.String) to " + phrase;
      return millrace::fail(Error(ErrorKind::bad_data, std::move(message))
                                .caused_by(data::decimal_format(*replacement_)));
    };
    switch (kind) {
      case Kind::kString: return data::string_cell(arena.copy(*replacement_));
      case Kind::kDecimal: {
        std::optional<Cell> number = data::decimal_from_text(arena, number_);
        if (!number) return not_a_number("number");
        return *number;
      }
      case Kind::kInt8:
      case Kind::kInt16:
      case Kind::kInt32:
      case Kind::kInt64: {  // Values.convertTo...: by way of BigDecimal, narrowed silently
        std::optional<Cell> number = data::decimal_from_text(arena, number_);
        if (!number) return not_a_number("a number");
        int64_t wide = data::decimal_to_int64(*number);
        if (kind == Kind::kInt8) wide = static_cast<int8_t>(wide);
        if (kind == Kind::kInt16) wide = static_cast<int16_t>(wide);
        if (kind == Kind::kInt32) wide = static_cast<int32_t>(wide);
        return data::integer_cell(kind, wide);
      }
      case Kind::kFloat32:
      case Kind::kFloat64: {
        std::optional<Cell> number = data::decimal_from_text(arena, number_);
        if (!number) return not_a_number("a number");
        double wide = data::decimal_to_double(*number);
        return data::float_cell(
            kind, kind == Kind::kFloat32 ? static_cast<double>(static_cast<float>(wide)) : wide);
      }
      default:
        return data_failure("Cannot mask value of type class " +
                            std::string(data::java_class_name(value)) +
                            " with custom replacement.");
    }
  }

  const std::vector<std::string> fields_;
  const std::optional<std::string> replacement_;
  const std::string number_;  // the replacement, as it is read for numbers
  const bool with_default_;
  PlanCache<Plan> plans_;
  JavaMap map_;
};

}  // namespace

void add_mask_field(Registry& registry) {
  registry.add_sides(
      "MaskField", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        return std::make_unique<MaskField>(std::move(side), config);
      });
}

}  // namespace millrace::transform
