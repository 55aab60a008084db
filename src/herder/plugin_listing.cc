#include "herder/plugin_listing.h"

#include <algorithm>

#include "convert/converter.h"
#include "transform/transform.h"

namespace millrace::herder {
namespace {

// Null: none, or none that there is.
std::shared_ptr<const plugin::ConnectorClass> class_of(const plugin::Catalogue& plugins,
                                                       const Properties& config) {
  auto named = config.find("connector.class");
  if (named == config.end()) return nullptr;
  auto found = plugins.find(config::trim(named->second));
  return found ? *found : nullptr;
}

}  // namespace

std::vector<PluginInfo> list_plugins(const plugin::Catalogue& plugins,
                                     const std::string& kafka_version) {
  std::vector<PluginInfo> sinks, sources, converters, headers, transforms, predicates;
  for (const auto& each : plugins.classes()) {
    const bool source = each->type() == plugin::ConnectorType::kSource;
    std::vector<PluginInfo>& list = source ? sources : sinks;
    const char* type = source ? "source" : "sink";
    // What stands in for Java classes is listed under their names alone, as scripts look for it.
    if (each->other_names().empty()) list.push_back({each->class_name(), type, each->version()});
    for (const std::string& other : each->other_names())
      list.push_back({other, type, each->version()});
  }
  for (const convert::ConverterClass& each : convert::converter_classes()) {
    const std::string name(each.class_name);
    if (each.key_value) converters.push_back({name, "converter", kafka_version});
    if (each.header) headers.push_back({name, "header_converter", kafka_version});
  }
  for (const transform::TransformClass& each : transform::transform_classes())
    transforms.push_back({each.class_name, "transformation", kafka_version});
  for (const transform::PredicateClass& each : transform::predicate_classes())
    predicates.push_back({each.class_name, "predicate", kafka_version});
  std::vector<PluginInfo> all;
  for (auto* list : {&sinks, &sources, &transforms, &predicates, &converters, &headers}) {
    std::sort(list->begin(), list->end(),
              [](const PluginInfo& a, const PluginInfo& b) { return a.class_name < b.class_name; });
    all.insert(all.end(), list->begin(), list->end());
  }
  return all;
}

std::string type_of_connector(const plugin::Catalogue& plugins, const Properties& config) {
  const auto found = class_of(plugins, config);
  if (found == nullptr) return "unknown";
  return found->type() == plugin::ConnectorType::kSource ? "source" : "sink";
}

std::string version_of_connector(const plugin::Catalogue& plugins, const Properties& config) {
  const auto found = class_of(plugins, config);
  return found == nullptr ? "" : found->version();
}

}  // namespace millrace::herder
