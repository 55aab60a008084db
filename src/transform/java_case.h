#pragma once
// String.toUpperCase(Locale.ROOT) and toLowerCase, of UTF-8.

#include <string>
#include <string_view>

namespace millrace::transform {

std::string java_upper(std::string_view text);
std::string java_lower(std::string_view text);

}  // namespace millrace::transform
