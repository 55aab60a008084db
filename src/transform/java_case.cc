#include "transform/java_case.h"

#include <clocale>
#include <cstdint>
#include <cwctype>
#include <utility>

namespace millrace::transform {
namespace {

// The C library's simple mappings of Unicode; null where it has none but ASCII's.
locale_t unicode() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

// Letters that become several ones.
constexpr std::pair<uint32_t, std::string_view> kLongUpper[] = {
    {0x00DF, "SS"},      {0x0149, "\u02BCN"}, {0x01F0, "J\u030C"}, {0x0587, "\u0535\u0552"},
    {0x1E96, "H\u0331"}, {0x1E97, "T\u0308"}, {0x1E98, "W\u030A"}, {0x1E99, "Y\u030A"},
    {0xFB00, "FF"},      {0xFB01, "FI"},      {0xFB02, "FL"},      {0xFB03, "FFI"},
    {0xFB04, "FFL"},     {0xFB05, "ST"},      {0xFB06, "ST"},
};
constexpr uint32_t kSigma = 0x03A3, kFinalSigma = 0x03C2, kDottedI = 0x0130;

uint32_t next_code_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  int more = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  uint32_t code_point = lead < 0x80 ? lead : lead & (0x3Fu >> more);
  for (; more > 0 && at < text.size(); --more)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return code_point;
}

void append(std::string& out, uint32_t code_point) {
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
    return;
  }
  const int more = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
  out.push_back(static_cast<char>((0xFFu << (7 - more) & 0xFFu) | code_point >> (6 * more)));
  for (int i = more - 1; i >= 0; --i)
    out.push_back(static_cast<char>(0x80u | (code_point >> (6 * i) & 0x3Fu)));
}

bool letter(uint32_t code_point) {
  if (code_point < 0x80 || unicode() == nullptr)
    return (code_point | 0x20) >= 'a' && (code_point | 0x20) <= 'z';
  return iswalpha_l(static_cast<wint_t>(code_point), unicode()) != 0;
}

// Behind a letter, and no letter follows.
bool ends_word(std::string_view text, size_t next, bool after_letter) {
  return after_letter && (next >= text.size() || !letter(next_code_point(text, next)));
}

template <typename Map>
std::string mapped(std::string_view text, Map&& map) {
  std::string out;
  out.reserve(text.size());
  bool after_letter = false;
  for (size_t at = 0; at < text.size();) {
    const uint32_t code_point = next_code_point(text, at);
    map(out, code_point, ends_word(text, at, after_letter));
    after_letter = letter(code_point);
  }
  return out;
}

}  // namespace

std::string java_upper(std::string_view text) {
  return mapped(text, [](std::string& out, uint32_t code_point, bool) {
    if (code_point < 0x80) {
      const bool lower = code_point >= 'a' && code_point <= 'z';
      return out.push_back(static_cast<char>(lower ? code_point - 32 : code_point));
    }
    for (const auto& [from, to] : kLongUpper) {
      if (from == code_point) return void(out += to);
    }
    if (unicode() != nullptr)
      code_point = static_cast<uint32_t>(towupper_l(static_cast<wint_t>(code_point), unicode()));
    append(out, code_point);
  });
}

std::string java_lower(std::string_view text) {
  return mapped(text, [](std::string& out, uint32_t code_point, bool last) {
    if (code_point < 0x80) {
      const bool upper = code_point >= 'A' && code_point <= 'Z';
      return out.push_back(static_cast<char>(upper ? code_point + 32 : code_point));
    }
    if (code_point == kSigma && last) return append(out, kFinalSigma);
    if (code_point == kDottedI) return void(out += "i\u0307");
    if (unicode() != nullptr)
      code_point = static_cast<uint32_t>(towlower_l(static_cast<wint_t>(code_point), unicode()));
    append(out, code_point);
  });
}

}  // namespace millrace::transform
