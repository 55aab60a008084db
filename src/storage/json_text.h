#pragma once
// A text as a JSON string, escaped as Java's JsonConverter does.

#include <string>
#include <string_view>

namespace millrace::storage {

std::string json_string(std::string_view text);

}  // namespace millrace::storage
