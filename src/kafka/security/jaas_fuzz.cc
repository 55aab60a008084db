#include <cstddef>
#include <cstdint>

#include "kafka/security/jaas.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto module =
      millrace::kafka::parse_jaas(std::string_view(reinterpret_cast<const char*>(data), size));
  if (module && module->login_module.empty()) __builtin_trap();
  return 0;
}
