#include "config/alias_keys.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace millrace::config {
namespace {

// What transforms and predicates have apart.
struct AliasKind {
  std::string list_key, group, kind, interface;
  const std::function<bool(std::string_view)>& class_exists;
  const std::function<const ConfigDef*(std::string_view)>& keys_of;
  const std::function<std::optional<std::string>(std::string_view)>& problem_of;
  const std::vector<std::string>& classes;
  bool conditional;  // has `predicate` and `negate`
};

// As ConfigDef.sortedConfigs orders them.
std::vector<const ConfigKey*> sorted(const ConfigDef& definition) {
  std::vector<std::string> groups;
  for (const ConfigKey& key : definition.keys())
    if (key.group && std::find(groups.begin(), groups.end(), *key.group) == groups.end())
      groups.push_back(*key.group);
  auto rank = [&groups](const ConfigKey& key) {
    const auto group =
        key.group ? std::find(groups.begin(), groups.end(), *key.group) - groups.begin() : -1;
    return std::tuple(group, key.order, !key.required, key.importance, key.name);
  };
  std::vector<const ConfigKey*> keys;
  for (const ConfigKey& key : definition.keys()) keys.push_back(&key);
  std::sort(keys.begin(), keys.end(),
            [&rank](const ConfigKey* a, const ConfigKey* b) { return rank(*a) < rank(*b); });
  return keys;
}

// The class does not know under which prefix it is configured: neither do its messages.
Validator without_prefix(const ConfigKey& key) {
  return [key](std::string_view, const Value& value) -> std::optional<Problem> {
    std::optional<Problem> problem = key.validator(key.name, value);
    if (!problem || problem->whole) return problem;
    return Problem{invalid_value(key.name, value_in_message(key, value), problem->reason), true};
  };
}

// Java: ConfigDef.embed.
void embed(ConfigDef& definition, const ConfigDef& keys, const std::string& prefix,
           const std::string& group, int32_t order) {
  for (const ConfigKey* each : sorted(keys)) {
    ConfigKey key = *each;
    key.name = prefix + key.name;
    key.group = key.group ? group + ": " + *key.group : group;
    key.order = order++;
    if (key.validator) key.validator = without_prefix(*each);
    for (std::string& dependent : key.dependents) dependent = prefix + dependent;
    definition.define(std::move(key));
  }
}

ConfigDef own_keys(const AliasKind& kind, const ConfigDef& of_class) {
  ConfigDef keys;
  if (kind.conditional) {
    ConfigKey predicate;
    predicate.name = "predicate";
    predicate.documentation = "Alias of the predicate that says which records are transformed.";
    keys.define(std::move(predicate));
    ConfigKey negate;
    negate.name = "negate";
    negate.type = Type::kBoolean;
    negate.default_value = "false";
    negate.documentation = "Whether the others are transformed instead.";
    keys.define(std::move(negate));
  }
  // Those two hide keys of the class that have their names.
  return keys.append(of_class);
}

ConfigKey type_key(const AliasKind& kind, const std::string& alias, const std::string& prefix,
                   const NullableProperties& properties) {
  ConfigKey key;
  key.name = prefix + "type";
  key.type = Type::kClass;
  key.required = true;
  key.importance = Importance::kHigh;
  key.documentation = "Class of the " + kind.kind + " '" + alias + "'.";
  key.group = kind.group + ": " + alias;
  key.order = 0;
  key.width = Width::kLong;
  key.display_name = kind.interface + " type for " + alias;
  key.class_exists = kind.class_exists;
  if (!kind.classes.empty())
    key.recommended = [classes = kind.classes](const NullableProperties&) { return classes; };
  const bool negated = kind.conditional && properties.count(prefix + "negate") != 0 &&
                       properties.count(prefix + "predicate") == 0;
  key.validator = [negated, prefix, problem_of = kind.problem_of](
                      std::string_view, const Value& value) -> std::optional<Problem> {
    if (negated)
      return Problem{"Config '" + prefix + "negate' was provided but there is no config '" +
                         prefix + "predicate' defining a predicate to be negated.",
                     true};
    if (value.is_null() || !problem_of) return {};
    std::optional<std::string> problem = problem_of(*value.text);
    if (!problem) return {};
    return Problem{*std::move(problem), true};
  };
  return key;
}

ConfigKey version_key(const AliasKind& kind, const std::string& alias, const std::string& prefix,
                      std::optional<std::string> version) {
  ConfigKey key;
  key.name = prefix + "plugin.version";
  key.default_value = std::move(version);
  key.importance = Importance::kHigh;
  key.documentation = "Version of the " + kind.kind + " '" + alias + "'.";
  key.group = kind.group + ": " + alias;
  key.order = 1;
  key.width = Width::kLong;
  key.display_name = kind.interface + " version for " + alias;
  return key;
}

void define_kind(ConfigDef& definition, const NullableProperties& properties, const AliasKind& kind,
                 const std::string& version) {
  auto given = properties.find(kind.list_key);
  if (given == properties.end() || !given->second) return;
  ConfigKey list;
  list.type = Type::kList;
  Result<Value> aliases = parse_value(list, given->second);
  if (!aliases) return;
  std::set<std::string> seen;
  for (const std::string& alias : aliases->list) {
    if (!seen.insert(alias).second) continue;
    const std::string prefix = kind.list_key + "." + alias + ".";
    auto named = properties.find(prefix + "type");
    const ConfigDef* of_class = nullptr;
    if (named != properties.end() && named->second && kind.keys_of)
      of_class = kind.keys_of(trim(*named->second));
    definition.define(type_key(kind, alias, prefix, properties));
    definition.define(version_key(kind, alias, prefix,
                                  of_class == nullptr ? std::nullopt : std::optional(version)));
    if (of_class != nullptr)
      embed(definition, own_keys(kind, *of_class), prefix, kind.group + ": " + alias, 2);
  }
}

}  // namespace

void define_aliases(ConfigDef& definition, const NullableProperties& properties,
                    const KnownClasses& known) {
  define_kind(definition, properties,
              {"transforms", "Transforms", "transformation", "Transformation", known.transform,
               known.transform_keys, known.transform_problem, known.transforms, true},
              known.plugin_version);
  define_kind(definition, properties,
              {"predicates", "Predicates", "predicate", "Predicate", known.predicate,
               known.predicate_keys, known.predicate_problem, known.predicates, false},
              known.plugin_version);
}

}  // namespace millrace::config
