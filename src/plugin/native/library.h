#pragma once
// Loading a plug-in library.

#include <memory>
#include <string>
#include <vector>

#include "plugin/connector.h"

namespace millrace::plugin::native {

struct LoadedLibrary {
  std::vector<std::shared_ptr<const ConnectorClass>> classes;
  // Classes of the library that cannot be used, and why; the others still can.
  std::vector<Error> rejected;
};

// Loads the library for good: it is never unloaded. An error says why it cannot be used: not a
// library, no entry symbol, another version of the contract, an entry that failed.
Result<LoadedLibrary> load_library(const std::string& path);

}  // namespace millrace::plugin::native
