#include "data/java_string.h"

namespace millrace::data {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// How many bytes the JDK replaces by one U+FFFD at a malformed place.
size_t malformed_three(const unsigned char* next, size_t left) {
  if (left >= 3) {
    // A surrogate in three bytes is well-formed but for its value: replaced as one.
    if (next[0] == 0xED && is_utf8_continuation(next[1]) && is_utf8_continuation(next[2])) return 3;
    return (next[0] == 0xE0 && (next[1] & 0xE0) == 0x80) || !is_utf8_continuation(next[1]) ? 1 : 2;
  }
  if (left == 2 &&
      ((next[0] == 0xE0 && (next[1] & 0xE0) == 0x80) || !is_utf8_continuation(next[1])))
    return 1;
  return left;
}

bool bad_second_of_four(unsigned char first, unsigned char second) {
  return first > 0xF4 || (first == 0xF0 && (second < 0x90 || second > 0xBF)) ||
         (first == 0xF4 && (second & 0xF0) != 0x80) || !is_utf8_continuation(second);
}

size_t malformed_four(const unsigned char* next, size_t left) {
  if (left >= 4) {
    if (bad_second_of_four(next[0], next[1])) return 1;
    return is_utf8_continuation(next[2]) ? 3 : 2;
  }
  if (next[0] > 0xF4 || (left >= 2 && bad_second_of_four(next[0], next[1]))) return 1;
  if (left >= 3 && !is_utf8_continuation(next[2])) return 2;
  return left;
}

size_t malformed_length(const unsigned char* next, size_t left) {
  unsigned char c = next[0];
  if (c >= 0xC2 && c < 0xE0) return left < 2 ? left : 1;
  if (c >= 0xE0 && c < 0xF0) return malformed_three(next, left);
  if (c >= 0xF0 && c < 0xF8) return malformed_four(next, left);
  return 1;
}

}  // namespace

size_t utf16_length(std::string_view text) {
  size_t length = 0;
  for (unsigned char c : text) length += !is_utf8_continuation(c) + (c >= 0xF0);
  return length;
}

int32_t java_string_hash(std::string_view text) {
  uint32_t hash = 0;
  for_each_utf16_unit(text, [&](char16_t unit) { hash = 31 * hash + unit; });
  return static_cast<int32_t>(hash);
}

char* write_utf16_unit(char* start, char* out, char16_t unit) {
  if (unit < 0x80) {
    *out++ = static_cast<char>(unit);
  } else if (unit < 0x800) {
    *out++ = static_cast<char>(0xC0 | unit >> 6);
    *out++ = static_cast<char>(0x80 | (unit & 0x3F));
  } else {
    auto byte = [&](int back) { return static_cast<unsigned char>(out[-back]); };
    if (unit >= 0xDC00 && unit < 0xE000 && out - start >= 3 && byte(3) == 0xED && byte(2) >= 0xA0 &&
        byte(2) < 0xB0) {
      uint32_t high = 0xD000u | (byte(2) & 0x3Fu) << 6 | (byte(1) & 0x3Fu);
      uint32_t c = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00u);
      out -= 3;
      *out++ = static_cast<char>(0xF0 | c >> 18);
      *out++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
      *out++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
      *out++ = static_cast<char>(0x80 | (c & 0x3F));
      return out;
    }
    *out++ = static_cast<char>(0xE0 | unit >> 12);
    *out++ = static_cast<char>(0x80 | (unit >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (unit & 0x3F));
  }
  return out;
}

std::string_view decode_utf8(std::string_view bytes, Arena& arena) {
  if (is_utf8(bytes)) return bytes;
  char* start = static_cast<char*>(arena.allocate(bytes.size() * 3));
  char* out = start;
  const auto* next = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* end = next + bytes.size();
  while (next < end) {
    size_t left = static_cast<size_t>(end - next);
    size_t length = utf8_character_length(next, left);
    if (length != 0) {
      std::memcpy(out, next, length);
      out += length;
    } else {
      length = malformed_length(next, left);
      std::memcpy(out, kReplacement.data(), kReplacement.size());
      out += kReplacement.size();
    }
    next += length;
  }
  return {start, static_cast<size_t>(out - start)};
}

std::string_view encode_utf8(std::string_view text, Arena& arena) {
  if (is_utf8(text)) return text;
  char* start = static_cast<char*>(arena.allocate(text.size()));
  char* out = start;
  const auto* next = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = next + text.size();
  while (next < end) {
    size_t left = static_cast<size_t>(end - next);
    size_t length = utf8_character_length(next, left);
    if (length == 0) {
      *out++ = '?';
      length = next[0] == 0xED && left >= 3 ? 3 : 1;
    } else {
      std::memcpy(out, next, length);
      out += length;
    }
    next += length;
  }
  return {start, static_cast<size_t>(out - start)};
}

std::string_view java_trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

}  // namespace millrace::data
