#pragma once
// What a validation would have refused: configurations also come from topics that others write to,
// and variables change what they stand for. Java: the constructors of ConnectorConfig,
// SourceConnectorConfig and SinkConnectorConfig.

#include "base/result.h"
#include "config/config_def.h"
#include "config/worker_config.h"
#include "plugin/connector.h"

namespace millrace::runtime {

// config: variables resolved. bad_config, with the first problem of a key that both kinds have, or
// that a transform or predicate brings.
Result<void> check_common_config(const config::Properties& config);
// What that leaves: the keys of one kind; fatal: the rules by which topics are made.
Result<void> check_kind_config(const config::WorkerConfig& worker, plugin::ConnectorType type,
                               const config::Properties& config);
// Both, in Java's order.
Result<void> check_connector_config(const config::WorkerConfig& worker, plugin::ConnectorType type,
                                    const config::Properties& config);
// What a sink's topics may not be together. Java: SinkConnectorConfig.validate.
Result<void> check_sink_topics(const config::Properties& config);

}  // namespace millrace::runtime
