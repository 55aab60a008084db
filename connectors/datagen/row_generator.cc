#include "row_generator.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace millrace::datagen {
namespace {

struct TypeName {
  std::string_view name;
  millrace_type type;
  millrace_kind kind;
  std::string_view logical;
  double low, high;  // the range where none is given
};

constexpr double kDay = 86'400'000;
constexpr double kYear2020 = 1'577'836'800'000,
                 kYear2030 = 1'893'456'000'000;  // ms since the epoch
constexpr TypeName kTypes[] = {
    {"boolean", MILLRACE_BOOLEAN, MILLRACE_BOOLEAN, "", 0, 1},
    {"int8", MILLRACE_INT8, MILLRACE_INT8, "", 0, 127},
    {"int16", MILLRACE_INT16, MILLRACE_INT16, "", 0, 32767},
    {"int32", MILLRACE_INT32, MILLRACE_INT32, "", 0, 2147483647},
    {"int64", MILLRACE_INT64, MILLRACE_INT64, "", 0, 9007199254740991},
    {"float32", MILLRACE_FLOAT32, MILLRACE_FLOAT32, "", 0, 1},
    {"float64", MILLRACE_FLOAT64, MILLRACE_FLOAT64, "", 0, 1},
    {"string", MILLRACE_STRING, MILLRACE_STRING, "", 8, 16},
    {"bytes", MILLRACE_BYTES, MILLRACE_BYTES, "", 8, 16},
    {"date", MILLRACE_INT32, MILLRACE_INSTANT, "org.apache.kafka.connect.data.Date", kYear2020,
     kYear2030},
    {"time", MILLRACE_INT32, MILLRACE_INSTANT, "org.apache.kafka.connect.data.Time", 0, kDay - 1},
    {"timestamp", MILLRACE_INT64, MILLRACE_INSTANT, "org.apache.kafka.connect.data.Timestamp",
     kYear2020, kYear2030},
};
constexpr double kLongestText = 1 << 20;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    size_t end = text.find(separator);
    std::string_view part = text.substr(0, end);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    parts.push_back(part);
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

[[noreturn]] void refuse(std::string_view field, const std::string& reason) {
  throw sdk::ConfigError("Invalid field '" + std::string(field) + "': " + reason);
}

double parse_bound(std::string_view field, std::string_view text) {
  std::string copy(text);
  char* end = nullptr;
  double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || !std::isfinite(value))
    refuse(field, "'" + copy + "' is not a number");
  return value;
}

bool is_text(const Field& field) {
  return field.kind == MILLRACE_STRING || field.kind == MILLRACE_BYTES;
}

void parse_how(std::string_view description, std::string_view how, Field& field) {
  if (how == "sequence") {
    field.how = How::kSequence;
  } else if (how == "now") {
    if (field.kind != MILLRACE_INSTANT || field.type != MILLRACE_INT64)
      refuse(description, "only a timestamp can be 'now'");
    field.how = How::kNow;
  } else if (size_t dots = how.find(".."); dots != std::string_view::npos) {
    double lowest = field.low, highest = field.high;
    field.low = parse_bound(description, how.substr(0, dots));
    field.high = parse_bound(description, how.substr(dots + 2));
    if (field.low > field.high) refuse(description, "the range is empty");
    if (is_text(field) && (field.low < 0 || field.high > kLongestText))
      refuse(description, "a length lies between 0 and 1048576");
    bool whole = field.kind >= MILLRACE_INT8 && field.kind <= MILLRACE_INT64;
    if (whole && (field.low < -highest - 1 || field.high > highest))
      refuse(description, "the range does not fit the type");
    if (field.kind == MILLRACE_BOOLEAN && (field.low < lowest || field.high > highest))
      refuse(description, "the range does not fit the type");
  } else if (field.kind == MILLRACE_STRING) {
    field.how = How::kChoice;
    for (std::string_view choice : split(how, '|')) field.choices.emplace_back(choice);
  } else {
    refuse(description, "'" + std::string(how) +
                            "' is none of sequence, now and LOW..HIGH (A|B is for strings)");
  }
}

// Sebastiano Vigna's public-domain SplitMix64 finaliser: every row can be made without the others.
uint64_t scramble(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

double unit(uint64_t random) { return static_cast<double>(random >> 11) * 0x1p-53; }

int64_t between(const Field& field, uint64_t random) {
  return static_cast<int64_t>(std::floor(field.low + unit(random) * (field.high - field.low + 1)));
}

sdk::Schema schema_of(const Field& field) {
  sdk::SchemaBuilder builder(field.type);
  if (!field.logical.empty()) builder.name(field.logical).version(1);
  if (field.optional) builder.optional();
  return builder.build();
}

}  // namespace

