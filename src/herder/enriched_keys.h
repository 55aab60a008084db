#pragma once
// The framework's keys of one connector with the defaults that it really has: the worker's
// converters and the versions of what they name. Java: ConnectorConfig.enrichedConfigDef.

#include <string>

#include "config/config_def.h"
#include "config/worker_config.h"
#include "plugin/catalogue.h"

namespace millrace::herder {

struct Enrichment {
  const config::WorkerConfig* worker = nullptr;  // null: no converter is inherited
  std::string kafka_version;                     // of the converters
};

// `definition` becomes that of a connector of class `type` with this configuration.
void enrich(config::ConfigDef& definition, const plugin::ConnectorClass& type,
            const config::NullableProperties& properties, const Enrichment& enrichment);

// Versions of converters that are not known are not shown.
void hide_versions(std::vector<config::ConfigValue>& values);

}  // namespace millrace::herder
