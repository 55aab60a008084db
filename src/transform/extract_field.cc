// ExtractField: one field in place of the whole key or value.
#include "transform/field_path.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "field extraction";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(required_key("field", config::Type::kString, config::Importance::kMedium,
                          "The field to take."));
    d.define(replace_null_key());
    config::ConfigKey syntax = default_key(
        "field.syntax.version", config::Type::kString, "V1", config::Importance::kHigh,
        "V1: the field's name as it stands. V2: a path with dots to a nested field (KIP-821).");
    syntax.validator = config::one_of_ignoring_case({"V1", "V2"});
    d.define(syntax);
    return d;
  }();
  return def;
}

class ExtractField : public SideTransform {
 public:
  ExtractField(Side side, std::string text, FieldPath path, bool with_default)
      : SideTransform(std::move(side)),
        text_(std::move(text)),
        path_(std::move(path)),
        with_default_(with_default) {}

 private:
  Result<void> change(const Work&, Datum& datum) override {
    bool null = data::is_null(datum.value);
    if (datum.schema == nullptr) {
      if (null) return {};
      if (auto ok = require_map(datum.value, kPurpose); !ok) return ok;
      return store(path_.value_in(datum.value), datum);
    }
    if (!null) {
      if (auto ok = require_struct(datum.value, kPurpose); !ok) return ok;
    }
    const Schema* schema = datum.schema;
    Result<const Schema*> found = path_.schema_in(*schema);
    if (!found) return fail(std::move(found).error());
    datum.schema = *found;
    if (datum.schema == nullptr) {
      return fail(ErrorKind::bad_data, "Unknown field: " + text_,
                  "java.lang.IllegalArgumentException");
    }
    if (null) return {};
    return store(path_.value_in(*schema, datum.value, with_default_), datum);
  }

  static Result<void> store(Result<Cell> value, Datum& datum) {
    if (!value) return fail(std::move(value).error());
    datum.value = *value;
    return {};
  }

  const std::string text_;
  const FieldPath path_;
  const bool with_default_;
};

}  // namespace

void add_extract_field(Registry& registry) {
  registry.add_sides(
      "ExtractField", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        const std::string& version = config.text("field.syntax.version");
        bool nested = version == "V2" || version == "v2";
        Result<FieldPath> path = FieldPath::parse(config.text("field"), nested);
        if (!path) return fail(std::move(path).error());
        return std::make_unique<ExtractField>(std::move(side), config.text("field"),
                                              std::move(*path), config.boolean(kReplaceNull));
      });
}

}  // namespace millrace::transform
