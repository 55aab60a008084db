#include "convert/base64.h"

#include <array>
#include <cstdio>

#include "data/java_string.h"

namespace millrace::convert {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> make_values() {
  std::array<int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (int i = 0; i < 64; ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kValues = make_values();

int value_of(char c) { return kValues[static_cast<unsigned char>(c)]; }

}  // namespace

char* write_base64(char* out, std::string_view bytes) {
  const auto* next = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t left = bytes.size();
  for (; left >= 3; left -= 3, next += 3) {
    uint32_t group = uint32_t{next[0]} << 16 | uint32_t{next[1]} << 8 | next[2];
    *out++ = kAlphabet[group >> 18];
    *out++ = kAlphabet[group >> 12 & 63];
    *out++ = kAlphabet[group >> 6 & 63];
    *out++ = kAlphabet[group & 63];
  }
  if (left == 0) return out;
  uint32_t group = uint32_t{next[0]} << 16 | (left == 2 ? uint32_t{next[1]} << 8 : 0u);
  *out++ = kAlphabet[group >> 18];
  *out++ = kAlphabet[group >> 12 & 63];
  *out++ = left == 2 ? kAlphabet[group >> 6 & 63] : '=';
  *out++ = '=';
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string text(base64_size(bytes.size()), '\0');
  write_base64(text.data(), bytes);
  return text;
}

bool read_base64(std::string_view text, Arena& arena, std::string_view& bytes) {
  text = data::java_trim(text);
  char* start = static_cast<char*>(arena.allocate(text.size() / 4 * 3 + 3));
  char* out = start;
  size_t at = 0;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) <= ' ') {
      ++at;
      continue;
    }
    if (text.size() - at < 4) return false;
    int a = value_of(text[at]), b = value_of(text[at + 1]);
    int c = value_of(text[at + 2]), d = value_of(text[at + 3]);
    if (a < 0 || b < 0) return false;
    *out++ = static_cast<char>(a << 2 | b >> 4);
    if (c < 0) {
      if (text[at + 2] != '=' || text[at + 3] != '=') return false;
    } else {
      *out++ = static_cast<char>(b << 4 | c >> 2);
      if (d >= 0) {
        *out++ = static_cast<char>(c << 6 | d);
      } else if (text[at + 3] != '=') {
        return false;
      }
    }
    at += 4;
  }
  bytes = {start, static_cast<size_t>(out - start)};
  arena.shrink_last(start, bytes.size());
  return true;
}

namespace {

std::string illegal_character(char16_t unit, int place) {
  char code[12];
  std::snprintf(code, sizeof code, "code 0x%x", static_cast<unsigned>(unit));
  const std::string where =
      ") as character #" + std::to_string(place + 1) + " of 4-char base64 unit: ";
  if (unit <= ' ')
    return "Illegal white space character (" + std::string(code) + where +
           "can only used between units";
  if (unit == '=') {
    return "Unexpected padding character ('='" + where +
           "padding only legal as 3rd or 4th character";
  }
  const bool control = unit >= 0x7F && unit < 0xA0;
  std::string shown;
  if (unit >= 0xD800 && unit < 0xE000) {
    shown = "?";  // Java prints no half of a pair
  } else {
    shown.resize(4);
    shown.resize(static_cast<size_t>(data::write_utf16_unit(shown.data(), shown.data(), unit) -
                                     shown.data()));
  }
  return "Illegal character " + (control ? "" : "'" + shown + "' ") + "(" + code +
         ") in base64 content";
}

}  // namespace

std::string base64_problem(std::string_view text) {
  std::u16string units;
  data::for_each_utf16_unit(text, [&](char16_t unit) { units.push_back(unit); });
  int place = 0;  // in a group of four
  bool padded = false;
  for (char16_t unit : units) {
    if (place == 0 && unit <= ' ') continue;
    if (padded) {
      if (unit != '=') return illegal_character(unit, 3) + ": expected padding character '='";
    } else if (unit == '=' && place >= 2) {
      padded = place == 2;
    } else if (unit > 0x7F || value_of(static_cast<char>(unit)) < 0) {
      return illegal_character(unit, place);
    }
    if (++place == 4) place = 0, padded = false;
  }
  return "Unexpected end of base64-encoded String: base64 variant 'MIME-NO-LINEFEEDS' expects "
         "padding (one or more '=' characters) at the end. This Base64Variant might have been "
         "incorrectly configured";
}

}  // namespace millrace::convert
