#include "kafka/librdkafka/iso_duration.h"

#include <cctype>
#include <charconv>
#include <cstdint>

namespace millrace::kafka {
namespace {

constexpr int64_t kSecond = 1000;

// Takes one part after another off a text: "3H", "-4M", "+20.345S".
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char letter) {
    if (rest_.empty() || std::toupper(static_cast<unsigned char>(rest_.front())) != letter)
      return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Whether there is a part of this unit; adds it to the total.
  bool take(char unit, int64_t milliseconds_each) {
    const std::string_view before = rest_;
    const bool negative = rest_.starts_with('-');
    if (negative || rest_.starts_with('+')) rest_.remove_prefix(1);
    int64_t number = 0, milliseconds = 0;
    auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    const bool digits = error == std::errc() && !rest_.starts_with('-');
    if (digits) rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    if (!digits || (unit == 'S' && !take_fraction(milliseconds)) || !take(unit)) {
      rest_ = before;
      return false;
    }
    int64_t part = 0;
    const bool fits = !__builtin_mul_overflow(number, milliseconds_each, &part) &&
                      !__builtin_add_overflow(part, milliseconds, &part) &&
                      !__builtin_add_overflow(total_, negative ? -part : part, &total_);
    fits_ = fits_ && fits;
    return true;
  }
  std::optional<int64_t> total() const { return fits_ ? std::optional(total_) : std::nullopt; }

 private:
  // Up to nine digits after a point or a comma; false: more than that.
  bool take_fraction(int64_t& milliseconds) {
    if (!rest_.starts_with('.') && !rest_.starts_with(',')) return true;
    rest_.remove_prefix(1);
    int64_t unit = 100;
    size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      milliseconds += unit * (rest_[digits] - '0');
      unit /= 10;
    }
    rest_.remove_prefix(digits);
    return digits <= 9;
  }

  std::string_view rest_;
  int64_t total_ = 0;
  bool fits_ = true;
};

}  // namespace

std::optional<std::chrono::milliseconds> parse_iso_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Parts parts(text);
  if (!parts.take('P')) return std::nullopt;
  bool any = parts.take('D', 24 * 60 * 60 * kSecond);
  if (parts.take('T')) {
    any = parts.take('H', 60 * 60 * kSecond);
    any = parts.take('M', 60 * kSecond) || any;
    any = parts.take('S', kSecond) || any;
  }
  const auto total = parts.total();
  int64_t opposite = 0;
  if (!any || !parts.at_end() || !total || __builtin_sub_overflow(0, *total, &opposite))
    return std::nullopt;
  return std::chrono::milliseconds(negative ? opposite : *total);
}

}  // namespace millrace::kafka
