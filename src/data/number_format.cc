#include "data/number_format.h"

#include <charconv>
#include <string>

#include "data/java_string.h"

namespace millrace::data {
namespace {

Error number_format(std::string message) {
  return {ErrorKind::bad_data, std::move(message), "java.lang.NumberFormatException"};
}

Error for_input(std::string_view text) {
  return number_format("For input string: \"" + std::string(text) + "\"");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Java's `char`; half of a pair is shown as '?'.
std::string first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead >= 0xF0) return "?";
  return std::string(text.substr(0, lead < 0x80 ? 1 : lead < 0xE0 ? 2 : 3));
}

// After the 'e': a sign, and up to ten digits beside leading zeros.
Error exponent_format(std::string_view exponent) {
  if (exponent.starts_with('+') || exponent.starts_with('-')) exponent.remove_prefix(1);
  if (exponent.empty()) return number_format("No exponent digits.");
  while (exponent.size() > 10 && exponent.front() == '0') exponent.remove_prefix(1);
  if (exponent.size() > 10) return number_format("Too many nonzero exponent digits.");
  for (char c : exponent) {
    if (!is_digit(c)) return number_format("Not a digit.");
  }
  return number_format("Exponent overflow.");
}

}  // namespace

Error integer_format(std::string_view text, Kind type) {
  if (type != Kind::kInt8 && type != Kind::kInt16) return for_input(text);
  std::string_view digits = text;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  int32_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return for_input(text);
  return number_format("Value out of range. Value:\"" + std::string(text) + "\" Radix:10");
}

Error floating_format(std::string_view text) {
  text = java_trim(text);
  return text.empty() ? number_format("empty String") : for_input(text);
}

Error decimal_format(std::string_view text) {
  constexpr size_t kCompactDigits = 18;
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const bool compact = text.size() <= kCompactDigits;
  bool dot = false;
  bool digits = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      digits = true;
    } else if (c == '.') {
      if (dot) return number_format("Character array contains more than one decimal point.");
      dot = true;
    } else if (c == 'e' || c == 'E') {
      Error exponent = exponent_format(text.substr(i + 1));
      if (digits || exponent.message() != "Exponent overflow.") return exponent;
      break;
    } else if (compact) {
      return number_format("Character " + first_character(text.substr(i)) +
                           " is neither a decimal digit number, decimal point, nor \"e\" notation "
                           "exponential mark.");
    } else {
      return number_format("Character array is missing \"e\" notation exponential mark.");
    }
  }
  return number_format(digits ? "Exponent overflow." : "No digits found.");
}

}  // namespace millrace::data
