#include "convert/json_lexer.h"

#include "data/java_string.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace::convert {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_continuation(char c) { return (c & 0xC0) == 0x80; }

bool is_plain(char c) { return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\'; }

// Past the well-formed multi-byte characters at `next`.
const char* skip_multi_byte(const char* next, const char* end) {
  while (next < end && (*next & 0x80)) {
    auto c = static_cast<unsigned char>(*next);
    size_t length = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (static_cast<size_t>(end - next) < length || !is_utf8({next, length})) {
      return next;
    }
    next += length;
  }
  return next;
}

}  // namespace

const char* skip_plain(const char* next, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  const __m128i blank = _mm_set1_epi8(0x20);
  while (end - next >= 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(next));
    // Signed: bytes above 127 are below the blank as well.
    __m128i found =
        _mm_or_si128(_mm_cmplt_epi8(bytes, blank),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    int mask = _mm_movemask_epi8(found);
    if (mask != 0) return next + __builtin_ctz(static_cast<unsigned>(mask));
    next += 16;
  }
#endif
  while (next < end && is_plain(*next)) ++next;
  return next;
}

int JsonLexer::control_character() {
  problem_ = "Illegal character: only regular white space is allowed between tokens";
  return -2;
}

// From the first byte that is not plain on: multi-byte characters stay in the view, the rest is
// decoded.
bool JsonLexer::read_other_string(std::string_view& text, const char* stop, bool name) {
  while (stop < end_ && (*stop & 0x80)) {
    const char* past = skip_multi_byte(stop, end_);
    if (past == stop) return decode_string(text, name);
    stop = skip_plain(past, end_);
  }
  if (stop == end_) return fail("Unexpected end-of-input in a string");
  if (*stop != '"') return decode_string(text, name);
  text = {next_, static_cast<size_t>(stop - next_)};
  next_ = stop + 1;
  if (name && text.size() > kMaxName) return fail("Name length exceeds the maximum allowed");
  if (text.size() > kMaxString && data::utf16_length(text) > kMaxString)
    return fail("String value length exceeds the maximum allowed");
  return true;
}

bool JsonLexer::read_hex(uint32_t& unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    if (next_ == end_) return fail("Unexpected end-of-input in character escape sequence");
    char c = *next_++;
    uint32_t digit;
    if (is_digit(c)) {
      digit = static_cast<uint32_t>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<uint32_t>((c | 0x20) - 'a' + 10);
    } else {
      return fail("Expected a hex-digit for character escape sequence");
    }
    unit = unit << 4 | digit;
  }
  return true;
}

bool JsonLexer::decode_escape(uint32_t& unit) {
  if (next_ == end_) return fail("Unexpected end-of-input in character escape sequence");
  char c = *next_++;
  switch (c) {
    case 'b': unit = '\b'; return true;
    case 't': unit = '\t'; return true;
    case 'n': unit = '\n'; return true;
    case 'f': unit = '\f'; return true;
    case 'r': unit = '\r'; return true;
    case '"':
    case '/':
    case '\\': unit = static_cast<unsigned char>(c); return true;
    case 'u': return read_hex(unit);
    default: return fail("Unrecognized character escape");
  }
}

// As Jackson: continuation bytes are looked at, overlong forms and values beyond U+10FFFF are not;
// encoded surrogates are refused. A character of four bytes is given minus 0x10000, with bit 31
// set.
bool JsonLexer::decode_multi_byte(uint32_t& c) {
  auto first = static_cast<unsigned char>(next_[-1]);
  int more = (first & 0xE0) == 0xC0   ? 1
             : (first & 0xF0) == 0xE0 ? 2
             : (first & 0xF8) == 0xF0 ? 3
                                      : 0;
  if (more == 0) return fail("Invalid UTF-8 start byte");
  c = first & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) {
    if (next_ == end_) return fail("Unexpected end-of-input in a string");
    if (!is_continuation(*next_)) return fail("Invalid UTF-8 middle byte");
    c = c << 6 | (static_cast<unsigned char>(*next_++) & 0x3F);
  }
  if (more == 2 && c >= 0xD800 && c <= 0xDFFF) return fail("Invalid UTF-8: illegal surrogate");
  return true;
}

