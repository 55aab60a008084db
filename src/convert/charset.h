#pragma once
// The character sets that every JVM has, as java.lang.String encodes and decodes them: what does
// not fit is replaced, never refused.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"

namespace millrace::convert {

enum class Charset : uint8_t {
  kUtf8,
  kLatin1,
  kAscii,
  kUtf16,
  kUtf16BigEndian,
  kUtf16LittleEndian
};

// By Java's name or one of its aliases, in any case.
std::optional<Charset> find_charset(std::string_view name);

// new String(bytes, charset) and String.getBytes(charset). The result may be the argument itself.
std::string_view decode_text(Charset charset, std::string_view bytes, Arena& arena);
std::string_view encode_text(Charset charset, std::string_view text, Arena& arena);

}  // namespace millrace::convert
