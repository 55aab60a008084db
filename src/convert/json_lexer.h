#pragma once
// The tokens of a JSON text, read as Jackson 2.21 reads them under JsonConverter's settings:
// leading zeros allowed, at most 1000 digits and 20,000,000 characters of a string, overlong UTF-8
// accepted, encoded surrogates refused, a number at the root followed by white space or nothing.
// docs/decisions/json.md tells why this is our own.
//
// Strings are views into the input where that is possible, else they are decoded into the arena. A
// failed read leaves the reason in problem(); the lexer is then of no further use.

#include <cstdint>
#include <string_view>

#include "base/arena.h"

namespace millrace::convert {

// The part of `text` before the first quote, backslash, control character or byte above 127.
const char* skip_plain(const char* next, const char* end);

struct JsonNumber {
  std::string_view text;  // without leading zeros; what Java gives to BigInteger and BigDecimal
  bool integer;
  bool small;     // integer of at most 18 digits
  int64_t value;  // of a small integer
};

class JsonLexer {
 public:
  static constexpr int kMaxDepth = 1000;
  static constexpr size_t kMaxDigits = 1000, kMaxString = 20'000'000, kMaxName = 50'000;

  JsonLexer(std::string_view text, Arena& arena)
      : next_(text.data()), end_(text.data() + text.size()), arena_(arena) {}

  const char* position() const { return next_; }
  const char* end() const { return end_; }
  const char* problem() const { return problem_; }
  Arena& arena() { return arena_; }

  // Skips white space; the next byte, not consumed, or -1 at the end. -2: a control character.
  int peek() {
    while (next_ < end_) {
      unsigned char c = static_cast<unsigned char>(*next_);
      if (c > ' ') return c;
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return control_character();
      ++next_;
    }
    return -1;
  }
  void advance(size_t bytes = 1) { next_ += bytes; }
  // Skips white space and `expected`; false: something else is there.
  bool take(char expected) {
    if (next_ < end_ && *next_ == expected) {
      ++next_;
      return true;
    }
    if (peek() != static_cast<unsigned char>(expected)) return false;
    ++next_;
    return true;
  }
  // The bytes `name"` right here: a member name that is expected, its first quote consumed.
  bool take_name(std::string_view name) {
    if (static_cast<size_t>(end_ - next_) <= name.size() || next_[name.size()] != '"' ||
        std::memcmp(next_, name.data(), name.size()) != 0) {
      return false;
    }
    next_ += name.size() + 1;
    return true;
  }

  // After the opening quote.
  bool read_string(std::string_view& text) {
    const char* stop = skip_plain(next_, end_);
    if (stop < end_ && *stop == '"' && static_cast<size_t>(stop - next_) <= kMaxString) {
      text = {next_, static_cast<size_t>(stop - next_)};
      next_ = stop + 1;
      return true;
    }
    return read_other_string(text, stop, false);
  }
  bool read_name(std::string_view& text) {
    const char* stop = skip_plain(next_, end_);
    if (stop < end_ && *stop == '"' && static_cast<size_t>(stop - next_) <= kMaxName) {
      text = {next_, static_cast<size_t>(stop - next_)};
      next_ = stop + 1;
      return true;
    }
    return read_other_string(text, stop, true);
  }

  // At a digit or a minus sign.
  bool read_number(bool root, JsonNumber& number);
  // true, false, null; at its first letter.
  bool read_literal(std::string_view literal);

  bool fail(const char* problem) {
    problem_ = problem;
    return false;
  }

 private:
  int control_character();
  bool read_other_string(std::string_view& text, const char* stop, bool name);
  bool decode_string(std::string_view& text, bool name);
  bool decode_escape(uint32_t& unit);
  bool read_hex(uint32_t& unit);
  bool decode_multi_byte(uint32_t& c);
  bool read_fraction(const char* digits, bool root, JsonNumber& number);
  bool end_number(bool root);

  const char* next_;
  const char* end_;
  Arena& arena_;
  const char* problem_ = nullptr;
};

}  // namespace millrace::convert
