#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "distributed/connect_protocol.h"

// What was read and written again reads the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace::distributed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto metadata = decode_metadata(bytes)) {
    auto again = decode_metadata(encode(*metadata));
    if (!again) abort();
  }
  if (auto assignment = decode_assignment(bytes)) {
    auto again = decode_assignment(encode(*assignment));
    if (!again) abort();
  }
  return 0;
}
