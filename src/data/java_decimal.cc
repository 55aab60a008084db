#include "data/java_decimal.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <charconv>
#include <cmath>
#include <limits>

namespace millrace::data {
namespace {

using boost::multiprecision::cpp_int;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool fits_int64(std::string_view bytes) { return bytes.size() <= 8; }

int64_t small_value(std::string_view bytes) {
  int64_t value = !bytes.empty() && (bytes[0] & 0x80) ? -1 : 0;
  for (char byte : bytes)
    value =
        static_cast<int64_t>(static_cast<uint64_t>(value) << 8 | static_cast<unsigned char>(byte));
  return value;
}

// Magnitude of a two's complement number.
cpp_int magnitude(std::string_view bytes) {
  bool negative = !bytes.empty() && (bytes[0] & 0x80);
  std::string copy(bytes);
  if (negative) {
    for (char& byte : copy) byte = static_cast<char>(~byte);
  }
  cpp_int value;
  import_bits(value, reinterpret_cast<const unsigned char*>(copy.data()),
              reinterpret_cast<const unsigned char*>(copy.data()) + copy.size());
  return negative ? cpp_int(value + 1) : value;
}

bool is_negative(std::string_view bytes) { return !bytes.empty() && (bytes[0] & 0x80); }

// Two's complement, minimal.
std::string to_bytes(const cpp_int& magnitude, bool negative) {
  std::string bytes;
  if (!negative || magnitude == 0) {
    export_bits(magnitude, std::back_inserter(bytes), 8);
    if (bytes.empty() || (bytes[0] & 0x80)) bytes.insert(bytes.begin(), '\0');
    return bytes;
  }
  cpp_int rest = magnitude - 1;
  export_bits(rest, std::back_inserter(bytes), 8);
  if (bytes.empty() || (bytes[0] & 0x80)) bytes.insert(bytes.begin(), '\0');
  for (char& byte : bytes) byte = static_cast<char>(~byte);
  return bytes;
}

// The parts of a number's text; digits without the point.
struct Parts {
  bool negative = false;
  std::string_view whole, fraction;
  int64_t exponent = 0;
};

std::string_view take_digits(std::string_view& text) {
  size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

// false: not an exponent that Java takes.
bool read_exponent(std::string_view text, int64_t& exponent) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  while (text.size() > 10 && text[0] == '0') text.remove_prefix(1);
  if (text.size() > 10) return false;
  for (char c : text) {
    if (!is_digit(c)) return false;
    exponent = exponent * 10 + (c - '0');
  }
  if (negative) exponent = -exponent;
  return exponent == static_cast<int32_t>(exponent);
}

bool read_parts(std::string_view text, Parts& parts) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    parts.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  parts.whole = take_digits(text);
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    parts.fraction = take_digits(text);
  }
  if (parts.whole.empty() && parts.fraction.empty()) return false;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  return read_exponent(text.substr(1), parts.exponent);
}

}  // namespace

const uint8_t* minimal_bytes(int64_t value, uint8_t (&buffer)[8]) {
  uint64_t rest = static_cast<uint64_t>(value);
  for (int i = 7; i >= 0; --i, rest >>= 8) buffer[i] = static_cast<uint8_t>(rest);
  int first = 0;
  while (first < 7 && ((buffer[first] == 0 && !(buffer[first + 1] & 0x80)) ||
                       (buffer[first] == 0xFF && (buffer[first + 1] & 0x80)))) {
    ++first;
  }
  return buffer + first;
}

Cell decimal_from_int64(Arena& arena, int64_t unscaled, int32_t scale) {
  uint8_t buffer[8];
  const uint8_t* first = minimal_bytes(unscaled, buffer);
  return decimal_cell(
      arena, {reinterpret_cast<const char*>(first), static_cast<size_t>(buffer + 8 - first)},
      scale);
}

Cell decimal_from_bytes(Arena& arena, std::string_view bytes, int32_t scale) {
  while (bytes.size() > 1 &&
         ((bytes[0] == 0 && !(bytes[1] & 0x80)) || (bytes[0] == '\xFF' && (bytes[1] & 0x80)))) {
    bytes.remove_prefix(1);
  }
  return decimal_cell(arena, bytes, scale);
}

std::optional<Cell> decimal_from_text(Arena& arena, std::string_view text) {
  Parts parts;
  if (!read_parts(text, parts)) return std::nullopt;
  int64_t scale = static_cast<int64_t>(parts.fraction.size()) - parts.exponent;
  if (scale != static_cast<int32_t>(scale)) return std::nullopt;
  if (parts.whole.size() + parts.fraction.size() <= 18) {
    int64_t value = 0;
    for (char c : parts.whole) value = value * 10 + (c - '0');
    for (char c : parts.fraction) value = value * 10 + (c - '0');
    return decimal_from_int64(arena, parts.negative ? -value : value, static_cast<int32_t>(scale));
  }
  std::string digits(parts.whole);
  digits.append(parts.fraction);
  size_t zeros = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  cpp_int value(digits.substr(zeros));  // a leading zero would make it octal
  return decimal_cell(arena, to_bytes(value, parts.negative), static_cast<int32_t>(scale));
}

