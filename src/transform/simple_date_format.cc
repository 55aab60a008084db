#include "transform/simple_date_format.h"

#include <array>
#include <cctype>
#include <chrono>

#include "data/java_date.h"

namespace millrace::transform {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::string_view kLetters = "GyYMLwWDdFEuaHkKhmsSzZX";

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

void append_number(std::string& out, int64_t value, int width) {
  data::append_padded(out, value, width);
}

// The first day (since the epoch) of week 1 of `year`: weeks begin on Sunday, and the first holds 1
// January (English, US).
int64_t first_week(int64_t year) {
  int64_t january_first = data::days_from_date(year, 1, 1);
  int64_t weekday = ((january_first + 4) % 7 + 7) % 7;  // 0: Sunday
  return january_first - weekday;
}

struct WeekOfYear {
  int64_t year, week;
};
WeekOfYear week_of_year(int64_t day, int64_t year) {
  if (day >= first_week(year + 1)) return {year + 1, (day - first_week(year + 1)) / 7 + 1};
  return {year, (day - first_week(year)) / 7 + 1};
}

}  // namespace

Result<SimpleDateFormat> SimpleDateFormat::parse(const std::string& pattern) {
  SimpleDateFormat format;
  format.pattern_ = pattern;
  auto literal = [&](char c) {
    if (format.parts_.empty() || format.parts_.back().letter != 0)
      format.parts_.push_back({0, 0, {}});
    format.parts_.back().literal.push_back(c);
  };
  for (size_t i = 0; i < pattern.size();) {
    char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        literal('\'');
        i += 2;
        continue;
      }
      bool closed = false;
      for (++i; i < pattern.size(); ++i) {
        if (pattern[i] != '\'') {
          literal(pattern[i]);
        } else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
          literal('\'');
          ++i;
        } else {
          closed = true;
          ++i;
          break;
        }
      }
      if (!closed)
        return fail(ErrorKind::bad_config, "Unterminated quote",
                    "java.lang.IllegalArgumentException");
      continue;
    }
    if (!std::isalpha(static_cast<unsigned char>(c))) {
      literal(c);
      ++i;
      continue;
    }
    if (kLetters.find(c) == std::string_view::npos) {
      return fail(ErrorKind::bad_config, std::string("Illegal pattern character '") + c + "'",
                  "java.lang.IllegalArgumentException");
    }
    size_t end = pattern.find_first_not_of(c, i);
    int count = static_cast<int>((end == std::string::npos ? pattern.size() : end) - i);
    if (c == 'X' && count > 3) {
      return fail(ErrorKind::bad_config, "invalid ISO 8601 format: length=" + std::to_string(count),
                  "java.lang.IllegalArgumentException");
    }
    format.parts_.push_back({c, count, {}});
    i += static_cast<size_t>(count);
  }
  return format;
}

