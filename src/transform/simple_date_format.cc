#include "transform/simple_date_format.h"

#include <cctype>

#include "data/java_date.h"
#include "transform/date_names.h"

namespace millrace::transform {
namespace {

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

}  // namespace millrace::transform
