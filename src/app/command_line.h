#pragma once
// The command line of `millrace`. Exit codes are those of the Java scripts: 1 the command line is
// wrong, 2 the worker's properties are, or the worker could not start, 3 a connector of the command
// line could not be created.

#include <string>
#include <vector>

namespace millrace::app {

inline constexpr int kUsageError = 1, kWorkerError = 2, kConnectorError = 3;

// Runs the command that the arguments name. Called through a link named connect-standalone or
// connect-distributed, with or without .sh, it takes that script's arguments.
int run(int count, char** arguments);

// `millrace standalone WORKER.properties [CONNECTOR ...]`
int standalone_command(const std::vector<std::string>& arguments);
// `millrace distributed WORKER.properties`
int distributed_command(const std::vector<std::string>& arguments);
// `millrace dev [--rest-port N] [--offsets FILE] [CONNECTOR ...]`
int dev_command(const std::vector<std::string>& arguments);
// `millrace plugins [--plugin-path FOLDERS]`
int plugins_command(const std::vector<std::string>& arguments);

// `millrace config-docs`: the text of docs/configuration.md.
int config_docs_command();
std::string configuration_markdown();

// "millrace: MESSAGE" on standard error, one for each line.
void complain(const std::string& message);

}  // namespace millrace::app
