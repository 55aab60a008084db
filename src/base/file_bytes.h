#pragma once
// The bytes of a file, for small ones: settings, credentials.

#include <string>

#include "base/result.h"

namespace millrace {

// bad_config "PATH: cannot be read: REASON".
Result<std::string> read_file_bytes(const std::string& path);

}  // namespace millrace
