#pragma once
// Base64 by OpenSSL.

#include <optional>
#include <string>
#include <string_view>

namespace millrace::kafka::wire {

std::string base64(std::string_view bytes);
std::string base64_url(std::string_view bytes);  // without padding
std::optional<std::string> from_base64(std::string_view text);

}  // namespace millrace::kafka::wire
