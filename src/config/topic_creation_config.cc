#include "config/topic_creation_config.h"

#include <utility>

#include "config/client_config.h"
#include "config/connector_config.h"

namespace millrace::config {
namespace {

constexpr char kPrefix[] = "topic.creation.";
constexpr char kDefault[] = "default";
constexpr char kInclude[] = "include", kExclude[] = "exclude";
constexpr char kPartitions[] = "partitions", kReplicationFactor[] = "replication.factor";

// Java's validators of these keys see their names without the prefix.
Problem problem_of(const char* key, const std::string& value, const std::string& reason) {
  return {invalid_value(key, value, reason), true};
}

Validator number_of(const char* key, const char* reason) {
  return [key, reason](std::string_view, const Value& value) -> std::optional<Problem> {
    if (value.number == -1 || value.number >= 1) return {};
    return problem_of(key, value.text.value_or("null"), reason);
  };
}

Validator regexes(const char* key) {
  return [key](std::string_view, const Value& value) -> std::optional<Problem> {
    for (const std::string& each : value.list)
      if (const std::string problem = regex_problem(each); !problem.empty())
        return problem_of(key, value_in_message({.type = Type::kList}, value),
                          "Syntax error in regular expression: " + problem);
    return {};
  };
}

// defaults: nullptr for the group `default` itself.
ConfigDef group_def(const std::string& group, const TopicCreationRules* defaults) {
  ConfigDef def;
  auto define = [&](const char* name, Type type, std::string otherwise, Validator validator) {
    ConfigKey key;
    key.name = kPrefix + group + "." + name;
    key.type = type;
    key.validator = std::move(validator);
    key.required = type != Type::kList && defaults == nullptr;
    key.default_value = std::move(otherwise);
    def.define(std::move(key));
  };
  const bool checked = defaults != nullptr;
  define(kInclude, Type::kList, "", checked ? regexes(kInclude) : Validator{});
  define(kExclude, Type::kList, "", checked ? regexes(kExclude) : Validator{});
  define(kReplicationFactor, Type::kShort,
         std::to_string(checked ? defaults->replication_factor : -1),
         number_of(kReplicationFactor,
                   "Replication factor must be positive and not larger than the number of brokers "
                   "in the Kafka cluster, or -1 to use the broker's default"));
  define(kPartitions, Type::kInt, std::to_string(checked ? defaults->partitions : -1),
         number_of(kPartitions,
                   "Number of partitions must be positive, or -1 to use the broker's default"));
  return def;
}

Result<TopicCreationRules> rules_of(const Properties& properties, const std::string& group,
                                    const TopicCreationRules* defaults) {
  auto parsed = group_def(group, defaults).parse(properties);
  if (!parsed) return fail(std::move(parsed).error());
  const std::string prefix = kPrefix + group + ".";
  TopicCreationRules rules;
  rules.group = group;
  if (defaults != nullptr) {
    rules.include = parsed->list(prefix + kInclude);
    rules.exclude = parsed->list(prefix + kExclude);
  }
  rules.partitions = static_cast<int32_t>(parsed->number(prefix + kPartitions));
  rules.replication_factor = static_cast<int16_t>(parsed->number(prefix + kReplicationFactor));
  rules.configs = with_prefix(properties, prefix);
  for (const char* key : {kInclude, kExclude, kReplicationFactor, kPartitions})
    rules.configs.erase(key);
  return rules;
}

}  // namespace

Result<std::vector<TopicCreationRules>> topic_creation_rules(const Properties& connector_config) {
  auto defaults = rules_of(connector_config, kDefault, nullptr);
  if (!defaults) return fail(std::move(defaults).error());
  std::vector<TopicCreationRules> groups;
  auto named = connector_config.find("topic.creation.groups");
  if (named != connector_config.end()) {
    ConfigKey list;
    list.type = Type::kList;
    auto names = parse_value(list, named->second);
    if (!names) return fail(std::move(names).error());
    for (const std::string& name : names->list) {
      if (name == kDefault) continue;
      auto group = rules_of(connector_config, name, &*defaults);
      if (!group) return fail(std::move(group).error());
      groups.push_back(*std::move(group));
    }
  }
  groups.push_back(*std::move(defaults));
  return groups;
}

}  // namespace millrace::config
