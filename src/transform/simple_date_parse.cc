// SimpleDateFormat.parse
#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <limits>

#include "data/java_date.h"
#include "transform/date_names.h"
#include "transform/java_calendar.h"
#include "transform/java_digits.h"
#include "transform/simple_date_format.h"

namespace millrace::transform {
namespace {

using Field = JavaCalendar::Field;

// Zones that Java's English names know by an abbreviation: minutes east of Greenwich.
struct Zone {
  std::string_view name;
  int minutes;
};
constexpr Zone kZones[] = {{"Coordinated Universal Time", 0},
                           {"UTC", 0},
                           {"UCT", 0},
                           {"WET", 0},
                           {"WEST", 60},
                           {"BST", 60},
                           {"CET", 60},
                           {"CEST", 120},
                           {"WAT", 60},
                           {"EET", 120},
                           {"EEST", 180},
                           {"SAST", 120},
                           {"CAT", 120},
                           {"IST", 120},
                           {"MSK", 180},
                           {"EAT", 180},
                           {"PKT", 300},
                           {"WIB", 420},
                           {"HKT", 480},
                           {"SGT", 480},
                           {"AWST", 480},
                           {"JST", 540},
                           {"KST", 540},
                           {"ACST", 570},
                           {"AEST", 600},
                           {"AEDT", 660},
                           {"NZST", 720},
                           {"NZDT", 780},
                           {"ART", -180},
                           {"BRT", -180},
                           {"EDT", -240},
                           {"EST", -300},
                           {"CDT", -300},
                           {"CST", -360},
                           {"MDT", -360},
                           {"MST", -420},
                           {"PDT", -420},
                           {"PST", -480},
                           {"AKDT", -480},
                           {"AKST", -540},
                           {"HST", -600}};

bool digit(char c) { return c >= '0' && c <= '9'; }

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

int this_year() {
  using namespace std::chrono;
  const auto now = system_clock::now().time_since_epoch();
  return static_cast<int>(data::date_fields(duration_cast<milliseconds>(now).count()).year);
}

// Reads a text by the parts of a pattern into a calendar.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool literal(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  // width: of a number that another number follows without anything between; else 0.
  bool field(char letter, int count, int width) {
    const size_t start = at_;
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (at_ == text_.size()) return false;
    if (letter == 'z' || letter == 'Z') return zone();
    if (letter == 'X') return iso_zone(count);
    if (letter == 'G' || letter == 'E' || letter == 'a' ||
        ((letter == 'M' || letter == 'L') && count > 2)) {
      at_ = start;  // blanks before names are not skipped
      return name(letter);
    }
    if (width > 0 && start + static_cast<size_t>(width) > text_.size()) return false;
    const size_t end = width > 0 ? start + static_cast<size_t>(width) : text_.size();
    return number(letter, count, end);
  }

  int64_t millis() const {
    const int64_t millis = calendar_.millis();
    if (!ambiguous_year_) return millis;
    using namespace std::chrono;
    const int64_t now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    const data::DateFields date = data::date_fields(now);
    const int64_t century_start =
        data::days_from_date(date.year - 80, date.month, date.day) * data::kMillisPerDay +
        now % data::kMillisPerDay;
    if (millis >= century_start) return millis;
    JavaCalendar later = calendar_;
    later.add_years(100);
    return later.millis();
  }

 private:
  // DecimalFormat.parse of an integer, then Number.intValue.
  bool integer(size_t end, int32_t& value) {
    if (end - at_ >= 3 && text_.substr(at_, 3) == "NaN") {  // as it does for DecimalFormat
      at_ += 3;
      value = 0;
      return true;
    }
    const bool negative = at_ < end && text_[at_] == '-';
    size_t next = at_ + (negative ? 1 : 0);
    const size_t first = next;
    double large = 0;
    uint64_t exact = 0;
    while (next < end && digit(text_[next])) {
      const auto one = static_cast<unsigned>(text_[next++] - '0');
      large = large * 10 + one;
      if (large < 9.2e18) exact = exact * 10 + one;
    }
    if (next == first) return false;
    const int exponent = this->exponent(next, end);
    large *= std::pow(10.0, exponent);
    if (std::isnan(large)) large = 0;  // 0E400, or more digits than there are powers with E-1000
    if (large >= 9.2e18) {
      value = negative ? std::numeric_limits<int32_t>::min() : std::numeric_limits<int32_t>::max();
    } else {
      if (exponent != 0) exact = static_cast<uint64_t>(large);
      value = static_cast<int32_t>(static_cast<uint32_t>(negative ? 0 - exact : exact));
    }
    at_ = next;
    return true;
  }
  // "E2" behind a number; moves `next` behind it.
  int exponent(size_t& next, size_t end) const {
    if (next >= end || text_[next] != 'E') return 0;
    const bool negative = next + 1 < end && text_[next + 1] == '-';
    size_t after = next + (negative ? 2 : 1);
    int value = 0;
    const size_t first = after;
    for (; after < end && digit(text_[after]); ++after)
      value = std::min(value * 10 + (text_[after] - '0'), 1000);
    if (after == first) return 0;
    next = after;
    return negative ? -value : value;
  }

