// Any bytes are a properties file or a clear failure; every key has a line.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/properties.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto file = millrace::parse_properties({reinterpret_cast<const char*>(data), size});
  if (!file) return 0;
  if (file->lines.size() != file->values.size()) std::abort();
  for (const auto& [key, line] : file->lines)
    if (line < 1 || file->values.count(key) == 0) std::abort();
  return 0;
}
