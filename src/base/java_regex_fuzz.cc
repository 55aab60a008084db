// Patterns of java.util.regex on their way to PCRE2: the pattern up to the first line break, then a
// text and, behind another, a replacement.
#include <cstdint>
#include <string>

#include "base/java_regex.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 200) return 0;  // backtracking
  const std::string input(reinterpret_cast<const char*>(data), size);
  const size_t first = input.find('\n');
  auto regex = millrace::JavaRegex::compile(input.substr(0, first));
  if (!regex || first == std::string::npos) return 0;
  const size_t second = input.find('\n', first + 1);
  const std::string text = input.substr(first + 1, second - first - 1);
  (void)regex->matches(text);
  if (second != std::string::npos) (void)regex->replace_first(text, input.substr(second + 1));
  return 0;
}
