#include "herder/validation_sections.h"

#include <algorithm>

#include "herder/key_order.h"

namespace millrace::herder {
namespace {

using config::ConfigDef;
using config::ConfigKey;
using config::ConfigValue;

void add_group(std::vector<std::string>& groups, const std::optional<std::string>& group) {
  if (group && std::find(groups.begin(), groups.end(), *group) == groups.end())
    groups.push_back(*group);
}

}  // namespace

ConfigValue* find_value(std::vector<ConfigValue>& values, std::string_view name) {
  auto found = std::find_if(values.begin(), values.end(),
                            [name](const ConfigValue& value) { return value.name == name; });
  return found == values.end() ? nullptr : &*found;
}

void add_groups(std::vector<std::string>& groups, const ConfigDef& definition) {
  for (const ConfigKey& key : definition.keys()) add_group(groups, key.group);
}

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

}  // namespace millrace::herder
