#include "convert/charset.h"

#include <algorithm>
#include <string>

#include "data/java_string.h"

namespace millrace::convert {
namespace {

struct Alias {
  std::string_view name;
  Charset charset;
};

constexpr Alias kAliases[] = {{"utf-8", Charset::kUtf8},
                              {"utf8", Charset::kUtf8},
                              {"unicode-1-1-utf-8", Charset::kUtf8},
                              {"iso-8859-1", Charset::kLatin1},
                              {"iso8859-1", Charset::kLatin1},
                              {"iso8859_1", Charset::kLatin1},
                              {"iso_8859-1", Charset::kLatin1},
                              {"iso_8859_1", Charset::kLatin1},
                              {"iso_8859-1:1987", Charset::kLatin1},
                              {"iso-ir-100", Charset::kLatin1},
                              {"8859_1", Charset::kLatin1},
                              {"latin1", Charset::kLatin1},
                              {"l1", Charset::kLatin1},
                              {"ibm819", Charset::kLatin1},
                              {"ibm-819", Charset::kLatin1},
                              {"cp819", Charset::kLatin1},
                              {"819", Charset::kLatin1},
                              {"csisolatin1", Charset::kLatin1},
                              {"us-ascii", Charset::kAscii},
                              {"ascii", Charset::kAscii},
                              {"ascii7", Charset::kAscii},
                              {"iso646-us", Charset::kAscii},
                              {"iso_646.irv:1991", Charset::kAscii},
                              {"iso_646.irv:1983", Charset::kAscii},
                              {"ansi_x3.4-1968", Charset::kAscii},
                              {"ansi_x3.4-1986", Charset::kAscii},
                              {"iso-ir-6", Charset::kAscii},
                              {"us", Charset::kAscii},
                              {"ibm367", Charset::kAscii},
                              {"cp367", Charset::kAscii},
                              {"csascii", Charset::kAscii},
                              {"default", Charset::kAscii},
                              {"646", Charset::kAscii},
                              {"utf-16", Charset::kUtf16},
                              {"utf_16", Charset::kUtf16},
                              {"utf16", Charset::kUtf16},
                              {"unicode", Charset::kUtf16},
                              {"unicodebig", Charset::kUtf16},
                              {"utf-16be", Charset::kUtf16BigEndian},
                              {"utf_16be", Charset::kUtf16BigEndian},
                              {"iso-10646-ucs-2", Charset::kUtf16BigEndian},
                              {"x-utf-16be", Charset::kUtf16BigEndian},
                              {"unicodebigunmarked", Charset::kUtf16BigEndian},
                              {"utf-16le", Charset::kUtf16LittleEndian},
                              {"utf_16le", Charset::kUtf16LittleEndian},
                              {"x-utf-16le", Charset::kUtf16LittleEndian},
                              {"unicodelittleunmarked", Charset::kUtf16LittleEndian}};

constexpr char16_t kReplacement = 0xFFFD;

bool is_high(uint32_t unit) { return (unit & 0xFC00) == 0xD800; }
bool is_low(uint32_t unit) { return (unit & 0xFC00) == 0xDC00; }

std::string_view decode_narrow(std::string_view bytes, bool ascii, Arena& arena) {
  if (is_ascii(bytes)) return bytes;
  char* start = static_cast<char*>(arena.allocate(bytes.size() * 3));
  char* out = start;
  for (unsigned char byte : bytes)
    out = data::write_utf16_unit(start, out, ascii && byte > 0x7F ? kReplacement : byte);
  return {start, static_cast<size_t>(out - start)};
}

std::string_view decode_wide(std::string_view bytes, Charset charset, Arena& arena) {
  bool big = charset != Charset::kUtf16LittleEndian;
  auto unit_at = [&](size_t at) {
    auto first = static_cast<unsigned char>(bytes[at]);
    auto second = static_cast<unsigned char>(bytes[at + 1]);
    return big ? first << 8 | second : second << 8 | first;
  };
  size_t at = 0;
  if (charset == Charset::kUtf16 && bytes.size() >= 2) {
    int mark = unit_at(0);
    if (mark == 0xFFFE) big = false;
    if (mark == 0xFFFE || mark == 0xFEFF) at = 2;
  }
  char* start = static_cast<char*>(arena.allocate(bytes.size() / 2 * 3 + 3));
  char* out = start;
  while (at + 2 <= bytes.size()) {
    int unit = unit_at(at);
    at += 2;
    if (is_high(static_cast<uint32_t>(unit))) {
      if (at + 2 > bytes.size()) {
        at = bytes.size() + 1;  // a half at the end: replaced together with what is left
        out = data::write_utf16_unit(start, out, kReplacement);
        break;
      }
      int low = unit_at(at);
      at += 2;  // Java replaces both units where they are no pair
      if (is_low(static_cast<uint32_t>(low))) {
        out = data::write_utf16_unit(start, out, static_cast<char16_t>(unit));
        unit = low;
      } else {
        unit = kReplacement;
      }
    } else if (is_low(static_cast<uint32_t>(unit))) {
      unit = kReplacement;
    }
    out = data::write_utf16_unit(start, out, static_cast<char16_t>(unit));
  }
  if (at < bytes.size()) out = data::write_utf16_unit(start, out, kReplacement);
  return {start, static_cast<size_t>(out - start)};
}

// UTF-16 units of a text with lone surrogates replaced.
std::u16string well_formed_units(std::string_view text, char16_t replacement) {
  std::u16string units;
  data::for_each_utf16_unit(text, [&](char16_t unit) { units.push_back(unit); });
  for (size_t i = 0; i < units.size(); ++i) {
    if (is_high(units[i]) && i + 1 < units.size() && is_low(units[i + 1])) {
      ++i;
    } else if (is_high(units[i]) || is_low(units[i])) {
      units[i] = replacement;
    }
  }
  return units;
}

std::string_view encode_narrow(std::string_view text, char16_t last, Arena& arena) {
  if (is_ascii(text)) return text;
  std::u16string units = well_formed_units(text, '?');
  char* start = static_cast<char*>(arena.allocate(units.size()));
  char* out = start;
  for (size_t i = 0; i < units.size(); ++i) {
    *out++ = units[i] <= last ? static_cast<char>(units[i]) : '?';
    if (is_high(units[i])) ++i;  // one '?' for a pair
  }
  return {start, static_cast<size_t>(out - start)};
}

std::string_view encode_wide(std::string_view text, Charset charset, Arena& arena) {
  std::u16string units = well_formed_units(text, kReplacement);
  if (charset == Charset::kUtf16 && !units.empty()) units.insert(units.begin(), 0xFEFF);
  char* start = static_cast<char*>(arena.allocate(units.size() * 2 + 1));
  char* out = start;
  for (char16_t unit : units) {
    char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit);
    *out++ = charset == Charset::kUtf16LittleEndian ? low : high;
    *out++ = charset == Charset::kUtf16LittleEndian ? high : low;
  }
  return {start, static_cast<size_t>(out - start)};
}

}  // namespace

std::optional<Charset> find_charset(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  for (const Alias& alias : kAliases) {
    if (alias.name == lower) return alias.charset;
  }
  return std::nullopt;
}

std::string_view decode_text(Charset charset, std::string_view bytes, Arena& arena) {
  switch (charset) {
    case Charset::kUtf8: return data::decode_utf8(bytes, arena);
    case Charset::kLatin1: return decode_narrow(bytes, false, arena);
    case Charset::kAscii: return decode_narrow(bytes, true, arena);
    default: return decode_wide(bytes, charset, arena);
  }
}

std::string_view encode_text(Charset charset, std::string_view text, Arena& arena) {
  switch (charset) {
    case Charset::kUtf8: return data::encode_utf8(text, arena);
    case Charset::kLatin1: return encode_narrow(text, 0xFF, arena);
    case Charset::kAscii: return encode_narrow(text, 0x7F, arena);
    default: return encode_wide(text, charset, arena);
  }
}

}  // namespace millrace::convert
