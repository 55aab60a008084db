#pragma once
// Where plug-ins are looked for.

#include <string>
#include <vector>

namespace millrace::app {

// The user's plugin.path, then the connectors that lie beside this binary: `BIN/../connectors` of a
// build tree, `PREFIX/lib/millrace/connectors` of an installation. Folders that do not exist are
// left out of the latter two.
std::vector<std::string> plugin_folders(const std::vector<std::string>& plugin_path);

}  // namespace millrace::app
