#include "herder/override_validation.h"

#include "config/client_keys.h"
#include "herder/key_order.h"
#include "herder/validation_sections.h"
#include "runtime/java_classes.h"

namespace millrace::herder {
namespace {

using config::ClientKind;
using config::ConfigDef;
using config::ConfigKey;
using config::ConfigValue;
using config::ConnectorKind;

constexpr char kConfigException[] = "org.apache.kafka.common.config.ConfigException";

// The settings in the order in which Java comes by them, through several HashMaps: it decides which
// of two bad values is the one that is told.
KeyOrder names_in_order(const NullableProperties& properties, const KeyOrder& order,
                        std::string_view prefix) {
  HashMapKeys cut;
  for (const std::string& key : hash_map_order(properties, order))
    if (key.size() > prefix.size() && key.starts_with(prefix)) cut.put(key.substr(prefix.size()));
  HashMapKeys names;
  for (const std::string& key : HashMapKeys::copy_of(cut.in_order()).in_order()) names.put(key);
  return names.in_order();
}

Result<std::vector<ConfigValue>> parsed(const ConfigDef& definition,
                                        const NullableProperties& properties, const KeyOrder& order,
                                        std::string_view prefix) {
  std::vector<ConfigValue> values;
  for (const std::string& name : names_in_order(properties, order, prefix)) {
    const std::optional<std::string>& given = properties.at(std::string(prefix) + name);
    ConfigValue& value = values.emplace_back();
    value.name = name;
    value.value = given;
    const ConfigKey* defined = definition.find(name);
    if (defined == nullptr) continue;
    ConfigKey key = *defined;
    if (key.class_exists)
      key.class_exists = [](std::string_view class_name) {
        return config::is_client_class(class_name) ||
               runtime::find_java_class(class_name).has_value();
      };
    Result<config::Value> result = parse_value(key, given);
    if (!result)
      return fail(ErrorKind::fatal,
                  config::invalid_value(name, given.value_or("null"), result.error().message()),
                  kConfigException);
    value.value = std::move(result->text);
    if (key.type == config::Type::kClass && value.value)
      value.value = runtime::full_class_name(*value.value);
  }
  return values;
}

}  // namespace

Result<ConfigInfos> validate_overrides(const config::ClientOverridePolicy& policy,
                                       ConnectorKind kind, const NullableProperties& properties,
                                       bool offsets_clients, const KeyOrder& order) {
  const bool source = kind == ConnectorKind::kSource;
  const bool dead_letters = config::has_dead_letter_topic(properties);
  struct Section {
    bool used;
    ClientKind client;
    std::string_view prefix;
  };
  // Parsed in Java's order: the first bad value ends it.
  const Section sections[] = {
      {source || dead_letters, ClientKind::kProducer, config::kProducerOverride},
      {dead_letters || offsets_clients || (source && config::uses_topic_creation(properties)),
       ClientKind::kAdmin, config::kAdminOverride},
      {!source || offsets_clients, ClientKind::kConsumer, config::kConsumerOverride},
  };
  ConfigInfos infos, of_admin;
  for (const Section& section : sections) {
    if (!section.used) continue;
    const ConfigDef& definition = config::client_config_def(section.client);
    auto values = parsed(definition, properties, order, section.prefix);
    if (!values) return fail(std::move(values).error());
    policy.check(*values);
    ConfigInfos answer = prefixed(definition, *std::move(values), std::string(section.prefix));
    append(section.client == ClientKind::kAdmin ? of_admin : infos, std::move(answer));
  }
  append(infos, std::move(of_admin));  // the last in the answer
  return infos;
}

}  // namespace millrace::herder
