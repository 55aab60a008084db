#pragma once
// WorkerProcess: a worker, alone or of a cluster, with all its parts: the one place where concrete
// classes are put together.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/connector_file.h"
#include "config/worker_config.h"
#include "kafka/client.h"

namespace millrace::app {

struct WorkerProcessOptions {
  config::WorkerConfig config;
  std::vector<std::string> connector_files;  // of a standalone worker
  // For the log's first lines and for users of `dev`; called once the REST API answers.
  std::function<void(const std::string& rest_url)> started;
};

// Runs until SIGTERM or SIGINT; gives the exit code. Does not return (the process ends) when a
// plug-in hangs at the end.
int run_worker(WorkerProcessOptions options);

}  // namespace millrace::app