  bool number(char letter, int count, size_t end) {
    const size_t begin = at_;
    int32_t value = 0;
    if (!integer(end, value)) return false;
    switch (letter) {
      case 'y':
      case 'Y':
        if (count <= 2 && at_ - begin == 2 && digit(text_[begin])) value = full_year(value);
        calendar_.set(letter == 'y' ? Field::kYear : Field::kWeekYear, value);
        break;
      case 'M':
      case 'L':
        calendar_.set(Field::kMonth, static_cast<int32_t>(static_cast<uint32_t>(value) - 1));
        break;
      case 'w': calendar_.set(Field::kWeekOfYear, value); break;
      case 'W': calendar_.set(Field::kWeekOfMonth, value); break;
      case 'D': calendar_.set(Field::kDayOfYear, value); break;
      case 'd': calendar_.set(Field::kDayOfMonth, value); break;
      case 'F': calendar_.set(Field::kDayOfWeekInMonth, value); break;
      case 'u': calendar_.set_iso_day_of_week(value); break;
      case 'H': calendar_.set(Field::kHourOfDay, value); break;
      case 'k': calendar_.set(Field::kHourOfDay, value == 24 ? 0 : value); break;
      case 'K': calendar_.set(Field::kHour, value); break;
      case 'h': calendar_.set(Field::kHour, value == 12 ? 0 : value); break;
      case 'm': calendar_.set(Field::kMinute, value); break;
      case 's': calendar_.set(Field::kSecond, value); break;
      case 'S': calendar_.set(Field::kMillisecond, value); break;
    }
    return true;
  }

  // Two digits lie within 80 years before and 20 years after now.
  int32_t full_year(int32_t two_digits) {
    const int start = this_year() - 80;
    ambiguous_year_ = two_digits == start % 100;
    return two_digits + start - start % 100 + (two_digits < start % 100 ? 100 : 0);
  }

  bool takes(std::string_view name) {
    if (!same(text_.substr(at_, name.size()), name)) return false;
    at_ += name.size();
    return true;
  }
  bool name(char letter) {
    if (letter == 'G') {
      const bool ours = takes("Anno Domini") || takes("AD");
      if (!ours && !takes("Before Christ") && !takes("BC")) return false;
      calendar_.set(Field::kEra, ours ? 1 : 0);
      return true;
    }
    if (letter == 'a') {
      const bool morning = takes("AM");
      if (!morning && !takes("PM")) return false;
      calendar_.set(Field::kAfternoon, morning ? 0 : 1);
      return true;
    }
    if (letter == 'E') return one_of(kDays, Field::kDayOfWeek, 1);
    return one_of(kMonths, Field::kMonth, 0);
  }
  template <size_t N>
  bool one_of(const std::array<std::string_view, N>& names, Field field, int first) {
    for (bool whole : {true, false}) {
      for (size_t i = 0; i < N; ++i) {
        if (!takes(whole ? names[i] : names[i].substr(0, 3))) continue;
        calendar_.set(field, static_cast<int32_t>(i) + first);
        return true;
      }
    }
    return false;
  }

  bool zone() {
    if (text_[at_] == '+' || text_[at_] == '-') return numeric_zone(0, false);
    if (takes("GMT")) {
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-'))
        return numeric_zone(0, true);
      calendar_.set(Field::kOffset, 0);
      return true;
    }
    for (const Zone& zone : kZones) {
      if (!takes(zone.name)) continue;
      calendar_.set(Field::kOffset, zone.minutes * 60000);
      return true;
    }
    return false;
  }
  bool iso_zone(int count) {
    if (text_[at_] == 'Z') {
      ++at_;
      calendar_.set(Field::kOffset, 0);
      return true;
    }
    return (text_[at_] == '+' || text_[at_] == '-') && numeric_zone(count, count == 3);
  }
  // At the sign. count: of the letter X, else 0.
  bool numeric_zone(int count, bool colon) {
    const int sign = text_[at_++] == '-' ? -1 : 1;
    auto here = [&] { return at_ < text_.size() ? text_[at_] : '\0'; };
    if (!digit(here())) return false;
    int hours = text_[at_++] - '0';
    if (at_ == text_.size()) return false;
    if (digit(here()))
      hours = hours * 10 + (text_[at_++] - '0');
    else if (count > 0 || !colon)
      return false;
    if (hours > 23) return false;
    int minutes = 0;
    if (count != 1) {
      if (colon && here() != ':') return false;
      if (colon) ++at_;
      for (int i = 0; i < 2; ++i) {
        if (!digit(here())) return false;
        minutes = minutes * 10 + (text_[at_++] - '0');
      }
      if (minutes > 59) return false;
    }
    calendar_.set(Field::kOffset, sign * (hours * 60 + minutes) * 60000);
    return true;
  }

  const std::string_view text_;
  size_t at_ = 0;
  JavaCalendar calendar_;
  bool ambiguous_year_ = false;
};

// Whether a number that such a part follows has the width of its letters.
bool holds_number_before_to_its_width(char letter, int count) {
  if (letter == 'M' || letter == 'L') return count <= 2;
  return letter != 0 && std::string_view("GEazZX").find(letter) == std::string_view::npos;
}

}  // namespace

std::optional<int64_t> SimpleDateFormat::read(std::string_view text) const {
  const std::string digits = is_ascii(text) ? std::string() : with_ascii_digits(text);
  Reader reader(digits.empty() ? text : std::string_view(digits));
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (part.letter == 0) {
      if (!reader.literal(part.literal)) return std::nullopt;
      continue;
    }
    const bool tight = i + 1 < parts_.size() &&
                       holds_number_before_to_its_width(parts_[i + 1].letter, parts_[i + 1].count);
    if (!reader.field(part.letter, part.count, tight ? part.count : 0)) return std::nullopt;
  }
  return reader.millis();
}

}  // namespace millrace::transform
