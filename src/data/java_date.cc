#include "data/java_date.h"

#include "data/java_number.h"

namespace millrace::data {
namespace {

constexpr int64_t kCutover = -141'427;  // 1582-10-15 in days since the epoch

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0)); }

// Both count years from 1 March, so that the leap day is the last of its year.
struct MarchYear {
  int64_t year, day_of_year;
};

MarchYear gregorian_march_year(int64_t days) {
  days += 719'468;
  int64_t era = floor_div(days, 146'097), day = days - era * 146'097;
  int64_t year = (day - day / 1460 + day / 36'524 - day / 146'096) / 365;
  return {era * 400 + year, day - (365 * year + year / 4 - year / 100)};
}

MarchYear julian_march_year(int64_t days) {
  days += 719'470;
  int64_t era = floor_div(days, 1461), day = days - era * 1461;
  int64_t year = (day - day / 1460) / 365;
  return {era * 4 + year, day - 365 * year};
}

}  // namespace

int64_t gregorian_days(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = floor_div(year, 400), year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

int64_t julian_days(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return year * 365 + floor_div(year, 4) + day_of_year - 719'470;
}

DateFields date_fields(int64_t millis) {
  int64_t days = floor_div(millis, kMillisPerDay);
  int64_t rest = millis - days * kMillisPerDay;
  MarchYear march = days >= kCutover ? gregorian_march_year(days) : julian_march_year(days);
  int64_t month = (5 * march.day_of_year + 2) / 153;
  DateFields fields{};
  fields.day = static_cast<int>(march.day_of_year - (153 * month + 2) / 5 + 1);
  fields.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  int64_t year = march.year + (fields.month <= 2);
  fields.before_christ = year <= 0;
  fields.year = year <= 0 ? 1 - year : year;
  fields.hour = static_cast<int>(rest / 3'600'000);
  fields.minute = static_cast<int>(rest / 60'000 % 60);
  fields.second = static_cast<int>(rest / 1000 % 60);
  fields.millisecond = static_cast<int>(rest % 1000);
  fields.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
  return fields;
}

int64_t days_from_date(int64_t year, int64_t month, int64_t day) {
  year += floor_div(month - 1, 12);
  month = month - floor_div(month - 1, 12) * 12;
  int64_t days = gregorian_days(year, month, 1) + day - 1;
  if (days >= kCutover) return days;
  int64_t julian = julian_days(year, month, 1) + day - 1;
  // Between the calendars: the days that were left out count on from the Julian side.
  return julian;
}

void append_padded(std::string& out, int64_t value, int width) {
  std::string text = std::to_string(value);
  for (int i = static_cast<int>(text.size()); i < width; ++i) out.push_back('0');
  out.append(text);
}

void append_date_text(std::string& out, int64_t millis) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  DateFields fields = date_fields(millis);
  out.append(kDays[fields.weekday]).append(" ").append(kMonths[fields.month - 1]).append(" ");
  append_padded(out, fields.day, 2);
  out.push_back(' ');
  append_padded(out, fields.hour, 2);
  out.push_back(':');
  append_padded(out, fields.minute, 2);
  out.push_back(':');
  append_padded(out, fields.second, 2);
  out.append(" UTC ");
  append_integer(out, fields.year);
}

}  // namespace millrace::data
