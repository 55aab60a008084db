#include "line_decoder.h"

#include <cstdint>
#include <cstring>

namespace millrace::file {
namespace {

struct Sequence {
  size_t length;
  bool valid;
};

bool continues(std::string_view bytes, size_t index) {
  return index < bytes.size() && (static_cast<uint8_t>(bytes[index]) & 0xC0) == 0x80;
}

Sequence three_bytes(std::string_view bytes) {
  auto first = static_cast<uint8_t>(bytes[0]);
  if (!continues(bytes, 1)) return {1, false};
  auto second = static_cast<uint8_t>(bytes[1]);
  if (first == 0xE0 && second < 0xA0) return {1, false};
  if (!continues(bytes, 2)) return {2, false};
  // A surrogate: three bytes, one replacement.
  if (first == 0xED && second >= 0xA0) return {3, false};
  return {3, true};
}

Sequence four_bytes(std::string_view bytes) {
  auto first = static_cast<uint8_t>(bytes[0]);
  if (first > 0xF4 || !continues(bytes, 1)) return {1, false};
  auto second = static_cast<uint8_t>(bytes[1]);
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90)) return {1, false};
  if (!continues(bytes, 2)) return {2, false};
  return continues(bytes, 3) ? Sequence{4, true} : Sequence{3, false};
}

// The sequence at the beginning of `bytes`, which is not empty and begins with no ASCII byte.
Sequence next_sequence(std::string_view bytes) {
  auto first = static_cast<uint8_t>(bytes[0]);
  if (first >= 0xC2 && first <= 0xDF)
    return continues(bytes, 1) ? Sequence{2, true} : Sequence{1, false};
  if (first >= 0xE0 && first <= 0xEF) return three_bytes(bytes);
  if (first >= 0xF0 && first <= 0xF7) return four_bytes(bytes);
  return {1, false};
}

// Bytes at the beginning that are ASCII.
size_t ascii_prefix(std::string_view bytes) {
  size_t index = 0;
  for (; index + 8 <= bytes.size(); index += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + index, sizeof word);
    if (word & 0x8080808080808080) break;
  }
  while (index < bytes.size() && static_cast<int8_t>(bytes[index]) >= 0) ++index;
  return index;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) {
  for (;;) {
    bytes.remove_prefix(ascii_prefix(bytes));
    if (bytes.empty()) return true;
    Sequence sequence = next_sequence(bytes);
    if (!sequence.valid) return false;
    bytes.remove_prefix(sequence.length);
  }
}

std::string decode_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + 16);
  while (!bytes.empty()) {
    size_t plain = ascii_prefix(bytes);
    text.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) break;
    Sequence sequence = next_sequence(bytes);
    text.append(sequence.valid ? bytes.substr(0, sequence.length) : "\xEF\xBF\xBD");
    bytes.remove_prefix(sequence.length);
  }
  return text;
}

}  // namespace millrace::file
