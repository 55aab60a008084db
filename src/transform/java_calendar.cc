#include "transform/java_calendar.h"

#include <algorithm>

#include "data/java_date.h"

namespace millrace::transform {
namespace {

constexpr int64_t kCutover = -141'427;  // 1582-10-15 in days since the epoch
constexpr int64_t kCutoverYear = 1582;

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0)); }

// Java's arithmetic wraps.
int64_t wrapping_millis(int64_t days) {
  return static_cast<int64_t>(static_cast<uint64_t>(days) *
                              static_cast<uint64_t>(data::kMillisPerDay));
}

// The last day that is not after `day` and falls on `weekday` (1: Sunday).
int64_t weekday_on_or_before(int64_t day, int64_t weekday) {
  const int64_t since_sunday = day + 4 - (weekday - 1);  // the epoch is a Thursday
  return day - (since_sunday - 7 * floor_div(since_sunday, 7));
}

// The Sunday that begins the week which holds `first`, the first day of a month or a year.
int64_t first_week(int64_t first) { return weekday_on_or_before(first, 1); }

int64_t month_length(int64_t year, int64_t month) {  // month from 0
  return data::days_from_date(year, month + 2, 1) - data::days_from_date(year, month + 1, 1);
}

}  // namespace

void JavaCalendar::set_iso_day_of_week(int32_t day) {
  set(kDayOfWeek, day < 1 || day > 7 ? day : day == 7 ? 1 : day + 1);
}

void JavaCalendar::add_years(int32_t years) {
  for (const Field field : {kYear, kWeekYear}) {  // Java's arithmetic wraps
    const uint32_t sum = static_cast<uint32_t>(values_[field]) + static_cast<uint32_t>(years);
    values_[field] = static_cast<int32_t>(sum);
  }
}

int JavaCalendar::with_day_of_week(Field field) const {
  if (!is_set(field) || !is_set(kDayOfWeek)) return 0;
  return std::max(stamps_[field], stamps_[kDayOfWeek]);
}

// GregorianCalendar's choice among the ways to name a day: the one set last.
JavaCalendar::Day JavaCalendar::chosen_day() const {
  const int of_year = stamps_[kDayOfYear];
  int of_month = stamps_[kDayOfMonth];
  int week_of_month = with_day_of_week(kWeekOfMonth);
  int week_in_month = with_day_of_week(kDayOfWeekInMonth);
  int week_of_year = with_day_of_week(kWeekOfYear);
  int best = std::max({of_month, week_of_month, week_in_month, of_year, week_of_year});
  if (best == 0) {  // none is complete
    week_of_month = stamps_[kWeekOfMonth];
    week_in_month = std::max(stamps_[kDayOfWeekInMonth], stamps_[kDayOfWeek]);
    week_of_year = stamps_[kWeekOfYear];
    best = std::max({week_of_month, week_in_month, week_of_year});
    if (best == 0) best = of_month = stamps_[kMonth];
  }
  if (best == of_month) return is_set(kDayOfMonth) ? Day::kOfMonth : Day::kOfMonthByDefault;
  if ((best == week_of_month && stamps_[kWeekOfMonth] >= stamps_[kWeekOfYear]) ||
      (best == week_in_month && stamps_[kDayOfWeekInMonth] >= stamps_[kWeekOfYear])) {
    if (week_of_month == week_in_month) {
      return stamps_[kWeekOfMonth] >= stamps_[kDayOfWeekInMonth] ? Day::kByWeekOfMonth
                                                                 : Day::kByWeekInMonth;
    }
    return best == week_of_month ? Day::kByWeekOfMonth : Day::kByWeekInMonth;
  }
  return best == of_year ? Day::kOfYear : Day::kByWeekOfYear;
}

// first: of the month. Whether the day of the week counts: it does wherever it is set.
int64_t JavaCalendar::day_in_month(int64_t first, Day day, int64_t year, int64_t month) const {
  const int64_t weekday = is_set(kDayOfWeek) ? values_[kDayOfWeek] : 1;
  switch (day) {
    case Day::kOfMonth: return first + values_[kDayOfMonth] - 1;
    case Day::kByWeekOfMonth: {
      int64_t start = first_week(first);
      if (is_set(kDayOfWeek)) start = weekday_on_or_before(start + 6, weekday);
      return start + 7 * (int64_t{values_[kWeekOfMonth]} - 1);
    }
    case Day::kByWeekInMonth: {
      const int64_t week = is_set(kDayOfWeekInMonth) ? values_[kDayOfWeekInMonth] : 1;
      if (week >= 0) return weekday_on_or_before(first + 7 * week - 1, weekday);
      return weekday_on_or_before(first + month_length(year, month) + 7 * (week + 1) - 1, weekday);
    }
    default: return first;
  }
}