std::string unscaled_text(const Cell& decimal) {
  std::string_view bytes = unscaled(decimal);
  if (fits_int64(bytes)) return std::to_string(small_value(bytes));
  return (is_negative(bytes) ? "-" : "") + magnitude(bytes).str();
}

void append_decimal_text(std::string& out, const Cell& decimal) {
  std::string text = unscaled_text(decimal);
  int64_t scale = decimal.as.decimal->scale;
  std::string_view digits = text;
  if (digits[0] == '-') {
    out.push_back('-');
    digits.remove_prefix(1);
  }
  int64_t adjusted = -scale + static_cast<int64_t>(digits.size()) - 1;
  if (scale == 0) {
    out.append(digits);
  } else if (scale > 0 && adjusted >= -6) {
    int64_t padding = scale - static_cast<int64_t>(digits.size());
    if (padding >= 0) {
      out.append("0.").append(static_cast<size_t>(padding), '0').append(digits);
    } else {
      out.append(digits.substr(0, static_cast<size_t>(-padding))).push_back('.');
      out.append(digits.substr(static_cast<size_t>(-padding)));
    }
  } else {
    out.push_back(digits[0]);
    if (digits.size() > 1) out.append(".").append(digits.substr(1));
    if (adjusted != 0) {
      out.append(adjusted > 0 ? "E+" : "E").append(std::to_string(adjusted));
    }
  }
}

namespace {

template <typename Float>
Float to_float(const Cell& decimal) {
  std::string text = unscaled_text(decimal);
  if (text == "0") return 0;
  int64_t scale = decimal.as.decimal->scale;
  // Far outside of every float's range, and of what from_chars takes as an exponent.
  int64_t adjusted = -scale + static_cast<int64_t>(text.size());
  bool negative = text[0] == '-';
  Float huge = std::numeric_limits<Float>::infinity();
  Float result = adjusted > 0 ? huge : Float(0);
  if (adjusted > -5000 && adjusted < 5000) {
    text.append("e").append(std::to_string(-scale));
    Float parsed = 0;
    auto status = std::from_chars(text.data(), text.data() + text.size(), parsed);
    if (status.ec == std::errc()) return parsed;
  }
  return negative ? -result : result;
}

}  // namespace

double decimal_to_double(const Cell& decimal) { return to_float<double>(decimal); }
float decimal_to_float(const Cell& decimal) { return to_float<float>(decimal); }

int decimal_sign(const Cell& decimal) {
  std::string_view bytes = unscaled(decimal);
  if (is_negative(bytes)) return -1;
  return bytes.find_first_not_of('\0') == std::string_view::npos ? 0 : 1;
}

int64_t wrapped_int64(std::string_view digits) {
  bool negative = !digits.empty() && digits[0] == '-';
  if (negative) digits.remove_prefix(1);
  uint64_t value = 0;
  for (char c : digits) value = value * 10 + static_cast<uint64_t>(c - '0');
  return static_cast<int64_t>(negative ? 0 - value : value);
}

int64_t decimal_to_int64(const Cell& decimal) {
  int64_t scale = decimal.as.decimal->scale;
  if (scale <= -64) return 0;  // a multiple of 2^64
  std::string text = unscaled_text(decimal);
  if (scale > 0) {
    size_t sign = text[0] == '-';
    if (static_cast<int64_t>(text.size() - sign) <= scale) return 0;
    text.resize(text.size() - static_cast<size_t>(scale));
  } else {
    text.append(static_cast<size_t>(-scale), '0');
  }
  return wrapped_int64(text);
}

std::optional<int64_t> decimal_exact_int64(const Cell& decimal) {
  std::string text = unscaled_text(decimal);
  int64_t scale = decimal.as.decimal->scale;
  if (text == "0") return 0;
  while (scale > 0 && text.back() == '0') {
    text.pop_back();
    --scale;
  }
  if (scale > 0 || -scale > 19) return std::nullopt;
  text.append(static_cast<size_t>(-scale), '0');
  int64_t value = 0;
  auto status = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status.ec != std::errc()) return std::nullopt;
  return value;
}

int32_t decimal_hash(const Cell& decimal) {
  std::string_view bytes = unscaled(decimal);
  uint32_t scale = static_cast<uint32_t>(decimal.as.decimal->scale);
  // BigDecimal keeps values compact where they fit a long, but for its least value.
  if (fits_int64(bytes) && small_value(bytes) != std::numeric_limits<int64_t>::min()) {
    int64_t value = small_value(bytes);
    uint64_t absolute = static_cast<uint64_t>(value < 0 ? -value : value);
    uint32_t hash = static_cast<uint32_t>(absolute >> 32) * 31 + static_cast<uint32_t>(absolute);
    return static_cast<int32_t>(31 * (value < 0 ? 0 - hash : hash) + scale);
  }
  cpp_int rest = magnitude(bytes);
  std::vector<uint32_t> words;
  export_bits(rest, std::back_inserter(words), 32);
  uint32_t hash = 0;
  for (uint32_t word : words) hash = 31 * hash + word;
  if (is_negative(bytes)) hash = 0 - hash;
  return static_cast<int32_t>(31 * hash + scale);
}

}  // namespace millrace::data
