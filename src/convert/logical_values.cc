#include "convert/logical_values.h"

#include <charconv>

#include "convert/failures.h"
#include "data/java_date.h"
#include "data/number_format.h"

namespace millrace::convert {

Result<int32_t> decimal_scale(const data::Schema& schema) {
  if (schema.parameters().empty()) {
    return fail(null_pointer_error(
        "Cannot invoke \"java.util.Map.get(Object)\" because the return value of "
        "\"org.apache.kafka.connect.data.Schema.parameters()\" is null"));
  }
  const std::string* text = schema.parameter(data::kDecimalScaleParameter);
  if (text == nullptr) return data_failure("Invalid Decimal schema: scale parameter not found.");
  std::string_view digits = *text;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  int32_t scale = 0;
  auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), scale);
  if (status != std::errc() || end != digits.data() + digits.size())
    return fail(data_error("Invalid scale parameter found in Decimal schema: ")
                    .caused_by(data::integer_format(*text, data::Kind::kInt32)));
  return scale;
}

Result<void> check_decimal_scale(const data::Schema& schema, const data::Cell& decimal) {
  auto scale = decimal_scale(schema);
  if (!scale) return fail(std::move(scale).error());
  int32_t found = decimal.as.decimal->scale;
  if (found == *scale) return {};
  return data_failure(
      "Decimal value has mismatching scale for given Decimal schema. Schema has scale " +
      std::to_string(*scale) + ", value has scale " + std::to_string(found) + ".");
}

Result<int32_t> date_from_instant(int64_t millis) {
  if (millis % data::kMillisPerDay != 0) {
    return data_failure(
        "Kafka Connect Date type should not have any time fields set to non-zero values.");
  }
  return static_cast<int32_t>(millis / data::kMillisPerDay);
}

Result<int32_t> time_from_instant(int64_t millis) {
  if (millis < 0 || millis > data::kMillisPerDay) {
    return data_failure(
        "Kafka Connect Time type should not have any date fields set to non-zero values.");
  }
  return static_cast<int32_t>(millis);
}

Result<int64_t> instant_from_time(int32_t millis) {
  if (millis < 0 || millis > data::kMillisPerDay) {
    return data_failure(
        "Time values must use number of milliseconds greater than 0 and less than 86400000");
  }
  return millis;
}

}  // namespace millrace::convert
