#pragma once
// JavaCalendar: the fields that a text gave to a java.util.GregorianCalendar (UTC, English: weeks
// begin on Sunday, the first holds 1 January), and the moment that it makes of them. Lenient:
// fields out of range run over into the larger ones. Of fields that contradict each other the ones
// set last count.

#include <cstdint>

namespace millrace::transform {

class JavaCalendar {
 public:
  enum Field : uint8_t {
    kEra,  // 0: before Christ
    kYear,
    kMonth,  // from 0
    kWeekOfYear,
    kWeekOfMonth,
    kDayOfMonth,
    kDayOfYear,
    kDayOfWeek,  // 1: Sunday
    kDayOfWeekInMonth,
    kAfternoon,
    kHour,
    kHourOfDay,
    kMinute,
    kSecond,
    kMillisecond,
    kOffset,  // of the zone, in milliseconds
    kWeekYear,
    kFields
  };
  void set(Field field, int32_t value) {
    stamps_[field] = next_stamp_++;
    values_[field] = value;
  }
  void set_iso_day_of_week(int32_t day);  // 1: Monday
  void add_years(int32_t years);

  // Milliseconds since the epoch.
  int64_t millis() const;

 private:
  enum class Day : uint8_t {
    kOfMonth,
    kOfYear,
    kByWeekOfMonth,
    kByWeekInMonth,
    kByWeekOfYear,
    kOfMonthByDefault
  };
  bool is_set(Field field) const { return stamps_[field] != 0; }
  // A field that counts only together with the day of the week.
  int with_day_of_week(Field field) const;
  Day chosen_day() const;
  int64_t week_date() const;
  int64_t day() const;
  int64_t day_in(bool gregorian, int64_t year, Day day) const;
  int64_t day_in_month(int64_t first, Day day, int64_t year, int64_t month) const;
  int64_t day_in_year(int64_t first, Day day) const;
  int64_t time_of_day() const;

  int stamps_[kFields] = {};
  int32_t values_[kFields] = {};
  int next_stamp_ = 1;
};

}  // namespace millrace::transform
