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

const ConfigValue* first_problem(const std::vector<ConfigValue>& values) {
  for (const ConfigValue& value : values)
    if (!value.errors.empty()) return &value;
  return nullptr;
}

Result<void> check_keys(const ConfigDef& keys, const config::NullableProperties& config) {
  const std::vector<ConfigValue> values = keys.validate(config);
  const ConfigValue* wrong = first_problem(values);
  if (wrong == nullptr) return {};
  return fail(ErrorKind::bad_config, wrong->errors.front(), kConfigException);
}

// Which all the keys of a class depend on. Java: EnrichablePlugin.configDefsForClass.
Result<void> check_alias_classes(const ConfigDef& keys, const config::NullableProperties& config) {
  for (const ConfigValue& value : keys.validate(config)) {
    if (!value.name.ends_with(".type") || value.errors.empty()) continue;
    if (config.count(value.name) != 0)
      return fail(ErrorKind::bad_config, value.errors.front(), kConfigException);
    const std::string wanted =
        value.name.starts_with("transforms.") ? "Transformation" : "Predicate";
    return fail(ErrorKind::bad_config,
                "Invalid value null for configuration " + value.name + ": Not a " + wanted,
                kConfigException);
  }
  return {};
}

// The keys that `transforms` and `predicates` bring.
Result<void> check_aliases(const config::NullableProperties& config) {
  if (config.count("transforms") == 0 && config.count("predicates") == 0) return {};
  ConfigDef keys;
  config::define_aliases(keys, config, known_classes());
  if (auto checked = check_alias_classes(keys, config); !checked) return checked;
  return check_keys(keys, config);
}

ConfigDef judged(ConfigDef keys) {
  judge_converters(keys);
  return keys;
}

config::NullableProperties nullable(const config::Properties& config) {
  return {config.begin(), config.end()};
}

}  // namespace

Result<void> check_common_config(const config::Properties& config) {
  static const ConfigDef keys = judged(config::common_connector_keys());
  const config::NullableProperties given = nullable(config);
  if (auto checked = check_keys(keys, given); !checked) return checked;
  return check_aliases(given);
}

Result<void> check_connector_config(const config::WorkerConfig& worker, plugin::ConnectorType type,
                                    const config::Properties& config) {
  static const ConfigDef source_keys =
      judged(config::connector_config_def(ConnectorKind::kSource, {}, {}));
  static const ConfigDef sink_keys =
      judged(config::connector_config_def(ConnectorKind::kSink, {}, {}));
  const bool source = type == plugin::ConnectorType::kSource;
  const config::NullableProperties given = nullable(config);
  if (auto checked = check_keys(source ? source_keys : sink_keys, given); !checked) return checked;
  if (auto checked = check_aliases(given); !checked) return checked;
  return check_topic_creation(worker, type, config);
}

Result<void> check_sink_topics(const config::Properties& config) {
  std::vector<ConfigValue> values;
  if (auto checked = config::check_sink_config(nullable(config), values); !checked) return checked;
  const ConfigValue* wrong = first_problem(values);
  if (wrong == nullptr) return {};
  auto given = config.find(wrong->name);
  return fail(ErrorKind::bad_config,
              config::invalid_value(wrong->name, given == config.end() ? "null" : given->second,
                                    wrong->errors.front()),
              kConfigException);
}

}  // namespace millrace::runtime
