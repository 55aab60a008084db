// Any bytes: no crash; what is read can be written and reads the same again.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/java_serialization.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace::runtime;
  auto map = read_java_byte_map({reinterpret_cast<const char*>(data), size});
  if (!map) return 0;
  auto again = read_java_byte_map(write_java_byte_map(*map));
  if (!again || *again != *map) std::abort();
  return 0;
}
