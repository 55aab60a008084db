#pragma once
// The framework's keys of a connector, with what this build knows of the classes that they name.
// Java: ConnectorConfig.configDef, enrich and enrichedConfigDef.

#include <string>

#include "config/config_def.h"
#include "config/connector_config.h"
#include "config/worker_config.h"
#include "plugin/catalogue.h"

namespace millrace::runtime {

// The classes of transforms, predicates and converters.
const config::KnownClasses& known_classes();
config::ConnectorKind kind_of(const plugin::ConnectorClass& type);
// Has `definition` refuse classes that are no converters where converters are named.
void judge_converters(config::ConfigDef& definition);

struct Enrichment {
  const config::WorkerConfig* worker = nullptr;  // null: no converter is inherited
  std::string kafka_version;                     // of the converters
};

// `definition` gets the defaults that a connector of class `type` with this configuration really
// has: the worker's converters and the versions of what they name.
void enrich(config::ConfigDef& definition, const plugin::ConnectorClass& type,
            const config::NullableProperties& properties, const Enrichment& enrichment);

// Versions of converters that are not known are not shown.
void hide_versions(std::vector<config::ConfigValue>& values);

}  // namespace millrace::runtime