std::vector<Field> parse_fields(std::string_view description) {
  std::vector<Field> fields;
  for (std::string_view text : split(description, ',')) {
    std::vector<std::string_view> parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3 || parts[0].empty())
      refuse(text, "expected NAME:TYPE or NAME:TYPE:HOW");
    Field field{std::string(parts[0])};
    std::string_view type = parts[1];
    field.optional = type.ends_with('?');
    if (field.optional) type.remove_suffix(1);
    auto known = std::find_if(std::begin(kTypes), std::end(kTypes),
                              [&](const TypeName& name) { return name.name == type; });
    if (known == std::end(kTypes)) refuse(text, "unknown type '" + std::string(type) + "'");
    field.type = known->type;
    field.kind = known->kind;
    field.logical = known->logical;
    field.low = known->low;
    field.high = known->high;
    if (parts.size() == 3) parse_how(text, parts[2], field);
    for (const Field& other : fields) {
      if (other.name == field.name) refuse(text, "a field of this name is there already");
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

RowGenerator::RowGenerator(std::vector<Field> fields, uint64_t seed)
    : fields_(std::move(fields)), seed_(scramble(seed)) {
  sdk::SchemaBuilder builder(MILLRACE_STRUCT);
  for (const Field& field : fields_) {
    field_schemas_.push_back(schema_of(field));
    builder.field(field.name, field_schemas_.back());
  }
  schema_ = builder.build();
}

int32_t RowGenerator::find(std::string_view name) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name == name) return static_cast<int32_t>(i);
  }
  return -1;
}

const sdk::Cell* RowGenerator::make(int64_t row, sdk::Builder& builder) const {
  auto* cells = static_cast<sdk::Cell*>(builder.allocate(fields_.size() * sizeof(sdk::Cell)));
  uint64_t state = scramble(seed_ ^ static_cast<uint64_t>(row));
  for (size_t i = 0; i < fields_.size(); ++i) {
    state = scramble(state + i);
    bool null = fields_[i].optional && state % 10 == 0;
    cells[i] = null ? sdk::null_cell() : make_cell(fields_[i], row, scramble(state), builder);
  }
  return cells;
}

sdk::Cell RowGenerator::make_cell(const Field& field, int64_t row, uint64_t random,
                                  sdk::Builder& builder) const {
  if (is_text(field)) {
    if (field.how == How::kSequence) return builder.text(std::to_string(row));
    if (field.how == How::kChoice)
      return builder.text(field.choices[random % field.choices.size()]);
    auto length = static_cast<size_t>(between(field, random));
    char* text = static_cast<char*>(builder.allocate(length));
    for (size_t i = 0; i < length; ++i) {
      if (i % 8 == 0) random = scramble(random);
      text[i] = static_cast<char>('a' + ((random >> (i % 8 * 8)) & 0xff) % 26);
    }
    return sdk::text_cell({text, length}, field.kind);
  }
  if (field.how == How::kNow) {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    return sdk::instant_cell(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  }
  if (field.kind == MILLRACE_FLOAT32 || field.kind == MILLRACE_FLOAT64) {
    double value = field.how == How::kSequence
                       ? static_cast<double>(row)
                       : field.low + unit(random) * (field.high - field.low);
    if (field.kind == MILLRACE_FLOAT32) value = static_cast<float>(value);
    return sdk::float_cell(field.kind, value);
  }
  int64_t value = field.how == How::kSequence ? row : between(field, random);
  switch (field.kind) {
    case MILLRACE_BOOLEAN: value &= 1; break;
    case MILLRACE_INT8: value = static_cast<int8_t>(value); break;
    case MILLRACE_INT16: value = static_cast<int16_t>(value); break;
    case MILLRACE_INT32: value = static_cast<int32_t>(value); break;
    default: break;
  }
  // A Date is a whole day, a Time lies within one.
  constexpr auto kDayMs = static_cast<int64_t>(kDay);
  if (field.logical.ends_with(".Date")) value -= ((value % kDayMs) + kDayMs) % kDayMs;
  if (field.logical.ends_with(".Time")) value = ((value % kDayMs) + kDayMs) % kDayMs;
  return sdk::integer_cell(field.kind, value);
}

}  // namespace millrace::datagen
