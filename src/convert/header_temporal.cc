// The texts of dates and times in headers, as java.text.SimpleDateFormat takes them.

#include "convert/header_values.h"
#include "data/java_date.h"
#include "data/java_string.h"

namespace millrace::convert {
namespace {

using data::Kind;
using data::LogicalType;

class TemporalText {
 public:
  explicit TemporalText(std::string_view text) : text_(text) {}

  // One number, with blanks before it and perhaps a minus sign.
  bool number(int64_t& value) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    bool negative = at_ < text_.size() && text_[at_] == '-';
    size_t digits = at_ + negative, end = digits;
    uint64_t magnitude = 0;
    while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9')
      magnitude = magnitude * 10 + static_cast<uint64_t>(text_[end++] - '0');
    if (end == digits) return false;
    // Number.intValue: the low 32 bits.
    auto low = static_cast<int32_t>(magnitude);
    value = negative ? -int64_t{low} : low;
    at_ = end;
    return true;
  }
  bool literal(char c) { return at_ < text_.size() && text_[at_] == c && ++at_ != 0; }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

bool read_date(TemporalText& text, int64_t& millis) {
  int64_t year, month, day;
  if (!text.number(year) || !text.literal('-') || !text.number(month) || !text.literal('-') ||
      !text.number(day)) {
    return false;
  }
  // Years out of any calendar wrap around, as Java's long does.
  millis = static_cast<int64_t>(static_cast<uint64_t>(millis) +
                                static_cast<uint64_t>(data::days_from_date(year, month, day)) *
                                    static_cast<uint64_t>(data::kMillisPerDay));
  return true;
}

bool read_time(TemporalText& text, int64_t& millis) {
  int64_t hour, minute, second, milli;
  if (!text.number(hour) || !text.literal(':') || !text.number(minute) || !text.literal(':') ||
      !text.number(second) || !text.literal('.') || !text.number(milli) || !text.literal('Z')) {
    return false;
  }
  millis = static_cast<int64_t>(
      static_cast<uint64_t>(millis) +
      static_cast<uint64_t>(((hour * 60 + minute) * 60 + second) * 1000 + milli));
  return true;
}

const data::SchemaRef& schema_of(LogicalType type) {
  static const data::SchemaRef* date =
      new data::SchemaRef(data::logical_schema(LogicalType::kDate));
  static const data::SchemaRef* time =
      new data::SchemaRef(data::logical_schema(LogicalType::kTime));
  static const data::SchemaRef* timestamp =
      new data::SchemaRef(data::logical_schema(LogicalType::kTimestamp));
  return type == LogicalType::kDate ? *date : type == LogicalType::kTime ? *time : *timestamp;
}

}  // namespace

std::optional<HeaderValue> parse_temporal_text(std::string_view token) {
  std::string plain;  // colons may be escaped
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '\\' && i + 1 < token.size() && token[i + 1] == ':') continue;
    plain.push_back(token[i]);
    if (plain.size() > 96) return std::nullopt;
  }
  TemporalText text(plain);
  int64_t millis = 0;
  LogicalType type;
  switch (data::utf16_length(plain)) {
    case 10:
      type = LogicalType::kDate;
      if (!read_date(text, millis)) return std::nullopt;
      break;
    case 13:
      type = LogicalType::kTime;
      if (!read_time(text, millis)) return std::nullopt;
      break;
    case 24:
      type = LogicalType::kTimestamp;
      if (!read_date(text, millis) || !text.literal('T') || !read_time(text, millis))
        return std::nullopt;
      break;
    default: return std::nullopt;
  }
  return HeaderValue{schema_of(type), data::integer_cell(Kind::kInstant, millis)};
}

}  // namespace millrace::convert
