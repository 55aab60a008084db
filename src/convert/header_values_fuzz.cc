// Any text of a header: whatever it is taken for can be written again.

#include <cstdlib>

#include "convert/header_values.h"
#include "data/java_string.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace millrace;
  Arena arena;
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  auto value = convert::parse_header_text(data::decode_utf8(text, arena), arena);
  if (!value || data::is_null(value->value)) return 0;
  std::string out;
  if (!convert::append_header_text(out, value->schema.get(), value->value)) std::abort();
  return 0;
}
