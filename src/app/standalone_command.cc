#include <cstdio>

#include "app/command_line.h"
#include "app/worker_file.h"
#include "app/worker_process.h"

namespace millrace::app {
namespace {

constexpr char kUsage[] =
    "Usage: millrace standalone [--log-format text|json] WORKER.properties\n"
    "           [CONNECTOR.properties|CONNECTOR.json ...]\n";

}  // namespace

int standalone_command(const std::vector<std::string>& arguments) {
  std::string log_format;
  std::vector<std::string> files;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      std::fputs(kUsage, stdout);
      return kUsageError;  // as the Java script
    }
    if (argument.rfind("--log-format=", 0) == 0) {
      log_format = argument.substr(13);
    } else if (argument == "--log-format" && i + 1 < arguments.size()) {
      log_format = arguments[++i];
    } else if (argument.rfind("--", 0) == 0) {
      complain("unknown option '" + argument + "'");
      std::fputs(kUsage, stderr);
      return kUsageError;
    } else {
      files.push_back(argument);
    }
  }
  const bool bad_format = !log_format.empty() && log_format != "text" && log_format != "json";
  if (files.empty() || bad_format) {
    if (bad_format) complain("--log-format must be text or json, not '" + log_format + "'");
    std::fputs(kUsage, stderr);
    return kUsageError;
  }
  Result<config::WorkerConfig> config = read_worker_file(files.front());
  if (!config) {
    complain(config.error().describe());
    return kWorkerError;
  }
  WorkerProcessOptions options;
  options.config = *std::move(config);
  if (!log_format.empty()) options.config.log_format = log_format;
  options.connector_files.assign(files.begin() + 1, files.end());
  return run_worker(std::move(options));
}

}  // namespace millrace::app
