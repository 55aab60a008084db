#include "base/file_bytes.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace millrace {

Result<std::string> read_file_bytes(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  if (stream) bytes << stream.rdbuf();
  // An empty file makes operator<< fail without an error; a folder opens but cannot be read.
  if (!stream.is_open() || stream.bad() || (bytes.fail() && errno != 0))
    return fail(ErrorKind::bad_config, path + ": cannot be read: " + std::strerror(errno));
  return bytes.str();
}

}  // namespace millrace
