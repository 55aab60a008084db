#include "convert/converter.h"

#include "convert/converter_config.h"
#include "convert/json_converter.h"
#include "convert/simple_converters.h"

namespace millrace::convert {
namespace {

using data::Kind;

using Maker = Result<std::unique_ptr<Converter>> (*)(const config::Config& config);

Result<std::unique_ptr<Converter>> make_json(const config::Config& config) {
  JsonConverterSettings settings;
  settings.schemas_enable = config.boolean("schemas.enable");
  settings.schemas_cache_size = static_cast<int32_t>(config.number("schemas.cache.size"));
  settings.replace_null_with_default = config.boolean("replace.null.with.default");
  bool numeric = (config.text("decimal.format")[0] | 0x20) == 'n';
  settings.decimal_format = numeric ? DecimalFormat::kNumeric : DecimalFormat::kBase64;
  settings.schema_content = config.nullable_text("schema.content").value_or("");
  return JsonConverter::make(settings);
}

Result<std::unique_ptr<Converter>> make_string(const config::Config& config) {
  return make_string_converter(config.nullable_text("converter.encoding").value_or("UTF-8"));
}

template <Kind kind>
Result<std::unique_ptr<Converter>> make_number(const config::Config&) {
  return make_number_converter(kind);
}

template <std::unique_ptr<Converter> (*make)()>
Result<std::unique_ptr<Converter>> make_plain(const config::Config&) {
  return make();
}

struct Entry {
  std::string_view alias;
  Maker make;
};

constexpr ConverterClass kClasses[] = {
    {"org.apache.kafka.connect.converters.BooleanConverter", true, true},
    {"org.apache.kafka.connect.converters.ByteArrayConverter", true, true},
    {"org.apache.kafka.connect.converters.DoubleConverter", true, true},
    {"org.apache.kafka.connect.converters.FloatConverter", true, true},
    {"org.apache.kafka.connect.converters.IntegerConverter", true, true},
    {"org.apache.kafka.connect.converters.LongConverter", true, true},
    {"org.apache.kafka.connect.converters.ShortConverter", true, true},
    {"org.apache.kafka.connect.json.JsonConverter", true, true},
    {"org.apache.kafka.connect.storage.SimpleHeaderConverter", true, false},
    {"org.apache.kafka.connect.storage.StringConverter", true, true}};

// In the order of kClasses.
constexpr Entry kEntries[] = {{"Boolean", make_plain<make_boolean_converter>},
                              {"ByteArray", make_plain<make_byte_array_converter>},
                              {"Double", make_number<Kind::kFloat64>},
                              {"Float", make_number<Kind::kFloat32>},
                              {"Integer", make_number<Kind::kInt32>},
                              {"Long", make_number<Kind::kInt64>},
                              {"Short", make_number<Kind::kInt16>},
                              {"Json", make_json},
                              {"Simple", make_plain<make_simple_header_converter>},
                              {"String", make_string}};
static_assert(std::size(kClasses) == std::size(kEntries));

std::string_view simple_name(std::string_view class_name) {
  return class_name.substr(class_name.rfind('.') + 1);
}

const char* role_name(Role role) {
  return role == Role::kKey ? "key" : role == Role::kValue ? "value" : "header";
}

}  // namespace

std::span<const ConverterClass> converter_classes() { return kClasses; }

const ConverterClass* find_converter(std::string_view class_or_alias) {
  for (size_t i = 0; i < std::size(kClasses); ++i) {
    const ConverterClass& entry = kClasses[i];
    if (class_or_alias == entry.class_name || class_or_alias == simple_name(entry.class_name) ||
        class_or_alias == kEntries[i].alias) {
      return &entry;
    }
  }
  return nullptr;
}

Result<std::unique_ptr<Converter>> make_converter(std::string_view class_or_alias, Role role,
                                                  const ConverterConfig& config) {
  const ConverterClass* found = find_converter(class_or_alias);
  if (found == nullptr) {
    return fail(ErrorKind::not_found,
                "There is no converter class " + std::string(class_or_alias) + " in this worker");
  }
  if (role != Role::kHeader && !found->key_value) {
    return fail(ErrorKind::bad_config,
                std::string(found->class_name) + " converts headers only, neither keys nor values");
  }
  config::Properties properties(config.begin(), config.end());
  properties["converter.type"] = role_name(role);
  auto parsed = converter_config_def(found->class_name).parse(properties);
  if (!parsed) return fail(std::move(parsed).error());
  return kEntries[found - kClasses].make(*parsed);
}

}  // namespace millrace::convert
