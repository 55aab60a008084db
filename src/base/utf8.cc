#include "base/utf8.h"

namespace millrace {

size_t utf8_character_length(const unsigned char* next, size_t left) {
  const unsigned char c = next[0];
  if (c < 0x80) return 1;
  if (c < 0xC2) return 0;
  if (c < 0xE0) return left >= 2 && is_utf8_continuation(next[1]) ? 2 : 0;
  if (c < 0xF0) {
    if (left < 3 || !is_utf8_continuation(next[1]) || !is_utf8_continuation(next[2])) return 0;
    if (c == 0xE0 && next[1] < 0xA0) return 0;
    if (c == 0xED && next[1] >= 0xA0) return 0;
    return 3;
  }
  if (c > 0xF4 || left < 4 || !is_utf8_continuation(next[1]) || !is_utf8_continuation(next[2]) ||
      !is_utf8_continuation(next[3])) {
    return 0;
  }
  if (c == 0xF0 && next[1] < 0x90) return 0;
  if (c == 0xF4 && next[1] >= 0x90) return 0;
  return 4;
}

bool is_utf8(std::string_view bytes) {
  if (is_ascii(bytes)) return true;
  const auto* next = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* end = next + bytes.size();
  while (next < end) {
    const size_t length = utf8_character_length(next, static_cast<size_t>(end - next));
    if (length == 0) return false;
    next += length;
  }
  return true;
}

std::string latin1_to_utf8(std::string_view bytes) {
  if (is_ascii(bytes)) return std::string(bytes);
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 4);
  for (const unsigned char c : bytes) {
    if (c < 0x80) {
      text.push_back(static_cast<char>(c));
    } else {
      text.push_back(static_cast<char>(0xC0 | (c >> 6)));
      text.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
  }
  return text;
}

}  // namespace millrace
