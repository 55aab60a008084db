#pragma once
// A worker's properties file: read, resolved and judged, with messages for the user.

#include <string>
#include <vector>

#include "base/result.h"
#include "config/worker_config.h"

namespace millrace::app {

// The error's message has one line for each problem: `FILE:LINE: MESSAGE`.
Result<config::WorkerConfig> read_worker_file(
    const std::string& path, config::WorkerMode mode = config::WorkerMode::kStandalone);

}  // namespace millrace::app
