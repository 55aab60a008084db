#include "data/java_number.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace millrace::data {
namespace {

char* write_text(char* out, const char* text) {
  size_t length = std::strlen(text);
  std::memcpy(out, text, length);
  return out + length;
}

// Decimal digits and exponent: 0.d1d2d3... * 10^point.
struct Digits {
  char digits[20];
  int count = 0;
  int point = 0;
};

void read_scientific(const char* text, const char* end, Digits& result) {
  const char* next = text;
  for (; next < end && *next != 'e'; ++next) {
    if (*next != '.') result.digits[result.count++] = *next;
  }
  int exponent = 0;
  if (next < end) std::from_chars(next + (next[1] == '+' ? 2 : 1), end, exponent);
  result.point = exponent + 1;
  while (result.count > 1 && result.digits[result.count - 1] == '0') --result.count;
}

// Where one digit would do, Java takes the nearest decimal of two digits: 4.9E-324, not 5.0E-324.
template <typename Float>
void prefer_two_digits(Float value, Digits& digits) {
  char text[40];
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 1).ptr;
  Float again = 0;
  auto parsed = std::from_chars(text, end, again);
  if (parsed.ec != std::errc() || again != value) return;
  digits = Digits{};
  read_scientific(text, end, digits);
}

char* write_plain(char* out, const Digits& digits) {
  int position = 0;
  if (digits.point <= 0) {
    *out++ = '0';
    *out++ = '.';
    for (int i = digits.point; i < 0; ++i) *out++ = '0';
  } else {
    for (; position < digits.point; ++position)
      *out++ = position < digits.count ? digits.digits[position] : '0';
    *out++ = '.';
    if (position >= digits.count) *out++ = '0';
  }
  for (; position < digits.count; ++position) *out++ = digits.digits[position];
  return out;
}

char* write_scientific(char* out, const Digits& digits) {
  *out++ = digits.digits[0];
  *out++ = '.';
  if (digits.count == 1) *out++ = '0';
  for (int i = 1; i < digits.count; ++i) *out++ = digits.digits[i];
  *out++ = 'E';
  return std::to_chars(out, out + 8, digits.point - 1).ptr;
}

template <typename Float>
char* write_float(char* out, Float value) {
  if (std::isnan(value)) return write_text(out, "NaN");
  if (std::signbit(value)) *out++ = '-';
  value = std::fabs(value);
  if (std::isinf(value)) return write_text(out, "Infinity");
  if (value == 0) return write_text(out, "0.0");
  if (value < Float(1e7) && value == static_cast<Float>(static_cast<int64_t>(value))) {
    out = std::to_chars(out, out + 8, static_cast<int64_t>(value)).ptr;
    return write_text(out, ".0");
  }
  char text[40];
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  Digits digits;
  read_scientific(text, end, digits);
  if (digits.count == 1) prefer_two_digits(value, digits);
  if (value >= Float(1e-3) && value < Float(1e7)) return write_plain(out, digits);
  return write_scientific(out, digits);
}

}  // namespace

char* write_java_double(char* out, double value) { return write_float(out, value); }
char* write_java_float(char* out, float value) { return write_float(out, value); }

void append_java_double(std::string& out, double value) {
  char text[kFloatTextSize];
  out.append(text, write_java_double(text, value));
}

void append_java_float(std::string& out, float value) {
  char text[kFloatTextSize];
  out.append(text, write_java_float(text, value));
}

void append_integer(std::string& out, int64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

int64_t java_double_bits(double value) {
  if (std::isnan(value)) return 0x7ff8000000000000LL;
  int64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

int32_t java_float_bits(float value) {
  if (std::isnan(value)) return 0x7fc00000;
  int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

}  // namespace millrace::data
