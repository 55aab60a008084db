#include "herder/enriched_keys.h"

#include <algorithm>

#include "config/plugin_version.h"
#include "convert/converter.h"
#include "herder/java_classes.h"

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

// Java: PluginVersionValidator.
std::optional<Problem> range_problem(std::string_view, const Value& value) {
  auto range = config::VersionRange::of(value.text);
  if (range) return {};
  return Problem{range.error().message(), true};
}

void enrich_converter(ConfigDef& definition, std::string_view name,
                      const NullableProperties& properties, const Enrichment& enrichment) {
  const std::string key(name);
  const std::optional<std::string> used = [&] {
    auto own = given(properties, key);
    return own ? own : inherited(key, enrichment.worker);
  }();

  ConfigKey converter = *definition.find(key);
  converter.default_value = inherited(key, enrichment.worker);
  converter.class_exists = [](std::string_view class_name) {
    return find_java_class(class_name).has_value();
  };
  converter.validator = [key](std::string_view, const Value& value) -> std::optional<Problem> {
    if (value.is_null()) return {};
    auto problem =
        subclass_problem(key == "header.converter" ? "HeaderConverter" : "Converter", *value.text);
    if (!problem) return {};
    return Problem{*std::move(problem), true};
  };
  definition.define(std::move(converter));

  ConfigKey version = *definition.find(key + std::string(kVersion));
  version.validator = range_problem;
  if (used && is_converter(key, *used)) version.default_value = enrichment.kafka_version;
  // A null that is given hides the worker's converter here, though not in the default.
  const bool hidden = properties.count(key) != 0 && !given(properties, key);
  if (used && !hidden && is_converter(key, config::trim(*used)))
    version.recommended = [versions = std::vector<std::string>{enrichment.kafka_version}](
                              const NullableProperties&) { return versions; };
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