std::string SimpleDateFormat::format(int64_t millis) const {
  const data::DateFields date = data::date_fields(millis);
  const int64_t day = floor_div(millis, data::kMillisPerDay);
  const int64_t signed_year = date.before_christ ? 1 - date.year : date.year;
  std::string out;
  for (const Part& part : parts_) {
    const int width = part.count;
    switch (part.letter) {
      case 0: out += part.literal; break;
      case 'G': out += date.before_christ ? "BC" : "AD"; break;
      case 'y':
        if (width == 2)
          append_number(out, date.year % 100, 2);
        else
          append_number(out, date.year, width);
        break;
      case 'Y': {
        int64_t year = week_of_year(day, signed_year).year;
        if (width == 2)
          append_number(out, year % 100, 2);
        else
          append_number(out, year, width);
        break;
      }
      case 'M':
      case 'L':
        if (width >= 4)
          out += kMonths[static_cast<size_t>(date.month - 1)];
        else if (width == 3)
          out += kMonths[static_cast<size_t>(date.month - 1)].substr(0, 3);
        else
          append_number(out, date.month, width);
        break;
      case 'w': append_number(out, week_of_year(day, signed_year).week, width); break;
      case 'W': {
        int64_t first = day - (date.day - 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7;
        append_number(out, (date.day - 1 + weekday) / 7 + 1, width);
        break;
      }
      case 'D': append_number(out, day - data::days_from_date(signed_year, 1, 1) + 1, width); break;
      case 'd': append_number(out, date.day, width); break;
      case 'F': append_number(out, (date.day - 1) / 7 + 1, width); break;
      case 'E':
        out += width >= 4 ? kDays[static_cast<size_t>(date.weekday)]
                          : kDays[static_cast<size_t>(date.weekday)].substr(0, 3);
        break;
      case 'u': append_number(out, date.weekday == 0 ? 7 : date.weekday, width); break;
      case 'a': out += date.hour < 12 ? "AM" : "PM"; break;
      case 'H': append_number(out, date.hour, width); break;
      case 'k': append_number(out, date.hour == 0 ? 24 : date.hour, width); break;
      case 'K': append_number(out, date.hour % 12, width); break;
      case 'h': append_number(out, date.hour % 12 == 0 ? 12 : date.hour % 12, width); break;
      case 'm': append_number(out, date.minute, width); break;
      case 's': append_number(out, date.second, width); break;
      case 'S': append_number(out, date.millisecond, width); break;
      case 'z': out += width >= 4 ? "Coordinated Universal Time" : "UTC"; break;
      case 'Z': out += "+0000"; break;
      case 'X': out += "Z"; break;
    }
  }
  return out;
}

namespace {

// Reads from a text by the parts of a pattern.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool literal(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  // width: where the next part is a number, too: all that belongs to this one, its sign included.
  // 0: as many digits as there are.
  bool number(int width, int64_t& value, int* digits = nullptr) {
    const size_t limit = width == 0 ? text_.size() : at_ + static_cast<size_t>(width);
    if (limit > text_.size()) return false;
    bool negative = at_ < limit && text_[at_] == '-';
    size_t start = at_ + (negative ? 1 : 0), end = start;
    while (end < limit && std::isdigit(static_cast<unsigned char>(text_[end])) &&
           end - start < 18) {
      ++end;
    }
    if (end == start) return false;
    value = 0;
    for (size_t i = start; i < end; ++i) value = value * 10 + (text_[i] - '0');
    if (negative) value = -value;
    if (digits != nullptr) *digits = negative ? 0 : static_cast<int>(end - start);
    at_ = end;
    return true;
  }
  // The longest of the names that stands here, ignoring case; full or first three letters.
  template <size_t N>
  bool name(const std::array<std::string_view, N>& names, int64_t& index) {
    size_t best = 0;
    for (size_t i = 0; i < N; ++i) {
      for (std::string_view form : {names[i], names[i].substr(0, 3)}) {
        if (form.size() > best && same(text_.substr(at_, form.size()), form)) {
          best = form.size();
          index = static_cast<int64_t>(i);
        }
      }
    }
    at_ += best;
    return best > 0;
  }
  bool zone(bool iso, int64_t& offset_minutes) {
    offset_minutes = 0;
    if (iso && literal("Z")) return true;
    if (!iso) {
      for (std::string_view name : {"Coordinated Universal Time", "UTC", "GMT"}) {
        if (same(text_.substr(at_, name.size()), name)) {
          at_ += name.size();
          if (name != "GMT" || at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-'))
            return true;
          break;
        }
      }
    }
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return false;
    int64_t sign = text_[at_++] == '-' ? -1 : 1, hours = 0, minutes = 0;
    if (!two_digits(hours)) return false;
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) &&
        !two_digits(minutes))
      return false;
    offset_minutes = sign * (hours * 60 + minutes);
    return true;
  }

 private:
  bool two_digits(int64_t& value) {  // or one
    size_t end = at_;
    while (end < text_.size() && end < at_ + 2 &&
           std::isdigit(static_cast<unsigned char>(text_[end])))
      ++end;
    return end > at_ && number(static_cast<int>(end - at_), value);
  }
  static bool same(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (std::tolower(static_cast<unsigned char>(a[i])) !=
          std::tolower(static_cast<unsigned char>(b[i])))
        return false;
    }
    return true;
  }
  std::string_view text_;
  size_t at_ = 0;
};

