#include "runtime/java_classes.h"

#include <algorithm>
#include <array>

#include "convert/converter.h"
#include "transform/transform.h"

namespace millrace::runtime {
namespace {

// Interfaces of the plug-ins that a connector's configuration names.
constexpr std::array<std::string_view, 4> kInterfaces = {
    "org.apache.kafka.connect.storage.Converter",
    "org.apache.kafka.connect.storage.HeaderConverter",
    "org.apache.kafka.connect.transforms.Transformation",
    "org.apache.kafka.connect.transforms.predicates.Predicate",
};
constexpr std::array<std::string_view, 12> kOthers = {
    "java.lang.Boolean",
    "java.lang.Double",
    "java.lang.Integer",
    "java.lang.Long",
    "java.lang.Object",
    "java.lang.String",
    "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
    "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
    "org.apache.kafka.common.config.provider.FileConfigProvider",
    "org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy",
    "org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy",
    "org.apache.kafka.connect.connector.policy.PrincipalConnectorClientConfigOverridePolicy",
};

template <typename Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_usable(std::string_view base, std::string_view name) {
  if (base == "Transformation") return transform::find_transform(name) != nullptr;
  if (base == "Predicate") return transform::find_predicate(name) != nullptr;
  const convert::ConverterClass* found = convert::find_converter(name);
  return found != nullptr && (base == "Converter" ? found->key_value : found->header);
}

}  // namespace

std::optional<std::string> find_java_class(std::string_view name) {
  if (const auto* found = transform::find_transform(name)) return std::string(found->class_name);
  if (const auto* found = transform::find_predicate(name)) return std::string(found->class_name);
  if (const auto* found = convert::find_converter(name)) return std::string(found->class_name);
  if (contains(kInterfaces, name) || contains(kOthers, name) ||
      transform::abstract_transform_problem(name))
    return std::string(name);
  return {};
}

std::string full_class_name(std::string_view name) {
  return find_java_class(name).value_or(std::string(name));
}

std::optional<std::string> subclass_problem(std::string_view base, std::string_view name) {
  if (is_usable(base, name)) return {};
  const std::string full_name = full_class_name(name);
  const bool interface = contains(kInterfaces, full_name);
  if (interface && std::string_view(full_name).substr(full_name.find_last_of('.') + 1) == base)
    return "This class is abstract and cannot be created.";
  if (base == "Transformation")
    if (auto problem = transform::abstract_transform_problem(name)) return problem;
  return std::string("Class ") + (interface ? "interface " : "class ") + full_name +
         " does not implement the " + std::string(base) + " interface";
}

}  // namespace millrace::runtime
