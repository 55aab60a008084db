#include "runtime/connector_check.h"

#include "config/alias_keys.h"
#include "config/connector_config.h"
#include "runtime/framework_keys.h"
#include "runtime/topic_creation.h"

namespace millrace::runtime {
namespace {

using config::ConfigDef;
using config::ConfigValue;
using config::ConnectorKind;

constexpr char kConfigException[] = "org.apache.kafka.common.config.ConfigException";

Result<void> first_problem(const std::vector<ConfigValue>& values) {
  for (const ConfigValue& value : values)
    if (!value.errors.empty())
      return fail(ErrorKind::bad_config, value.errors.front(), kConfigException);
  return {};
}

// The keys that `transforms` and `predicates` bring.
Result<void> check_aliases(const config::NullableProperties& config) {
  if (config.count("transforms") == 0 && config.count("predicates") == 0) return {};
  ConfigDef keys;
  config::define_aliases(keys, config, known_classes());
  std::vector<ConfigValue> values = keys.validate(config);
  // Classes first: all other keys come from them. Java: EnrichablePlugin.configDefsForClass.
  std::vector<ConfigValue> classes;
  for (const ConfigValue& value : values) {
    const config::ConfigKey* key = keys.find(value.name);
    if (key == nullptr || key->type != config::Type::kClass) continue;
    classes.push_back(value);
    if (config.count(value.name) == 0)
      classes.back().errors = {config::invalid_value(
          value.name, "null",
          value.name.starts_with("transforms.") ? "Not a Transformation" : "Not a Predicate")};
  }
  if (auto checked = first_problem(classes); !checked) return checked;
  return first_problem(values);
}

config::NullableProperties nullable(const config::Properties& config) {
  return {config.begin(), config.end()};
}

Result<void> check_common_keys(const config::NullableProperties& config) {
  static const ConfigDef keys = [] {
    ConfigDef made = config::common_connector_keys();
    judge_converters(made);
    return made;
  }();
  return first_problem(keys.validate(config));
}

// Those that not both kinds have.
ConfigDef keys_of_kind(ConnectorKind kind) {
  const ConfigDef all = config::connector_config_def(kind, {}, {});
  ConfigDef keys;
  for (const config::ConfigKey& key : all.keys())
    if (config::common_connector_keys().find(key.name) == nullptr) keys.define(key);
  return keys;
}

Result<void> check_kind_keys(plugin::ConnectorType type, const config::NullableProperties& config) {
  static const ConfigDef of_sources = keys_of_kind(ConnectorKind::kSource);
  static const ConfigDef of_sinks = keys_of_kind(ConnectorKind::kSink);
  const bool source = type == plugin::ConnectorType::kSource;
  return first_problem((source ? of_sources : of_sinks).validate(config));
}

}  // namespace

Result<void> check_common_config(const config::Properties& config) {
  const config::NullableProperties given = nullable(config);
  if (auto checked = check_common_keys(given); !checked) return checked;
  return check_aliases(given);
}

Result<void> check_kind_config(const config::WorkerConfig& worker, plugin::ConnectorType type,
                               const config::Properties& config) {
  if (auto checked = check_kind_keys(type, nullable(config)); !checked) return checked;
  return check_topic_creation(worker, type, config);
}

Result<void> check_connector_config(const config::WorkerConfig& worker, plugin::ConnectorType type,
                                    const config::Properties& config) {
  const config::NullableProperties given = nullable(config);
  if (auto checked = check_common_keys(given); !checked) return checked;
  if (auto checked = check_kind_keys(type, given); !checked) return checked;
  if (auto checked = check_aliases(given); !checked) return checked;
  return check_topic_creation(worker, type, config);
}

Result<void> check_sink_topics(const config::Properties& config) {
  std::vector<ConfigValue> values;
  if (auto checked = config::check_sink_config(nullable(config), values); !checked) return checked;
  for (ConfigValue& value : values) {
    auto given = config.find(value.name);
    for (std::string& error : value.errors)
      error =
          config::invalid_value(value.name, given == config.end() ? "null" : given->second, error);
  }
  return first_problem(values);
}

}  // namespace millrace::runtime