int64_t this_year() {
  using namespace std::chrono;
  return data::date_fields(
             duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count())
      .year;
}

// A two-digit year lies within 80 years before and 20 years after now.
int64_t full_year(int64_t two_digits, int64_t this_year) {
  int64_t start = this_year - 80;
  int64_t year = start - start % 100 + two_digits;
  return year < start ? year + 100 : year;
}

}  // namespace

std::optional<int64_t> SimpleDateFormat::read(std::string_view text) const {
  int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, millis = 0, zone = 0,
          value = 0;
  std::optional<int64_t> day_of_year, half_hour, era;
  bool afternoon = false;
  Reader reader(text);
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (part.letter == 0) {
      if (!reader.literal(part.literal)) return std::nullopt;
      continue;
    }
    reader.skip_blanks();
    // Adjacent numbers without text between them have the width of their letters.
    bool next_is_number =
        i + 1 < parts_.size() && parts_[i + 1].letter != 0 &&
        std::string_view("GEaz").find(parts_[i + 1].letter) == std::string_view::npos &&
        !(parts_[i + 1].letter == 'M' && parts_[i + 1].count >= 3) && parts_[i + 1].letter != 'X' &&
        parts_[i + 1].letter != 'Z';
    const int most = next_is_number ? part.count : 0;
    int digits = 0;
    bool ok = true;
    switch (part.letter) {
      case 'G':
        ok = (reader.literal("AD") && (era = 1, true)) || (reader.literal("BC") && (era = 0, true));
        break;
      case 'y':
      case 'Y':
        ok = reader.number(most, year, &digits);
        if (ok && part.count <= 2 && digits == 2) year = full_year(year, this_year());
        break;
      case 'M':
      case 'L':
        if (part.count >= 3) {
          ok = reader.name(kMonths, value);
          month = value + 1;
        } else {
          ok = reader.number(most, month);
        }
        break;
      case 'D': ok = reader.number(most, value), day_of_year = value; break;
      case 'd': ok = reader.number(most, day); break;
      case 'E': ok = reader.name(kDays, value); break;
      case 'u':
      case 'w':
      case 'W':
      case 'F': ok = reader.number(most, value); break;
      case 'a':
        ok = reader.literal("AM") || reader.literal("am") ||
             ((reader.literal("PM") || reader.literal("pm")) && (afternoon = true));
        break;
      case 'H': ok = reader.number(most, hour); break;
      case 'k': ok = reader.number(most, hour), hour = hour == 24 ? 0 : hour; break;
      case 'K': ok = reader.number(most, value), half_hour = value; break;
      case 'h': ok = reader.number(most, value), half_hour = value == 12 ? 0 : value; break;
      case 'm': ok = reader.number(most, minute); break;
      case 's': ok = reader.number(most, second); break;
      case 'S': ok = reader.number(most, millis); break;
      case 'z':
      case 'Z':
      case 'X': ok = reader.zone(part.letter == 'X', zone); break;
    }
    if (!ok) return std::nullopt;
  }
  if (half_hour) hour = *half_hour + (afternoon ? 12 : 0);
  if (era && *era == 0) year = 1 - year;
  int64_t days = day_of_year ? data::days_from_date(year, 1, 1) + *day_of_year - 1
                             : data::days_from_date(year, month, day);
  return ((days * 24 + hour) * 60 + minute - zone) * 60000 + second * 1000 + millis;
}

}  // namespace millrace::transform
