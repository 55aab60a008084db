#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "app/command_line.h"
#include "app/worker_process.h"
#include "kafka/dev_broker.h"

namespace millrace::app {
namespace {

constexpr char kUsage[] =
    "Usage: millrace dev [--rest-port N] [--offsets FILE] [CONNECTOR.properties|CONNECTOR.json "
    "...]\n"
    "  --rest-port N    Port of the REST API on 127.0.0.1; 8083 by default, 0: any free one.\n"
    "  --offsets FILE   Where source offsets are kept; by default they are forgotten at the end.\n";

struct DevOptions {
  std::string rest_port = "8083";
  std::string offsets;
  std::vector<std::string> connector_files;
};

// `--name VALUE` or `--name=VALUE`.
bool take_option(const std::vector<std::string>& arguments, size_t& at, const std::string& name,
                 std::string& value) {
  const std::string& argument = arguments[at];
  if (argument.rfind(name + "=", 0) == 0) {
    value = argument.substr(name.size() + 1);
    return true;
  }
  if (argument != name || at + 1 == arguments.size()) return false;
  value = arguments[++at];
  return true;
}

Result<DevOptions> parse(const std::vector<std::string>& arguments) {
  DevOptions options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (take_option(arguments, i, "--rest-port", options.rest_port) ||
        take_option(arguments, i, "--offsets", options.offsets))
      continue;
    if (arguments[i].rfind("--", 0) == 0)
      return fail(ErrorKind::bad_config, "unknown option '" + arguments[i] + "'");
    options.connector_files.push_back(arguments[i]);
  }
  return options;
}

config::Properties worker_properties(const DevOptions& options, const std::string& bootstrap) {
  return {
      {"bootstrap.servers", bootstrap},
      {"listeners", "http://127.0.0.1:" + options.rest_port},
      {"key.converter", "org.apache.kafka.connect.storage.StringConverter"},
      {"value.converter", "org.apache.kafka.connect.storage.StringConverter"},
      {"offset.storage.file.filename", options.offsets},
      {"offset.flush.interval.ms", "1000"},
      // The broker drops old records without a word: a consumer that fell behind must not skip
      // them silently.
      {"consumer.millrace.fail.on.lost.records", "true"},
  };
}

void print_welcome(const std::string& bootstrap, const std::string& rest_url) {
  std::printf(
      "\n"
      "  Kafka bootstrap servers   %s\n"
      "  REST API                  %s\n"
      "\n"
      "  The broker is a toy inside this process: it keeps at most %lld MB or %lld records of a\n"
      "  partition, in memory, and nothing after the end. Topics come into being with %d "
      "partitions\n"
      "  when they are first used. Keys and values are plain text unless a connector names other\n"
      "  converters. Ctrl-C ends it.\n\n",
      bootstrap.c_str(), rest_url.c_str(),
      static_cast<long long>(kafka::DevBroker::kPartitionBytes / (1024 * 1024)),
      static_cast<long long>(kafka::DevBroker::kPartitionRecords),
      kafka::DevBroker::kDefaultPartitions);
  std::fflush(stdout);
}

}  // namespace

int dev_command(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments)
    if (argument == "--help" || argument == "-h") {
      std::fputs(kUsage, stdout);
      return 0;
    }
  Result<DevOptions> options = parse(arguments);
  if (!options) {
    complain(options.error().message());
    std::fputs(kUsage, stderr);
    return kUsageError;
  }
  auto broker = kafka::start_dev_broker();
  if (!broker) {
    complain(broker.error().describe());
    return kWorkerError;
  }
  std::string folder;
  if (options->offsets.empty()) {
    const char* temporary = std::getenv("TMPDIR");
    folder = std::string(temporary != nullptr ? temporary : "/tmp") + "/millrace-dev-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) {
      complain("no folder for temporary files can be made at " + folder);
      return kWorkerError;
    }
    options->offsets = folder + "/offsets";
  }
  const std::string bootstrap = (*broker)->bootstrap_servers();
  Result<config::WorkerConfig> config =
      config::make_worker_config(worker_properties(*options, bootstrap));
  if (!config) {
    complain(config.error().describe());
    return kUsageError;
  }
  WorkerProcessOptions process;
  process.config = *std::move(config);
  process.connector_files = options->connector_files;
  process.started = [bootstrap](const std::string& url) { print_welcome(bootstrap, url); };
  const int code = run_worker(std::move(process));
  if (!folder.empty()) {
    unlink(options->offsets.c_str());
    rmdir(folder.c_str());
  }
  return code;
}

}  // namespace millrace::app