int64_t JavaCalendar::day_in_year(int64_t first, Day day) const {
  if (day == Day::kOfYear) return first + values_[kDayOfYear] - 1;
  int64_t start = first_week(first);
  if (is_set(kDayOfWeek) && values_[kDayOfWeek] != 1)
    start = weekday_on_or_before(start + 6, values_[kDayOfWeek]);
  return start + 7 * (int64_t{values_[kWeekOfYear]} - 1);
}

int64_t JavaCalendar::day_in(bool gregorian, int64_t year, Day day) const {
  const bool by_year = day == Day::kOfYear || day == Day::kByWeekOfYear;
  int64_t month = by_year || !is_set(kMonth) ? 0 : values_[kMonth];
  year += floor_div(month, 12);
  month -= 12 * floor_div(month, 12);
  const int64_t first =
      gregorian ? data::gregorian_days(year, month + 1, 1) : data::julian_days(year, month + 1, 1);
  return by_year ? day_in_year(first, day) : day_in_month(first, day, year, month);
}

int64_t JavaCalendar::day() const {
  const Day way = chosen_day();
  int64_t year = is_set(kYear) ? values_[kYear] : 1970;
  if (is_set(kEra) && values_[kEra] == 0) year = 1 - year;
  const int64_t extra = floor_div(time_of_day(), data::kMillisPerDay);
  const int64_t gregorian = extra + day_in(true, year, way);
  if (year > kCutoverYear && gregorian >= kCutover) return gregorian;
  const int64_t julian = extra + day_in(false, year, way);
  if (year < kCutoverYear) return julian;
  if (way == Day::kOfYear || way == Day::kByWeekOfYear) return julian;
  return gregorian >= kCutover && julian >= kCutover ? gregorian
         : gregorian >= kCutover                     ? gregorian
                                                     : julian;
}

int64_t JavaCalendar::time_of_day() const {
  const int half =
      is_set(kHour) && is_set(kAfternoon) ? std::max(stamps_[kHour], stamps_[kAfternoon]) : 0;
  int best = std::max(half, stamps_[kHourOfDay]);
  if (best == 0) best = std::max(stamps_[kHour], stamps_[kAfternoon]);
  int64_t hours = 0;
  if (best != 0 && best == stamps_[kHourOfDay])
    hours = values_[kHourOfDay];
  else if (best != 0)
    hours = int64_t{values_[kHour]} + 12 * (is_set(kAfternoon) ? values_[kAfternoon] : 0);
  return ((hours * 60 + values_[kMinute]) * 60 + values_[kSecond]) * 1000 + values_[kMillisecond];
}

// Calendar.setWeekDate
int64_t JavaCalendar::week_date() const {
  int64_t week = is_set(kWeekOfYear) ? values_[kWeekOfYear] : 1;
  int64_t weekday = is_set(kDayOfWeek) ? values_[kDayOfWeek] : 1;
  if (weekday < 1 || weekday > 7) {  // counted from Monday, then
    week += floor_div(weekday - 1, 7);
    weekday -= 7 * floor_div(weekday - 1, 7);
    weekday = weekday == 7 ? 1 : weekday + 1;
  }
  // The week year is of the era that the other fields say.
  const bool before_christ =
      floor_div(wrapping_millis(this->day()), data::kMillisPerDay) < data::julian_days(1, 1, 1);
  const int64_t year = before_christ ? 1 - int64_t{values_[kWeekYear]} : values_[kWeekYear];
  const int64_t day = first_week(data::days_from_date(year, 1, 1)) + weekday - 1 + 7 * (week - 1);
  // Java makes a moment of it first, then takes that moment's date.
  return floor_div(wrapping_millis(day), data::kMillisPerDay);
}

int64_t JavaCalendar::millis() const {
  const int64_t time = time_of_day();
  const int64_t extra = floor_div(time, data::kMillisPerDay);
  const bool by_week_year = stamps_[kWeekYear] > stamps_[kYear];
  const int64_t days = by_week_year ? week_date() + extra : day();
  return static_cast<int64_t>(static_cast<uint64_t>(wrapping_millis(days)) +
                              static_cast<uint64_t>(time - extra * data::kMillisPerDay) -
                              static_cast<uint64_t>(int64_t{values_[kOffset]}));
}

}  // namespace millrace::transform