bool JsonLexer::decode_string(std::string_view& text, bool name) {
  const char* close = next_;
  while (close < end_ && *close != '"') close += *close == '\\' ? 2 : 1;
  if (close >= end_) close = end_;
  // The worst case: four malformed bytes become two lone surrogates of three bytes each.
  size_t room = static_cast<size_t>(close - next_) * 3 / 2 + 8;
  char* start = static_cast<char*>(arena_.allocate(room));
  char* out = start;
  size_t units = 0;
  for (;;) {
    const char* stop = skip_plain(next_, end_);
    std::memcpy(out, next_, static_cast<size_t>(stop - next_));
    out += stop - next_;
    units += static_cast<size_t>(stop - next_);
    next_ = stop;
    if (next_ == end_) return fail("Unexpected end-of-input in a string");
    char byte = *next_++;
    if (byte == '"') break;
    uint32_t c = 0;
    if (byte == '\\') {
      if (!decode_escape(c)) return false;
      if (name && c >= 0xDC00 && c <= 0xDFFF) return fail("Unexpected low surrogate in field name");
      if (name && c >= 0xD800 && c <= 0xDBFF) {
        out = data::write_utf16_unit(start, out, static_cast<char16_t>(c));
        ++units;
        if (next_ == end_ || *next_ != '\\') return fail("Broken surrogate pair in field name");
        ++next_;
        if (!decode_escape(c)) return false;
        if (c < 0xDC00 || c > 0xDFFF) return fail("Broken surrogate pair in field name");
      }
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      return fail("Illegal unquoted character: has to be escaped");
    } else if (!decode_multi_byte(c)) {
      return false;
    } else if (static_cast<unsigned char>(byte) >= 0xF0) {
      // Jackson splits whatever came out, also where it is no character.
      int32_t rest = static_cast<int32_t>(c) - 0x10000;
      uint32_t high = static_cast<uint32_t>(rest >> 10);
      high = name ? 0xD800 + high : 0xD800 | high;
      out = data::write_utf16_unit(start, out, static_cast<char16_t>(high));
      ++units;
      c = 0xDC00 | (static_cast<uint32_t>(rest) & 0x3FF);
    }
    out = data::write_utf16_unit(start, out, static_cast<char16_t>(c));
    ++units;
  }
  text = {start, static_cast<size_t>(out - start)};
  arena_.shrink_last(start, text.size());
  if (name && text.size() > kMaxName) return fail("Name length exceeds the maximum allowed");
  if (units > kMaxString) return fail("String value length exceeds the maximum allowed");
  return true;
}

bool JsonLexer::end_number(bool root) {
  if (!root || next_ == end_) return true;
  if (*next_ == ' ' || *next_ == '\t' || *next_ == '\r' || *next_ == '\n') return true;
  return fail("Expected space separating root-level values");
}

bool JsonLexer::read_number(bool root, JsonNumber& number) {
  const char* start = next_;
  bool negative = *next_ == '-';
  if (negative) ++next_;
  if (next_ == end_ || !is_digit(*next_)) return fail("Expected a digit in a numeric value");
  const char* zeros = next_;
  if (*next_ == '0') {
    while (end_ - next_ >= 2 && next_[0] == '0' && is_digit(next_[1])) ++next_;
  }
  const char* digits = next_;
  uint64_t value = 0;
  while (next_ < end_ && is_digit(*next_)) {
    value = value * 10 + static_cast<uint64_t>(*next_ - '0');
    ++next_;
  }
  size_t count = static_cast<size_t>(next_ - digits);
  if (digits != zeros && negative) {
    // Leading zeros behind a sign: the text that counts is not in one piece.
    size_t most = 1;
    while (digits + most < end_ && std::strchr("0123456789.eE+-", digits[most]) != nullptr &&
           digits[most] != '\0') {
      ++most;
    }
    char* copy = static_cast<char*>(arena_.allocate(most + 1));
    copy[0] = '-';
    std::memcpy(copy + 1, digits, most);
    start = copy;
  } else if (!negative) {
    start = digits;
  }
  if (next_ < end_ && (*next_ == '.' || (*next_ | 0x20) == 'e')) {
    if (!read_fraction(digits, root, number)) return false;
    number.text = {start, static_cast<size_t>(next_ - digits) + negative};
    return true;
  }
  if (count > kMaxDigits) return fail("Number value length exceeds the maximum allowed");
  number.text = {start, count + negative};
  number.integer = true;
  number.small = count <= 18;
  number.value = static_cast<int64_t>(negative ? 0 - value : value);
  return end_number(root);
}

bool JsonLexer::read_fraction(const char* digits, bool root, JsonNumber& number) {
  number.integer = number.small = false;
  size_t count = static_cast<size_t>(next_ - digits);
  if (*next_ == '.') {
    const char* fraction = ++next_;
    while (next_ < end_ && is_digit(*next_)) ++next_;
    if (next_ == fraction) return fail("Decimal point not followed by a digit");
    count += static_cast<size_t>(next_ - fraction);
  }
  if (next_ < end_ && (*next_ | 0x20) == 'e') {
    ++next_;
    if (next_ < end_ && (*next_ == '+' || *next_ == '-')) ++next_;
    const char* exponent = next_;
    while (next_ < end_ && is_digit(*next_)) ++next_;
    if (next_ == exponent) return fail("Exponent indicator not followed by a digit");
    count += static_cast<size_t>(next_ - exponent);
  }
  if (count > kMaxDigits) return fail("Number value length exceeds the maximum allowed");
  return end_number(root);
}

bool JsonLexer::read_literal(std::string_view literal) {
  size_t left = static_cast<size_t>(end_ - next_);
  if (left < literal.size() || std::memcmp(next_, literal.data(), literal.size()) != 0)
    return fail("Unrecognized token: was expecting a JSON value");
  next_ += literal.size();
  if (next_ == end_) return true;
  auto c = static_cast<unsigned char>(*next_);
  // A literal must not go on as an identifier would.
  bool letter =
      is_digit(*next_) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c >= 0x7F;
  return letter ? fail("Unrecognized token: was expecting a JSON value") : true;
}

}  // namespace millrace::convert
