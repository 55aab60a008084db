#pragma once
// What a task's pipeline is made of: the converters (the connector's own where it names a class,
// else the worker's with the worker's settings) and the chain of transforms. Java:
// Worker.startTask, Plugins.newConverter, ConnectorConfig.transformationStages.

#include "base/result.h"
#include "config/worker_config.h"
#include "pipeline/transform_stage.h"

namespace millrace::runtime {

struct PipelineParts {
  pipeline::Converters converters;
  pipeline::Transforms transforms;
};
// connector_config: resolved.
Result<PipelineParts> make_pipeline_parts(const config::WorkerConfig& worker,
                                          const config::Properties& connector_config,
                                          transform::Chaining chaining);

}  // namespace millrace::runtime
