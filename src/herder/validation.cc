#include "herder/validation.h"

#include <algorithm>
#include <future>

#include "base/redaction.h"
#include "config/connector_config.h"
#include "config/plugin_version.h"
#include "convert/converter.h"
#include "herder/converter_keys.h"
#include "herder/converter_validation.h"
#include "herder/override_validation.h"
#include "herder/validation_sections.h"
#include "runtime/call_thread.h"
#include "runtime/java_classes.h"
#include "transform/transform.h"

namespace millrace::herder {
namespace {

using config::ConfigDef;
using config::ConfigKey;
using config::ConfigValue;
using config::ConnectorKind;

constexpr char kConfigException[] = "org.apache.kafka.common.config.ConfigException";
constexpr char kBadRequest[] = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException";

std::optional<std::string> text_of(const NullableProperties& properties, const std::string& key) {
  auto found = properties.find(key);
  if (found == properties.end()) return {};
  return found->second;
}

// As Java prints a map; without what looks like a secret, since no table says which values are.
std::string printed(const NullableProperties& properties, const KeyOrder& given) {
  std::string text = "{";
  for (const std::string& key : hash_map_order(properties, given)) {
    const std::optional<std::string>& value = properties.at(key);
    if (text.size() > 1) text += ", ";
    const bool secret = key.find("password") != std::string::npos ||
                        key.find("secret") != std::string::npos ||
                        key.find("jaas") != std::string::npos;
    text += key + "=" + (secret ? "[hidden]" : value.value_or("null"));
  }
  return text + "}";
}

void add_null_errors(const NullableProperties& properties, const KeyOrder& given,
                     std::vector<ConfigValue>& values) {
  for (const std::string& key : hash_map_order(properties, given)) {
    if (properties.at(key)) continue;
    ConfigValue* found = find_value(values, key);
    if (found == nullptr) {
      found = &values.emplace_back();
      found->name = key;
    }
    found->errors.push_back("Null value can not be supplied as the configuration value.");
  }
}

// Java: generateResult. Values without a definition come first, as a HashMap has them; a key that
// both define is the connector's, at the framework's place.
ConfigInfos merge_keys(const ConfigDef& framework, const ConfigDef& own,
                       std::vector<ConfigValue> framework_values,
                       std::vector<ConfigValue> own_values) {
  std::map<std::string, ConfigValue, std::less<>> values;
  HashMapKeys names;
  for (const ConfigValue& value : framework_values)
    framework.find(value.name) != nullptr ? names.put(value.name)
                                          : names.compute_if_absent(value.name);
  for (auto* list : {&framework_values, &own_values})
    for (ConfigValue& value : *list) {
      std::string name = value.name;
      values[name] = std::move(value);
    }
  ConfigInfos infos;
  auto add = [&](const std::string& name, std::optional<ConfigKey> key) {
    ConfigInfo& info = infos.configs.emplace_back();
    info.definition = std::move(key);
    if (auto found = values.find(name); found != values.end()) {
      infos.error_count += static_cast<int32_t>(found->second.errors.size());
      info.value = found->second;
    }
  };
  for (const std::string& name : names.in_order())
    if (framework.find(name) == nullptr && own.find(name) == nullptr) add(name, std::nullopt);
  for (const ConfigKey& key : framework.keys()) {
    const ConfigKey* redefined = own.find(key.name);
    add(key.name, redefined != nullptr ? *redefined : key);
  }
  for (const ConfigKey& key : own.keys())
    if (framework.find(key.name) == nullptr) add(key.name, key);
  add_groups(infos.groups, framework);
  add_groups(infos.groups, own);
  return infos;
}

// The connector's own judgement, by a plug-in that may hang.
Result<std::vector<ConfigValue>> validate_by_connector(
    const std::shared_ptr<const plugin::ConnectorClass>& connector_class,
    const NullableProperties& properties, Herder::Deadline deadline) {
  using Answer = Result<std::vector<ConfigValue>>;
  auto answered = std::make_shared<std::promise<Answer>>();
  std::future<Answer> answer = answered->get_future();
  auto thread = std::make_shared<runtime::CallThread>("validate");
  thread->post([answered, connector_class, given = config::given_of(properties), properties] {
    std::vector<ConfigValue> values = connector_class->config_def().validate(properties);
    Result<void> judged = connector_class->validate(given, values);
    if (judged)
      answered->set_value(std::move(values));
    else
      answered->set_value(fail(std::move(judged).error()));
  });
  if (answer.wait_until(deadline) != std::future_status::ready)
    return fail(ErrorKind::timed_out, "The connector " + connector_class->class_name() +
                                          " did not finish its validation in time.");
  return answer.get();
}

Result<config::Resolution> resolved(config::ConfigResolver& resolver,
                                    const NullableProperties& properties) {
  return resolver.resolution(config::given_of(properties));
}

// Answers show what the user wrote, not what stood behind it.
void hide_resolved(const config::Resolution& resolution, const NullableProperties& raw,
                   ConfigInfos& infos) {
  if (resolution.secrets.empty()) return;
  for (ConfigInfo& info : infos.configs) {
    if (!info.value) continue;
    if (resolution.resolved_keys.count(info.value->name) != 0)
      info.value->value = raw.at(info.value->name);
    for (std::string& error : info.value->errors)
      error = redaction::without(error, resolution.secrets);
  }
}

// A class that was named by its alias is answered by its full name.
void name_classes_in_full(const ConfigDef& definition, std::vector<ConfigValue>& values) {
  for (ConfigValue& value : values) {
    const ConfigKey* key = definition.find(value.name);
    if (key != nullptr && key->type == config::Type::kClass && value.value)
      value.value = runtime::full_class_name(*value.value);
  }
}

// Of the names that a connector has, the one under which it is listed.
std::string listed_name(const plugin::ConnectorClass& type, const std::string& named) {
  const std::vector<std::string>& others = type.other_names();
  if (others.empty() || type.class_name() == named) return type.class_name();
  const auto same = std::find(others.begin(), others.end(), named);
  return same == others.end() ? others.front() : *same;
}

// The answer to a connector whose version is not there: the keys that both kinds have, and no more.
// Java: invalidVersionedConnectorValidation.
ConfigInfos without_version(const plugin::ConnectorClass& type,
                            const NullableProperties& properties, const KeyOrder& order,
                            const std::string& message) {
  ConfigDef definition = config::common_connector_keys();
  runtime::enrich(definition, type, {}, {});
  ConfigDef plain;
  for (ConfigKey key : definition.keys()) {
    key.recommended = nullptr;
    plain.define(std::move(key));
  }
  std::vector<ConfigValue> values = plain.validate(properties);
  name_classes_in_full(plain, values);
  runtime::hide_versions(values);
  for (const char* key : {"connector.class", "connector.plugin.version"})
    find_value(values, key)->errors.push_back(message);
  find_value(values, "connector.plugin.version")->recommended_values = {type.version()};
  add_null_errors(properties, order, values);
  return merge_keys(plain, ConfigDef(), std::move(values), {});
}

Result<ConfigInfos> validate_as(const ValidationParts& parts,
                                const std::shared_ptr<const plugin::ConnectorClass>& type,
                                const NullableProperties& properties, const KeyOrder& order,
                                Herder::Deadline deadline) {
  const ConnectorKind kind = runtime::kind_of(*type);
  ConfigDef framework = config::connector_config_def(kind, properties, runtime::known_classes());
  runtime::enrich(framework, *type, properties, parts.enrichment);
  std::vector<ConfigValue> values = framework.validate(properties);
  name_classes_in_full(framework, values);
  runtime::hide_versions(values);
  if (kind == ConnectorKind::kSink)
    if (auto checked = config::check_sink_config(properties, values); !checked)
      return fail(std::move(checked).error());
  if (parts.cluster) validate_in_cluster(*parts.cluster, *type, properties, values);
  add_null_errors(properties, order, values);
  // Converters may add errors to the keys that name them: before those are collected.
  ConfigInfos converters = validate_converters(properties, parts.enrichment, values);
  auto overrides = validate_overrides(
      *parts.client_overrides, kind, properties,
      parts.cluster && has_offsets_clients(*parts.cluster, kind, properties), order);
  if (!overrides) return fail(std::move(overrides).error());
  auto own_values = validate_by_connector(type, properties, deadline);
  if (!own_values) return fail(std::move(own_values).error());
  ConfigInfos infos =
      merge_keys(framework, type->config_def(), std::move(values), *std::move(own_values));
  append(infos, *std::move(overrides));
  append(infos, std::move(converters));
  return infos;
}

// raw: as given, with variables.
Result<ConfigInfos> validate_resolved(const ValidationParts& parts, const NullableProperties& raw,
                                      const NullableProperties& properties, const KeyOrder& order,
                                      Herder::Deadline deadline) {
  const std::optional<std::string> named = text_of(properties, "connector.class");
  if (!named)
    return fail(ErrorKind::bad_config,
                "Connector config " + printed(raw, order) + " contains no connector type",
                kBadRequest);
  auto range = config::VersionRange::of(text_of(properties, "connector.plugin.version"));
  if (!range) return fail(ErrorKind::bad_config, range.error().message(), kBadRequest);
  auto found = parts.plugins->find(*named);
  if (!found)
    return fail(ErrorKind::bad_config, parts.unknown_classes->told(*named, found.error()),
                kBadRequest);
  const plugin::ConnectorClass& type = **found;
  auto infos = [&]() -> Result<ConfigInfos> {
    if (!*range || (*range)->contains(type.version()))
      return validate_as(parts, *found, properties, order, deadline);
    return without_version(
        type, properties, order,
        config::no_such_version(listed_name(type, *named), **range, {type.version()}));
  }();
  if (infos) infos->name = *named;
  return infos;
}

}  // namespace

std::string UnknownClasses::told(const std::string& name, const Error& error) {
  std::lock_guard lock(mutex_);
  if (names_.count(name) != 0) return std::string(error.exception_class()) + ": " + error.message();
  if (names_.size() < kMost) names_.insert(name);
  return error.message();
}

Result<ConfigInfos> validate_connector(const ValidationParts& parts,
                                       const NullableProperties& config, Herder::Deadline deadline,
                                       const KeyOrder& order) {
  Result<config::Resolution> resolution = resolved(*parts.resolver, config);
  if (!resolution) return fail(std::move(resolution).error());
  // Of a connector that there may never be: kept for a while only.
  auto name = config.find("name");
  const std::string owner =
      "validation " + (name == config.end() ? std::string() : name->second.value_or(""));
  redaction::note(owner, resolution->secrets);
  redaction::retire(owner);
  NullableProperties properties(resolution->values.begin(), resolution->values.end());
  for (const auto& [key, value] : config)
    if (!value) properties[key] = std::nullopt;
  Result<ConfigInfos> infos = validate_resolved(parts, config, properties, order, deadline);
  if (infos) hide_resolved(*resolution, config, *infos);
  if (!infos && infos.error().kind() == ErrorKind::fatal)
    return fail(ErrorKind::fatal, redaction::without(infos.error().message(), resolution->secrets),
                kConfigException);
  return infos;
}

std::optional<std::string> refusal(const ConfigInfos& infos) {
  if (infos.error_count == 0) return {};
  std::string text = "Connector configuration is invalid and contains the following " +
                     std::to_string(infos.error_count) + " error(s):";
  for (const ConfigInfo& info : infos.configs)
    if (info.value)
      for (const std::string& error : info.value->errors) text += "\n" + error;
  return text +
         "\nYou can also find the above list of errors at the endpoint "
         "`/connector-plugins/{connectorType}/config/validate`";
}

Result<std::vector<ConfigKey>> keys_of_plugin(const plugin::Catalogue& plugins,
                                              const std::string& plugin,
                                              const std::string& version) {
  auto range = config::VersionRange::of(version);
  if (!range) return fail(ErrorKind::bad_config, "Invalid version specification: " + version);
  // Java lists a class once for each kind of plug-in that it is.
  auto checked = [&range](const std::string& class_name, const std::string& available, size_t kinds,
                          std::vector<ConfigKey> keys) -> Result<std::vector<ConfigKey>> {
    if (!*range || (*range)->contains(available)) return keys;
    return fail(
        ErrorKind::bad_config,
        config::no_such_version(class_name, **range, std::vector<std::string>(kinds, available)));
  };
  const std::string kafka(transform::kClassesVersion);
  if (auto found = plugins.find(plugin)) {
    const plugin::ConnectorClass& type = **found;
    ConfigDef definition = type.config_def();
    ConfigDef framework =
        config::connector_config_def(runtime::kind_of(type), {}, runtime::known_classes());
    runtime::enrich(framework, type, {}, {});
    definition.append(framework);
    return checked(listed_name(type, plugin), type.version(), 1, definition.keys());
  }
  if (const convert::ConverterClass* converter = convert::find_converter(plugin))
    return checked(std::string(converter->class_name), kafka,
                   (converter->key_value ? 1u : 0u) + (converter->header ? 1u : 0u),
                   converter_config_def(converter->class_name).keys());
  if (const auto* transform = transform::find_transform(plugin))
    return checked(transform->class_name, kafka, 1, transform->config_def->keys());
  if (const auto* predicate = transform::find_predicate(plugin))
    return checked(predicate->class_name, kafka, 1, predicate->config_def->keys());
  return fail(ErrorKind::not_found, "Unknown plugin " + plugin + ".");
}

}  // namespace millrace::herder
