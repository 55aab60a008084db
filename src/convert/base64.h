#pragma once
// Base64 as java.util.Base64's basic encoder writes it, and as Jackson's MIME-NO-LINEFEEDS variant
// reads it.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"

namespace millrace::convert {

inline size_t base64_size(size_t bytes) { return (bytes + 2) / 3 * 4; }
// Writes base64_size(bytes.size()) characters; gives the end.
char* write_base64(char* out, std::string_view bytes);
std::string to_base64(std::string_view bytes);

// Padding is required; white space may stand between groups of four. false: malformed. The bytes
// are the arena's.
bool read_base64(std::string_view text, Arena& arena, std::string_view& bytes);
// What Jackson says of a text that read_base64 refuses.
std::string base64_problem(std::string_view text);

}  // namespace millrace::convert
