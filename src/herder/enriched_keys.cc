#include "herder/enriched_keys.h"

#include <algorithm>

#include "convert/converter.h"
#include "transform/transform.h"

namespace millrace::herder {
namespace {

using config::ConfigDef;
using config::ConfigKey;
using config::ConfigValue;
using config::NullableProperties;
using config::Problem;
using config::Value;

constexpr std::string_view kConverters[] = {"key.converter", "value.converter", "header.converter"};
constexpr std::string_view kVersion = ".plugin.version";

bool is_converter(std::string_view key, std::string_view class_name) {
  const convert::ConverterClass* found = convert::find_converter(class_name);
  return found != nullptr && (key == "header.converter" ? found->header : found->key_value);
}

// Classes that Java would find where a converter is asked for, though they are none.
bool is_other_class(std::string_view name) {
  constexpr std::string_view kJava[] = {"java.lang.String",  "java.lang.Object",
                                        "java.lang.Integer", "java.lang.Long",
                                        "java.lang.Boolean", "java.lang.Double"};
  if (std::find(std::begin(kJava), std::end(kJava), name) != std::end(kJava)) return true;
  auto named = [name](const auto& each) { return each.class_name == name; };
  const auto& converters = convert::converter_classes();
  if (std::any_of(converters.begin(), converters.end(), named)) return true;
  const auto& transforms = transform::transform_classes();
  if (std::any_of(transforms.begin(), transforms.end(), named)) return true;
  const auto& predicates = transform::predicate_classes();
  return std::any_of(predicates.begin(), predicates.end(), named);
}

std::optional<std::string> given(const NullableProperties& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() ? std::nullopt : found->second;
}

std::optional<std::string> inherited(std::string_view key, const config::WorkerConfig* worker) {
  if (worker == nullptr) return {};
  const std::string& name = key == "key.converter"     ? worker->key_converter
                            : key == "value.converter" ? worker->value_converter
                                                       : worker->header_converter;
  return name.empty() ? std::nullopt : std::optional<std::string>(name);
}

void enrich_converter(ConfigDef& definition, std::string_view name,
                      const NullableProperties& properties, const Enrichment& enrichment) {
  const std::string key(name);
  const std::optional<std::string> used = [&] {
    auto own = given(properties, key);
    return own ? own : inherited(key, enrichment.worker);
  }();
  const bool known = used && is_converter(key, config::trim(*used));

  ConfigKey converter = *definition.find(key);
  converter.default_value = inherited(key, enrichment.worker);
  converter.class_exists = [key](std::string_view class_name) {
    return is_converter(key, class_name) || is_other_class(class_name);
  };
  converter.validator = [key](std::string_view, const Value& value) -> std::optional<Problem> {
    if (value.is_null() || is_converter(key, *value.text)) return {};
    return Problem{"Class class " + *value.text + " does not implement the " +
                       (key == "header.converter" ? "HeaderConverter" : "Converter") + " interface",
                   true};
  };
  definition.define(std::move(converter));

  ConfigKey version = *definition.find(key + std::string(kVersion));
  if (known) {
    version.default_value = enrichment.kafka_version;
    version.recommended = [versions = std::vector<std::string>{enrichment.kafka_version}](
                              const NullableProperties&) { return versions; };
  }
  definition.define(std::move(version));
}

}  // namespace

void enrich(ConfigDef& definition, const plugin::ConnectorClass& type,
            const NullableProperties& properties, const Enrichment& enrichment) {
  ConfigKey version = *definition.find("connector.plugin.version");
  version.default_value = type.version();
  version.recommended = [versions = std::vector<std::string>{type.version()}](
                            const NullableProperties&) { return versions; };
  definition.define(std::move(version));
  for (std::string_view key : kConverters)
    enrich_converter(definition, key, properties, enrichment);
}

void hide_versions(std::vector<ConfigValue>& values) {
  auto find = [&values](const std::string& name) {
    return std::find_if(values.begin(), values.end(),
                        [&name](const ConfigValue& value) { return value.name == name; });
  };
  for (std::string_view key : kConverters) {
    auto converter = find(std::string(key));
    auto version = find(std::string(key) + std::string(kVersion));
    if (converter != values.end() && version != values.end() && !converter->value)
      version->visible = false;
  }
}

}  // namespace millrace::herder
