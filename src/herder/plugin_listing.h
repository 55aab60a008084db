#pragma once
// What a herder of either kind says of its plug-ins.

#include <string>
#include <vector>

#include "herder/herder.h"
#include "plugin/catalogue.h"

namespace millrace::herder {

// Sinks, sources, then the other kinds, each sorted by name. kafka_version: the Kafka release whose
// converters and transforms these are: their version.
std::vector<PluginInfo> list_plugins(const plugin::Catalogue& plugins,
                                     const std::string& kafka_version);

// "source", "sink"; "unknown" where the configuration names no connector that there is.
std::string type_of_connector(const plugin::Catalogue& plugins, const Properties& config);
// "" where there is no such connector.
std::string version_of_connector(const plugin::Catalogue& plugins, const Properties& config);

}  // namespace millrace::herder
