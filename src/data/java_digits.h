#pragma once
// Character.digit: Java reads the decimal digits of all scripts in numbers.

#include <string>
#include <string_view>

namespace millrace::data {

// The UTF-8 text with digits of other scripts as 0 to 9.
std::string with_ascii_digits(std::string_view text);

inline bool is_ascii(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

}  // namespace millrace::data
