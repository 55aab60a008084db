#pragma once
// java.util.Date in UTC, on the calendar that java.util.GregorianCalendar keeps: Julian before 15
// October 1582, Gregorian from then on.

#include <cstdint>
#include <string>

namespace millrace::data {

inline constexpr int64_t kMillisPerDay = 86'400'000;

struct DateFields {
  int64_t year;  // within its era: 1 BC is year 1
  bool before_christ;
  int month, day;  // from 1
  int hour, minute, second, millisecond;
  int weekday;  // 0: Sunday
};
DateFields date_fields(int64_t millis);

// Lenient as GregorianCalendar: months and days may be out of range. year 0 is 1 BC.
int64_t days_from_date(int64_t year, int64_t month, int64_t day);

// Days since the epoch of a date of one calendar, carried on for ever; month from 1 to 12.
int64_t gregorian_days(int64_t year, int64_t month, int64_t day);
int64_t julian_days(int64_t year, int64_t month, int64_t day);

// Date.toString: `Thu Jan 02 00:00:00 UTC 2020`.
void append_date_text(std::string& out, int64_t millis);

// `text` padded with zeros on the left to `width`.
void append_padded(std::string& out, int64_t value, int width);

}  // namespace millrace::data
