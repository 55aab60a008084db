#pragma once
// SimpleDateFormat: java.text.SimpleDateFormat in UTC with English names, lenient, as
// TimestampConverter and TimestampRouter use it. Immutable.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::transform {

class SimpleDateFormat {
 public:
  // bad_config with Java's message: an unknown letter, an unterminated quote.
  static Result<SimpleDateFormat> parse(const std::string& pattern);

  const std::string& pattern() const { return pattern_; }
  std::string format(int64_t millis) const;
  // Milliseconds since the epoch; nullopt: the text does not match. Text behind the match is
  // ignored, as in Java.
  std::optional<int64_t> read(std::string_view text) const;

 private:
  struct Part {
    char letter;  // 0: literal text
    int count;
    std::string literal;
  };
  std::string pattern_;
  std::vector<Part> parts_;
};

}  // namespace millrace::transform
