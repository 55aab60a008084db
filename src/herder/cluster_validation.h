#pragma once
// What only a worker of a cluster finds in a connector's configuration: a sink whose consumers
// would join the workers' own group, a source that asks for exactly-once. Java: DistributedHerder's
// validateSinkConnectorConfig and validateSourceConnectorConfig.

#include <string>
#include <vector>

#include "config/config_def.h"
#include "config/connector_config.h"
#include "plugin/connector.h"

namespace millrace::herder {

struct ClusterRules {
  std::string group_id;  // of the workers
  bool exactly_once_source = false;
};

// A source that keeps its offsets in a topic of its own has a consumer and an admin client for it.
bool has_offsets_clients(const ClusterRules& rules, config::ConnectorKind kind,
                         const config::NullableProperties& properties);

// values: of the keys that every connector has. Errors are added to them; and as in Java a value
// for consumer.override.group.id, where a sink has this key.
void validate_in_cluster(const ClusterRules& rules, const plugin::ConnectorClass& type,
                         const config::NullableProperties& properties,
                         std::vector<config::ConfigValue>& values);

}  // namespace millrace::herder
