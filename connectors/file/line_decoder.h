#pragma once
// Text from bytes that may not be UTF-8, as Java's InputStreamReader decodes them: every malformed
// sequence becomes one U+FFFD, with Java's idea of how long such a sequence is.

#include <string>
#include <string_view>

namespace millrace::file {

// Fast where the text is ASCII.
bool is_valid_utf8(std::string_view bytes);

std::string decode_utf8(std::string_view bytes);

}  // namespace millrace::file
