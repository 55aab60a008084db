// Patterns and texts of dates: the pattern up to the first line break, then the text.
#include <cstdint>
#include <string_view>

#include "transform/simple_date_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = input.find('\n');
  auto format = millrace::transform::SimpleDateFormat::parse(std::string(input.substr(0, end)));
  if (!format) return 0;
  const std::string_view text = end == std::string_view::npos ? "" : input.substr(end + 1);
  if (auto millis = format->read(text)) (void)format->format(*millis);
  return 0;
}
