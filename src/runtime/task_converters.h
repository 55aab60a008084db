#pragma once
// The converters of one task: the connector's own where it names a class, else the worker's with
// the worker's settings. Java: Worker.startTask and Plugins.newConverter.

#include "base/result.h"
#include "config/worker_config.h"
#include "pipeline/transform_stage.h"

namespace millrace::runtime {

Result<pipeline::Converters> make_task_converters(const config::WorkerConfig& worker,
                                                  const config::Properties& connector_config);

}  // namespace millrace::runtime
