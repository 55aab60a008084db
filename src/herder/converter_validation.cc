#include "herder/converter_validation.h"

#include "config/plugin_version.h"
#include "convert/converter.h"
#include "herder/converter_keys.h"
#include "herder/validation_sections.h"

namespace millrace::herder {
namespace {

using config::ConfigDef;
using config::ConfigValue;

std::optional<std::string> text_of(const NullableProperties& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() ? std::nullopt : found->second;
}

// Whether the version is not there: then both keys say so.
bool refuse_version(const convert::ConverterClass& converter,
                    const std::optional<std::string>& version, const std::string& available,
                    ConfigValue& class_value, ConfigValue& version_value) {
  auto range = config::VersionRange::of(version);
  if (!range || !*range || (*range)->contains(available)) return false;
  // Java lists a class once for each kind of plug-in that it is.
  const size_t kinds = (converter.key_value ? 1u : 0u) + (converter.header ? 1u : 0u);
  const std::string message = config::no_such_version(converter.class_name, **range,
                                                      std::vector<std::string>(kinds, available));
  class_value.errors.push_back(message);
  version_value.errors.push_back(message);
  return true;
}

ConfigInfos validate_converter(const NullableProperties& properties,
                               const runtime::Enrichment& enrichment, const std::string& key,
                               const std::string& type, std::vector<ConfigValue>& values) {
  const std::optional<std::string> named = text_of(properties, key);
  ConfigValue* class_value = find_value(values, key);
  ConfigValue* version_value = find_value(values, key + ".plugin.version");
  if (!named || class_value == nullptr || version_value == nullptr) return {};
  if (!class_value->errors.empty() || !version_value->errors.empty()) return {};
  const convert::ConverterClass* found = convert::find_converter(config::trim(*named));
  if (found == nullptr) return {};
  if (*named != config::trim(*named)) {
    // Good enough for the check of the class, not for making an instance of it.
    class_value->errors.push_back("Failed to load class " + *named + ": " + *named);
    return {};
  }
  if (refuse_version(*found, text_of(properties, key + ".plugin.version"), enrichment.kafka_version,
                     *class_value, *version_value))
    return {};
  NullableProperties own;
  const std::string prefix = key + ".";
  for (const auto& [name, value] : properties)
    if (name.size() > prefix.size() && name.starts_with(prefix))
      own[name.substr(prefix.size())] = value;
  if (!own["converter.type"]) own["converter.type"] = type;
  const ConfigDef& definition = converter_config_def(found->class_name);
  std::vector<ConfigValue> findings = definition.validate(own);
  return prefixed(definition, std::move(findings), prefix);
}

}  // namespace

ConfigInfos validate_converters(const NullableProperties& properties,
                                const runtime::Enrichment& enrichment,
                                std::vector<ConfigValue>& values) {
  ConfigInfos infos;
  for (const char* type : {"header", "key", "value"})
    append(infos, validate_converter(properties, enrichment, std::string(type) + ".converter", type,
                                     values));
  return infos;
}

}  // namespace millrace::herder
