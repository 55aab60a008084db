// `millrace standalone` and `millrace distributed`.

#include <cstdio>

#include "app/command_line.h"
#include "app/worker_file.h"
#include "app/worker_process.h"

namespace millrace::app {
namespace {

using config::WorkerMode;

const char* usage(WorkerMode mode) {
  return mode == WorkerMode::kStandalone
             ? "Usage: millrace standalone [--log-format text|json] WORKER.properties\n"
               "           [CONNECTOR.properties|CONNECTOR.json ...]\n"
             : "Usage: millrace distributed [--log-format text|json] WORKER.properties\n";
}

int run_worker_of(WorkerMode mode, const std::vector<std::string>& arguments) {
  std::string log_format;
  std::vector<std::string> files;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      std::fputs(usage(mode), stdout);
      return kUsageError;  // as the Java script
    }
    if (argument.rfind("--log-format=", 0) == 0) {
      log_format = argument.substr(13);
    } else if (argument == "--log-format" && i + 1 < arguments.size()) {
      log_format = arguments[++i];
    } else if (argument.rfind("--", 0) == 0) {
      complain("unknown option '" + argument + "'");
      std::fputs(usage(mode), stderr);
      return kUsageError;
    } else {
      files.push_back(argument);
    }
  }
  const bool bad_format = !log_format.empty() && log_format != "text" && log_format != "json";
  if (files.empty() || bad_format) {
    if (bad_format) complain("--log-format must be text or json, not '" + log_format + "'");
    std::fputs(usage(mode), stderr);
    return kUsageError;
  }
  if (mode == WorkerMode::kDistributed && files.size() > 1)  // Java passes them over without a word
    complain("a distributed worker takes its connectors over REST; ignored: " + files[1] +
             (files.size() > 2 ? " ..." : ""));
  Result<config::WorkerConfig> config = read_worker_file(files.front(), mode);
  if (!config) {
    complain(config.error().describe());
    return kWorkerError;
  }
  WorkerProcessOptions options;
  options.config = *std::move(config);
  if (!log_format.empty()) options.config.log_format = log_format;
  if (mode == WorkerMode::kStandalone)
    options.connector_files.assign(files.begin() + 1, files.end());
  return run_worker(std::move(options));
}

}  // namespace

int standalone_command(const std::vector<std::string>& arguments) {
  return run_worker_of(WorkerMode::kStandalone, arguments);
}

int distributed_command(const std::vector<std::string>& arguments) {
  return run_worker_of(WorkerMode::kDistributed, arguments);
}

}  // namespace millrace::app
