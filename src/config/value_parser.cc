// Java's value parsing: ConfigDef.parseType for values that come as text.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/text_list.h"
#include "config/config_def.h"

namespace millrace::config {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() &&
         std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
         });
}

std::optional<int64_t> parse_integer(std::string_view text, int64_t minimum, int64_t maximum) {
  // from_chars takes no plus sign, Java takes one.
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  if (number < minimum || number > maximum) return {};
  return number;
}

// Double.parseDouble: NaN and Infinity spelled out, a suffix d or f, hexadecimal only with 0x.
std::optional<double> parse_real(std::string_view text) {
  std::string copy(text);
  std::string_view digits = copy;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) digits.remove_prefix(1);
  const bool negative = copy[0] == '-';
  if (digits == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (digits == "Infinity") return negative ? -HUGE_VAL : HUGE_VAL;
  if (digits.empty() || !(std::isdigit(static_cast<unsigned char>(digits[0])) || digits[0] == '.'))
    return {};
  const bool hexadecimal = digits.substr(0, 2) == "0x" || digits.substr(0, 2) == "0X";
  if (hexadecimal && digits.find_first_of("pP") == std::string_view::npos) return {};
  if (std::string_view("dDfF").find(copy.back()) != std::string_view::npos) copy.pop_back();
  char* end = nullptr;
  const double number = std::strtod(copy.c_str(), &end);
  if (end == copy.c_str() || *end != '\0') return {};
  return number;
}

// Double.toString: plain between 1e-3 and 1e7, else with an exponent; always a fraction.
std::string print_real(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  const double magnitude = std::fabs(number);
  const bool plain = magnitude == 0 || (magnitude >= 1e-3 && magnitude < 1e7);
  char buffer[64];
  const auto result =
      std::to_chars(buffer, buffer + sizeof buffer, number,
                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, result.ptr);
  if (plain) return text.find('.') == std::string::npos ? text + ".0" : text;
  const size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  return mantissa + "E" + std::to_string(std::atoi(text.c_str() + e + 1));
}

Failure not_a_number(Type type) {
  return fail(ErrorKind::bad_config, "Not a number of type " + std::string(type_name(type)));
}

Result<Value> integer_value(Type type, std::string_view text, int64_t minimum, int64_t maximum) {
  const std::optional<int64_t> number = parse_integer(text, minimum, maximum);
  if (!number) return not_a_number(type);
  Value value;
  value.number = *number;
  value.text = std::to_string(*number);
  return value;
}

Result<Value> boolean_value(std::string_view text) {
  Value value;
  value.number = equals_ignoring_case(text, "true") ? 1 : 0;
  if (value.number == 0 && !equals_ignoring_case(text, "false"))
    return fail(ErrorKind::bad_config, "Expected value to be either true or false");
  value.text = value.number != 0 ? "true" : "false";
  return value;
}

Result<Value> real_value(std::string_view text) {
  const std::optional<double> number = text.empty() ? std::nullopt : parse_real(text);
  if (!number) return not_a_number(Type::kDouble);
  Value value;
  value.real = *number;
  value.number = std::isfinite(*number) && std::fabs(*number) < 9e18
                     ? static_cast<int64_t>(std::floor(*number))
                     : 0;
  value.text = print_real(*number);
  return value;
}

Value list_value(std::string_view text) {
  Value value;
  value.list = split_list(text, EmptyItems::kKept);
  value.text.emplace();
  for (size_t i = 0; i < value.list.size(); ++i) *value.text += (i == 0 ? "" : ",") + value.list[i];
  return value;
}

template <typename Integer>
Result<Value> integer_of(Type type, std::string_view text) {
  return integer_value(type, text, std::numeric_limits<Integer>::min(),
                       std::numeric_limits<Integer>::max());
}

}  // namespace

std::string_view trim(std::string_view text) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

Result<Value> parse_value(const ConfigKey& key, const std::optional<std::string>& text) {
  if (!text) return Value{};
  const std::string_view trimmed = trim(*text);
  switch (key.type) {
    case Type::kBoolean: return boolean_value(trimmed);
    case Type::kInt: return integer_of<int32_t>(key.type, trimmed);
    case Type::kShort: return integer_of<int16_t>(key.type, trimmed);
    case Type::kLong: return integer_of<int64_t>(key.type, trimmed);
    case Type::kDouble: return real_value(trimmed);
    case Type::kList: return list_value(trimmed);
    case Type::kClass:
      if (key.class_exists && !key.class_exists(trimmed))
        return fail(ErrorKind::bad_config, "Class " + *text + " could not be found.");
      break;
    case Type::kString:
    case Type::kPassword: break;
  }
  Value value;
  value.text = std::string(trimmed);
  return value;
}

}  // namespace millrace::config
