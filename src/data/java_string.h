#pragma once
// Java's view of text: a java.lang.String is a sequence of UTF-16 units, a cell holds UTF-8 in
// which a lone surrogate keeps its three-byte form. Everything here that Java defines by units
// (hash, length, replacement of malformed bytes) is computed straight from the UTF-8.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/utf8.h"

namespace millrace::data {

// Calls `visit(char16_t)` for each UTF-16 unit. `text` is what a string cell may hold; bytes that
// are not are read as a single unit each and do no harm.
template <typename Visitor>
void for_each_utf16_unit(std::string_view text, Visitor&& visit) {
  const auto* next = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = next + text.size();
  while (next < end) {
    uint32_t c = *next;
    if (c < 0x80) {
      visit(static_cast<char16_t>(c));
      next += 1;
    } else if (c < 0xE0 && end - next >= 2) {
      visit(static_cast<char16_t>((c & 0x1F) << 6 | (next[1] & 0x3F)));
      next += 2;
    } else if (c < 0xF0 && end - next >= 3) {
      visit(static_cast<char16_t>((c & 0x0F) << 12 | (next[1] & 0x3F) << 6 | (next[2] & 0x3F)));
      next += 3;
    } else if (end - next >= 4) {
      c = (c & 0x07) << 18 | (next[1] & 0x3F) << 12 | (next[2] & 0x3F) << 6 | (next[3] & 0x3F);
      c -= 0x10000;
      visit(static_cast<char16_t>(0xD800 | (c >> 10 & 0x3FF)));
      visit(static_cast<char16_t>(0xDC00 | (c & 0x3FF)));
      next += 4;
    } else {
      visit(static_cast<char16_t>(c));
      next += 1;
    }
  }
}

// Number of UTF-16 units: String.length().
size_t utf16_length(std::string_view text);
// String.hashCode().
int32_t java_string_hash(std::string_view text);

// Adds one unit, joining it with a high surrogate at the end of `out` to one four-byte character.
// Returns the new end; up to 3 bytes are written (one more than a pair's first half took).
char* write_utf16_unit(char* start, char* out, char16_t unit);

// new String(bytes, UTF_8): malformed bytes become U+FFFD as the JDK counts them. Well-formed input
// is given back as it is; else the text is the arena's.
std::string_view decode_utf8(std::string_view bytes, Arena& arena);
// String.getBytes(UTF_8): lone surrogates become '?'. Text without any is given back as it is.
std::string_view encode_utf8(std::string_view text, Arena& arena);

// String.trim(): without characters up to the blank at both ends.
std::string_view java_trim(std::string_view text);

}  // namespace millrace::data
