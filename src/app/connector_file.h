#pragma once
// Connector files of the command line, in the three forms that the Java worker takes, tried in its
// order: a flat JSON object, {"name", "config"[, "initial_state"]}, a properties file.

#include <optional>
#include <string>

#include "base/result.h"
#include "config/config_def.h"
#include "runtime/task.h"

namespace millrace::app {

struct ConnectorFile {
  std::string name;
  config::Properties config;
  std::optional<runtime::TargetState> initial_state;
};

// Failures name the file.
Result<ConnectorFile> read_connector_file(const std::string& path);
// The same from text; `path` is for messages.
Result<ConnectorFile> parse_connector_file(const std::string& text, const std::string& path);

}  // namespace millrace::app
