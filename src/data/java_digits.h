#pragma once
// Character.digit: Java reads the decimal digits of all scripts in numbers.

#include <string>
#include <string_view>

#include "data/java_string.h"

namespace millrace::data {

// The UTF-8 text with digits of other scripts as 0 to 9.
std::string with_ascii_digits(std::string_view text);

}  // namespace millrace::data
