#include "config/alias_keys.h"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>

#include "config/plugin_version.h"

namespace millrace::config {
namespace {

// What transforms and predicates have apart. Kept by the keys that are made of it.
struct AliasKind {
  std::string list_key, group, kind, interface;
  std::function<bool(std::string_view)> class_exists;
  std::function<const ConfigDef*(std::string_view)> keys_of;
  std::function<std::optional<std::string>(std::string_view)> problem_of;
  std::function<std::string(std::string_view)> full_name;
  std::vector<std::string> classes;
  std::string version;  // of those classes
  bool conditional;     // has `predicate` and `negate`

  const ConfigDef* keys(const std::optional<std::string>& name) const {
    return name && keys_of ? keys_of(*name) : nullptr;
  }
};

// One alias of a configuration.
struct Alias {
  std::string name, prefix;
  std::optional<std::string> type, version;  // as given

  Alias(const AliasKind& kind, std::string alias, const NullableProperties& properties)
      : name(std::move(alias)), prefix(kind.list_key + "." + name + ".") {
    if (auto given = properties.find(prefix + "type"); given != properties.end())
      type = given->second;
    if (auto given = properties.find(prefix + "plugin.version"); given != properties.end())
      version = given->second;
  }
};

// Why there is no such version of the class; nothing where there is, or where the class is not one
// that could have versions. Java: EnrichablePlugin.getConfigDefFromPlugin.
std::optional<Problem> version_problem(const AliasKind& kind, const std::string& class_name,
                                       const std::optional<std::string>& version) {
  auto range = VersionRange::of(version);
  if (!range) return Problem{range.error().message(), true};
  if (!*range || (*range)->contains(kind.version)) return {};
  if (kind.keys(class_name) == nullptr) return {};
  const std::string full_name = kind.full_name ? kind.full_name(class_name) : class_name;
  return Problem{no_such_version(full_name, **range, {kind.version}), true};
}

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

using SharedKind = std::shared_ptr<const AliasKind>;

Validator type_validator(const SharedKind& kind, const Alias& alias,
                         const NullableProperties& properties) {
  const bool negated = kind->conditional && properties.count(alias.prefix + "negate") != 0 &&
                       properties.count(alias.prefix + "predicate") == 0;
  return [negated, kind, alias](std::string_view, const Value& value) -> std::optional<Problem> {
    if (negated)
      return Problem{"Config '" + alias.prefix + "negate' was provided but there is no config '" +
                         alias.prefix + "predicate' defining a predicate to be negated.",
                     true};
    if (value.is_null()) return {};
    if (!VersionRange::of(alias.version) || !kind->problem_of)
      return version_problem(*kind, *value.text, alias.version);
    if (std::optional<std::string> problem = kind->problem_of(*value.text))
      return Problem{*std::move(problem), true};
    return version_problem(*kind, *value.text, alias.version);
  };
}

ConfigKey type_key(const SharedKind& kind, const Alias& alias,
                   const NullableProperties& properties) {
  ConfigKey key;
  key.name = alias.prefix + "type";
  key.type = Type::kClass;
  key.required = true;
  key.importance = Importance::kHigh;
  key.documentation = "Class of the " + kind->kind + " '" + alias.name + "'.";
  key.group = kind->group + ": " + alias.name;
  key.order = 0;
  key.width = Width::kLong;
  key.display_name = kind->interface + " type for " + alias.name;
  key.class_exists = kind->class_exists;
  if (!kind->classes.empty())
    key.recommended = [classes = kind->classes](const NullableProperties&) { return classes; };
  key.validator = type_validator(kind, alias, properties);
  return key;
}

ConfigKey version_key(const SharedKind& kind, const Alias& alias) {
  ConfigKey key;
  key.name = alias.prefix + "plugin.version";
  key.importance = Importance::kHigh;
  key.documentation = "Version of the " + kind->kind + " '" + alias.name + "'.";
  key.group = kind->group + ": " + alias.name;
  key.order = 1;
  key.width = Width::kLong;
  key.display_name = kind->interface + " version for " + alias.name;
  if (kind->keys(alias.type) != nullptr) key.default_value = kind->version;
  if (alias.type && kind->keys(std::string(trim(*alias.type))) != nullptr)
    key.recommended = [versions = std::vector<std::string>{kind->version}](
                          const NullableProperties&) { return versions; };
  key.validator = [kind, alias](std::string_view, const Value& value) -> std::optional<Problem> {
    if (value.is_null() || !alias.type) return {};
    return version_problem(*kind, *alias.type, value.text);
  };
  return key;
}

void define_alias(ConfigDef& definition, const NullableProperties& properties,
                  const SharedKind& kind, const std::string& name) {
  const Alias alias(*kind, name, properties);
  definition.define(type_key(kind, alias, properties));
  definition.define(version_key(kind, alias));
  const ConfigDef* of_class = kind->keys(alias.type);
  if (of_class == nullptr || version_problem(*kind, *alias.type, alias.version)) return;
  embed(definition, own_keys(*kind, *of_class), alias.prefix, kind->group + ": " + name, 2);
}

void define_kind(ConfigDef& definition, const NullableProperties& properties,
                 const SharedKind& kind) {
  auto given = properties.find(kind->list_key);
  if (given == properties.end() || !given->second) return;
  ConfigKey list;
  list.type = Type::kList;
  Result<Value> aliases = parse_value(list, given->second);
  if (!aliases) return;
  std::set<std::string> seen;
  for (const std::string& name : aliases->list)
    if (seen.insert(name).second) define_alias(definition, properties, kind, name);
}

}  // namespace

void define_aliases(ConfigDef& definition, const NullableProperties& properties,
                    const KnownClasses& known) {
  define_kind(definition, properties,
              std::make_shared<const AliasKind>(
                  AliasKind{"transforms", "Transforms", "transformation", "Transformation",
                            known.transform, known.transform_keys, known.transform_problem,
                            known.transform_name, known.transforms, known.plugin_version, true}));
  define_kind(definition, properties,
              std::make_shared<const AliasKind>(
                  AliasKind{"predicates", "Predicates", "predicate", "Predicate", known.predicate,
                            known.predicate_keys, known.predicate_problem, known.predicate_name,
                            known.predicates, known.plugin_version, false}));
}

}  // namespace millrace::config
