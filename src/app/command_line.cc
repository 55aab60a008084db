#include "app/command_line.h"

#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <cstring>

#include "app/signals.h"
#include "rest/server.h"

namespace millrace::app {
namespace {

constexpr char kUsage[] =
    "Usage: millrace COMMAND [ARGUMENT ...]\n"
    "\n"
    "  standalone WORKER.properties [CONNECTOR.properties|CONNECTOR.json ...]\n"
    "      Runs a worker alone, with the connectors of these files.\n"
    "  distributed WORKER.properties\n"
    "      Runs a worker of a cluster: those with the same group.id share their work.\n"
    "  dev [--rest-port N] [--offsets FILE] [CONNECTOR ...]\n"
    "      Runs a worker with a Kafka broker inside it: nothing else is needed.\n"
    "  plugins [--plugin-path FOLDER,...]\n"
    "      Lists the connectors and converters of this installation.\n"
    "\n"
    "  --help      This text.\n"
    "  --version   The version.\n";

std::string base_name(const char* path) {
  const char* slash = std::strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

// Options of the Java scripts that are for the JVM or for the shell.
std::vector<std::string> without_script_options(const std::vector<std::string>& arguments) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "-daemon") {
      complain("-daemon is ignored: run the worker under a service manager instead");
    } else if (argument == "-name" || argument == "-loggc") {
      i += argument == "-name" ? 1 : 0;
    } else {
      kept.push_back(argument);
    }
  }
  return kept;
}

void prepare_process() {
  // Each thread of the C library's allocator would otherwise get an arena of its own: with a
  // thousand tasks that is most of the memory.
  mallopt(M_ARENA_MAX, 2);
  // Fetched buffers and arenas of batches come and go all the time: given back to the system each
  // time they would cost page faults. One threshold set, glibc no longer adapts the other.
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
  std::signal(SIGPIPE, SIG_IGN);
  block_stop_signals();
}

}  // namespace

void complain(const std::string& message) {
  size_t begin = 0;
  while (begin <= message.size()) {
    const size_t end = std::min(message.find('\n', begin), message.size());
    std::fprintf(stderr, "millrace: %s\n", message.substr(begin, end - begin).c_str());
    begin = end + 1;
  }
}

int run(int count, char** raw_arguments) {
  prepare_process();
  std::vector<std::string> arguments(raw_arguments + 1, raw_arguments + count);
  const std::string called = base_name(raw_arguments[0]);
  if (called == "connect-standalone" || called == "connect-standalone.sh")
    return standalone_command(without_script_options(arguments));
  if (called == "connect-distributed" || called == "connect-distributed.sh")
    return distributed_command(without_script_options(arguments));
  if (arguments.empty()) {
    std::fputs(kUsage, stderr);
    return kUsageError;
  }
  const std::string command = arguments.front();
  arguments.erase(arguments.begin());
  if (command == "standalone") return standalone_command(arguments);
  if (command == "distributed") return distributed_command(arguments);
  if (command == "dev") return dev_command(arguments);
  if (command == "plugins") return plugins_command(arguments);
  if (command == "config-docs") return config_docs_command();
  if (command == "--help" || command == "-h" || command == "help") {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (command == "--version") {
    std::printf("millrace %s (Kafka Connect %s)\n", MILLRACE_VERSION,
                std::string(rest::kafka_version()).c_str());
    return 0;
  }
  complain("unknown command '" + command + "'; millrace --help lists the commands");
  return kUsageError;
}

}  // namespace millrace::app
