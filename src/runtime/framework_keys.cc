#include "runtime/framework_keys.h"

#include <algorithm>

#include "config/plugin_version.h"
#include "convert/converter.h"
#include "runtime/java_classes.h"
#include "transform/transform.h"

namespace millrace::runtime {
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

config::KnownClasses make_known_classes() {
  config::KnownClasses known;
  known.transform =
      known.predicate = [](std::string_view name) { return find_java_class(name).has_value(); };
  known.transform_problem = [](std::string_view name) {
    return subclass_problem("Transformation", name);
  };
  known.predicate_problem = [](std::string_view name) {
    return subclass_problem("Predicate", name);
  };
  known.transform_name = known.predicate_name = full_class_name;
  known.transform_keys = [](std::string_view name) -> const ConfigDef* {
    const transform::TransformClass* found = transform::find_transform(name);
    return found == nullptr ? nullptr : found->config_def;
  };
  known.predicate_keys = [](std::string_view name) -> const ConfigDef* {
    const transform::PredicateClass* found = transform::find_predicate(name);
    return found == nullptr ? nullptr : found->config_def;
  };
  for (const auto& each : transform::transform_classes())
    known.transforms.push_back(each.class_name);
  for (const auto& each : transform::predicate_classes())
    known.predicates.push_back(each.class_name);
  known.plugin_version = transform::kClassesVersion;
  for (const convert::ConverterClass& each : convert::converter_classes()) {
    if (each.key_value) known.converters.emplace_back(each.class_name);
    if (each.header) known.header_converters.emplace_back(each.class_name);
  }
  return known;
}

// Java: ConnectorConfig's validators of converters' classes and versions.
void judge_converter(ConfigKey& converter, ConfigKey& version) {
  converter.class_exists = [](std::string_view class_name) {
    return find_java_class(class_name).has_value();
  };
  converter.validator = [key = converter.name](std::string_view,
                                               const Value& value) -> std::optional<Problem> {
    if (value.is_null()) return {};
    auto problem =
        subclass_problem(key == "header.converter" ? "HeaderConverter" : "Converter", *value.text);
    if (!problem) return {};
    return Problem{*std::move(problem), true};
  };
  version.validator = range_problem;
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
  ConfigKey version = *definition.find(key + std::string(kVersion));
  judge_converter(converter, version);
  definition.define(std::move(converter));
  if (used && is_converter(key, *used)) version.default_value = enrichment.kafka_version;
  // A null that is given hides the worker's converter here, though not in the default.
  const bool hidden = properties.count(key) != 0 && !given(properties, key);
  if (used && !hidden && is_converter(key, config::trim(*used)))
    version.recommended = [versions = std::vector<std::string>{enrichment.kafka_version}](
                              const NullableProperties&) { return versions; };
  definition.define(std::move(version));
}

}  // namespace

const config::KnownClasses& known_classes() {
  static const config::KnownClasses known = make_known_classes();
  return known;
}

config::ConnectorKind kind_of(const plugin::ConnectorClass& type) {
  return type.type() == plugin::ConnectorType::kSource ? config::ConnectorKind::kSource
                                                       : config::ConnectorKind::kSink;
}

void judge_converters(ConfigDef& definition) {
  for (std::string_view name : kConverters) {
    ConfigKey converter = *definition.find(std::string(name));
    ConfigKey version = *definition.find(std::string(name) + std::string(kVersion));
    judge_converter(converter, version);
    definition.define(std::move(converter));
    definition.define(std::move(version));
  }
}

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

}  // namespace millrace::runtime
