#pragma once
// Text as bytes: well-formed UTF-8, and ISO-8859-1 as Java reads properties files in.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace millrace {

inline bool is_ascii(std::string_view text) {
  size_t i = 0;
  uint64_t bits = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    bits |= word;
  }
  for (; i < text.size(); ++i) bits |= static_cast<uint64_t>(text[i] & 0x80) << 56;
  return (bits & 0x8080808080808080ULL) == 0;
}

inline bool is_utf8_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }
// Of the character that begins at `next`, of which `left` (at least one) bytes are there; 0: it is
// not well-formed.
size_t utf8_character_length(const unsigned char* next, size_t left);
// Strict: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view bytes);

// Every byte is a character of its own.
std::string latin1_to_utf8(std::string_view bytes);

}  // namespace millrace
