#include "herder/validation.h"

#include <algorithm>
#include <future>

#include "base/redaction.h"
#include "config/connector_config.h"
#include "convert/converter.h"
#include "herder/converter_keys.h"
#include "runtime/call_thread.h"
#include "transform/transform.h"

namespace millrace::herder {
namespace {

using config::ConfigDef;
using config::ConfigKey;
using config::ConfigValue;
using config::ConnectorKind;

constexpr char kBadRequest[] = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException";

void know_transforms(config::KnownClasses& known) {
  known.transform_problem = transform::abstract_transform_problem;
  known.transform_keys = [](std::string_view name) -> const ConfigDef* {
    const transform::TransformClass* found = transform::find_transform(name);
    return found == nullptr ? nullptr : found->config_def;
  };
  known.predicate_keys = [](std::string_view name) -> const ConfigDef* {
    const transform::PredicateClass* found = transform::find_predicate(name);
    return found == nullptr ? nullptr : found->config_def;
  };
  known.transform = [](std::string_view name) {
    return transform::find_transform(name) != nullptr ||
           transform::abstract_transform_problem(name).has_value();
  };
  known.predicate = [](std::string_view name) {
    return transform::find_predicate(name) != nullptr;
  };
  for (const auto& each : transform::transform_classes())
    known.transforms.push_back(each.class_name);
  for (const auto& each : transform::predicate_classes())
    known.predicates.push_back(each.class_name);
  known.plugin_version = transform::kClassesVersion;
}

config::KnownClasses known_classes() {
  config::KnownClasses known;
  known.converter = [](std::string_view name) {
    const convert::ConverterClass* found = convert::find_converter(name);
    return found != nullptr && found->key_value;
  };
  known.header_converter = [](std::string_view name) {
    const convert::ConverterClass* found = convert::find_converter(name);
    return found != nullptr && found->header;
  };
  know_transforms(known);
  for (const convert::ConverterClass& each : convert::converter_classes()) {
    if (each.key_value) known.converters.emplace_back(each.class_name);
    if (each.header) known.header_converters.emplace_back(each.class_name);
  }
  return known;
}

std::optional<std::string> text_of(const NullableProperties& properties, const std::string& key) {
  auto found = properties.find(key);
  if (found == properties.end()) return {};
  return found->second;
}

// As Java prints a map; without what looks like a secret, since no table says which values are.
std::string printed(const NullableProperties& properties) {
  std::string text = "{";
  for (const auto& [key, value] : properties) {
    if (text.size() > 1) text += ", ";
    const bool secret = key.find("password") != std::string::npos ||
                        key.find("secret") != std::string::npos ||
                        key.find("jaas") != std::string::npos;
    text += key + "=" + (secret ? "[hidden]" : value.value_or("null"));
  }
  return text + "}";
}

ConfigValue* find_value(std::vector<ConfigValue>& values, std::string_view name) {
  auto found = std::find_if(values.begin(), values.end(),
                            [name](const ConfigValue& value) { return value.name == name; });
  return found == values.end() ? nullptr : &*found;
}

void add_null_errors(const NullableProperties& properties, std::vector<ConfigValue>& values) {
  for (const auto& [key, value] : properties) {
    if (value) continue;
    ConfigValue* found = find_value(values, key);
    if (found == nullptr) {
      found = &values.emplace_back();
      found->name = key;
    }
    found->errors.push_back("Null value can not be supplied as the configuration value.");
  }
}

void add_group(std::vector<std::string>& groups, const std::optional<std::string>& group) {
  if (group && std::find(groups.begin(), groups.end(), *group) == groups.end())
    groups.push_back(*group);
}

void add_groups(std::vector<std::string>& groups, const ConfigDef& definition) {
  for (const ConfigKey& key : definition.keys()) add_group(groups, key.group);
}

// One section: values under a prefix, with the definitions they have. Java counts here the values
// that have errors, not the errors.
ConfigInfos prefixed(const ConfigDef& definition, std::vector<ConfigValue> values,
                     const std::string& prefix) {
  ConfigInfos infos;
  HashMapKeys names;  // in Java these values come out of a HashMap
  for (const ConfigValue& value : values) names.put(value.name);
  for (const std::string& name : names.in_order()) {
    ConfigValue& value = *find_value(values, name);
    ConfigInfo& info = infos.configs.emplace_back();
    if (const ConfigKey* key = definition.find(value.name)) {
      info.definition = *key;
      info.definition->name = prefix + key->name;
      add_group(infos.groups, key->group);
    }
    value.name = prefix + value.name;
    infos.error_count += value.errors.empty() ? 0 : 1;
    info.value = std::move(value);
  }
  return infos;
}

void append(ConfigInfos& into, ConfigInfos from) {
  into.error_count += from.error_count;
  for (const std::string& group : from.groups) add_group(into.groups, group);
  for (ConfigInfo& info : from.configs) into.configs.push_back(std::move(info));
}

// Only of a converter that the connector itself names, and names rightly.
ConfigInfos validate_converter(const NullableProperties& properties, const std::string& key,
                               const std::string& type, std::vector<ConfigValue>& values) {
  const std::optional<std::string> named = text_of(properties, key);
  ConfigValue* finding = find_value(values, key);
  if (!named || finding == nullptr || !finding->errors.empty()) return {};
  const convert::ConverterClass* found = convert::find_converter(config::trim(*named));
  if (found == nullptr) return {};
  NullableProperties own{{"converter.type", type}};
  convert::ConverterConfig settings{{"converter.type", type}};
  for (const auto& [name, value] : properties)
    if (name.compare(0, key.size() + 1, key + ".") == 0 && value) {
      own[name.substr(key.size() + 1)] = value;
      settings[name.substr(key.size() + 1)] = *value;
    }
  const ConfigDef& definition = converter_config_def(found->class_name);
  std::vector<ConfigValue> findings = definition.validate(own);
  const bool sound = std::all_of(findings.begin(), findings.end(),
                                 [](const ConfigValue& value) { return value.errors.empty(); });
  if (sound) {
    const convert::Role role = type == "key"     ? convert::Role::kKey
                               : type == "value" ? convert::Role::kValue
                                                 : convert::Role::kHeader;
    if (auto made = convert::make_converter(found->class_name, role, settings); !made)
      finding->errors.push_back("Failed to perform config validation for " + type +
                                " converter: " + made.error().message());
  }
  return prefixed(definition, std::move(findings), key + ".");
}

ConfigInfos validate_converters(const NullableProperties& properties,
                                std::vector<ConfigValue>& values) {
  ConfigInfos infos;
  append(infos, validate_converter(properties, "header.converter", "header", values));
  append(infos, validate_converter(properties, "key.converter", "key", values));
  append(infos, validate_converter(properties, "value.converter", "value", values));
  return infos;
}

ConfigInfos validate_overrides(const config::ClientOverridePolicy& policy, ConnectorKind kind,
                               const NullableProperties& properties) {
  Properties given;
  for (const auto& [key, value] : properties)
    if (value) given.emplace(key, *value);
  const bool source = kind == ConnectorKind::kSource;
  const bool dead_letters = config::has_dead_letter_topic(properties);
  ConfigInfos infos;
  auto section = [&](std::string_view prefix) {
    append(infos, prefixed(ConfigDef(), policy.validate(config::with_prefix(given, prefix)),
                           std::string(prefix)));
  };
  if (source || dead_letters) section(config::kProducerOverride);
  if (!source) section(config::kConsumerOverride);
  if (source ? config::uses_topic_creation(properties) : dead_letters)
    section(config::kAdminOverride);
  return infos;
}

// Java: generateResult. Values without a definition come first; a key that both define is the
// connector's, at the framework's place.
ConfigInfos merge_keys(const ConfigDef& framework, const ConfigDef& own,
                       std::vector<ConfigValue> framework_values,
                       std::vector<ConfigValue> own_values) {
  std::map<std::string, ConfigValue, std::less<>> values;
  std::vector<std::string> undefined;
  for (auto* list : {&framework_values, &own_values})
    for (ConfigValue& value : *list) {
      const bool defined = framework.find(value.name) != nullptr || own.find(value.name) != nullptr;
      if (!defined && values.count(value.name) == 0) undefined.push_back(value.name);
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
  for (const std::string& name : undefined) add(name, std::nullopt);
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
  Properties given;
  for (const auto& [key, value] : properties)
    if (value) given.emplace(key, *value);
  using Answer = Result<std::vector<ConfigValue>>;
  auto answered = std::make_shared<std::promise<Answer>>();
  std::future<Answer> answer = answered->get_future();
  auto thread = std::make_shared<runtime::CallThread>("validate");
  thread->post([answered, connector_class, given, properties] {
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
  Properties given;
  for (const auto& [key, value] : properties)
    if (value) given.emplace(key, *value);
  return resolver.resolution(given);
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
void name_classes_in_full(std::vector<ConfigValue>& values) {
  for (ConfigValue& value : values) {
    if (!value.value || !value.name.ends_with(".type")) continue;
    if (value.name.starts_with("transforms.")) {
      if (const auto* found = transform::find_transform(*value.value))
        value.value = found->class_name;
    } else if (value.name.starts_with("predicates.")) {
      if (const auto* found = transform::find_predicate(*value.value))
        value.value = found->class_name;
    }
  }
}

}  // namespace

Result<ConfigInfos> validate_connector(const ValidationParts& parts,
                                       const NullableProperties& config,
                                       Herder::Deadline deadline) {
  Result<config::Resolution> resolution = resolved(*parts.resolver, config);
  if (!resolution) return fail(std::move(resolution).error());
  // Of a connector that there may never be: kept for a while only.
  auto name = config.find("name");
  const std::string owner =
      "validation " + (name == config.end() ? std::string() : name->second.value_or(""));
  redaction::note(owner, resolution->secrets);
  redaction::retire(owner);
  NullableProperties all(resolution->values.begin(), resolution->values.end());
  for (const auto& [key, value] : config)
    if (!value) all[key] = std::nullopt;
  const NullableProperties* properties = &all;
  const std::optional<std::string> named = text_of(*properties, "connector.class");
  if (!named)
    return fail(ErrorKind::bad_config,
                "Connector config " + printed(config) + " contains no connector type", kBadRequest);
  auto found = parts.plugins->find(config::trim(*named));
  if (!found) return fail(ErrorKind::bad_config, found.error().message(), kBadRequest);
  const ConnectorKind kind = (*found)->type() == plugin::ConnectorType::kSource
                                 ? ConnectorKind::kSource
                                 : ConnectorKind::kSink;

  ConfigDef framework = config::connector_config_def(kind, *properties, known_classes());
  enrich(framework, **found, *properties, parts.enrichment);
  std::vector<ConfigValue> values = framework.validate(*properties);
  name_classes_in_full(values);
  hide_versions(values);
  if (kind == ConnectorKind::kSink) config::check_sink_config(*properties, values);
  add_null_errors(*properties, values);
  // Converters may add errors to the keys that name them: before those are collected.
  ConfigInfos converters = validate_converters(*properties, values);
  ConfigInfos overrides = validate_overrides(*parts.client_overrides, kind, *properties);
  auto own_values = validate_by_connector(*found, *properties, deadline);
  if (!own_values) return fail(std::move(own_values).error());

  ConfigInfos infos =
      merge_keys(framework, (*found)->config_def(), std::move(values), *std::move(own_values));
  append(infos, std::move(overrides));
  append(infos, std::move(converters));
  infos.name = *named;
  hide_resolved(*resolution, config, infos);
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
                                              const std::string& plugin) {
  if (auto found = plugins.find(plugin)) {
    const ConnectorKind kind = (*found)->type() == plugin::ConnectorType::kSource
                                   ? ConnectorKind::kSource
                                   : ConnectorKind::kSink;
    ConfigDef definition = (*found)->config_def();
    ConfigDef framework = config::connector_config_def(kind, {}, known_classes());
    enrich(framework, **found, {}, {});
    definition.append(framework);
    return definition.keys();
  }
  if (const convert::ConverterClass* converter = convert::find_converter(plugin))
    return converter_config_def(converter->class_name).keys();
  if (const auto* transform = transform::find_transform(plugin))
    return transform->config_def->keys();
  if (const auto* predicate = transform::find_predicate(plugin))
    return predicate->config_def->keys();
  return fail(ErrorKind::not_found, "Unknown plugin " + plugin + ".");
}

}  // namespace millrace::herder
