#include "convert/json_decoder.h"

#include <charconv>

#include "convert/base64.h"
#include "convert/logical_values.h"
#include "data/java_decimal.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;
using data::LogicalType;
using data::Schema;

constexpr uint8_t kUnset = 0xFF;  // the kind of a field that has not come yet

bool is_number_start(int c) { return c == '-' || (c >= '0' && c <= '9'); }

template <typename Float>
bool to_float(const JsonNumber& number, Float& value) {
  if (number.small) {
    value = static_cast<Float>(number.value);
    return true;
  }
  const char* end = number.text.data() + number.text.size();
  auto parsed = std::from_chars(number.text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return false;
  if (value != 0) return true;
  // A zero of BigDecimal has no sign, and an exponent may be too large for it.
  value = 0;
  return number.text.size() <= 10;
}

}  // namespace

bool JsonDecoder::decode(JsonLexer& lexer, const Schema* schema, int depth, Cell& cell) {
  lexer_ = &lexer;
  stack_.clear();
  if (schema != nullptr) return value(*schema, depth, cell);
  return plain_value(lexer.peek(), depth, cell);
}

Cell JsonDecoder::finish(Kind kind, size_t begin) {
  size_t count = stack_.size() - begin;
  Cell* cells = lexer_->arena().allocate_array<Cell>(count);
  if (count != 0) std::memcpy(cells, stack_.data() + begin, count * sizeof(Cell));
  stack_.resize(begin);
  if (kind != Kind::kMap) return data::nested_cell(kind, cells, static_cast<uint32_t>(count));
  return data::nested_cell(kind, cells, order_.sort(cells, static_cast<uint32_t>(count / 2)));
}

bool JsonDecoder::read_number(int depth, JsonNumber& number) {
  return lexer_->read_number(depth == 0, number);
}

// ---- Schemaless

bool JsonDecoder::plain_value(int c, int depth, Cell& cell) {
  switch (c) {
    case '"': {
      std::string_view text;
      lexer_->advance();
      if (!lexer_->read_string(text)) return false;
      cell = data::string_cell(text);
      return true;
    }
    case '{': return plain_object(depth + 1, cell);
    case '[': return plain_array(depth + 1, cell);
    case 't': cell = data::boolean_cell(true); return lexer_->read_literal("true");
    case 'f': cell = data::boolean_cell(false); return lexer_->read_literal("false");
    case 'n': cell = data::null_cell(); return lexer_->read_literal("null");
    default: break;
  }
  if (!is_number_start(c)) return false;
  JsonNumber number{};
  if (!read_number(depth, number)) return false;
  if (number.integer) {
    cell = data::int64_cell(number.small ? number.value : data::wrapped_int64(number.text));
    return true;
  }
  double value = 0;
  if (!to_float(number, value)) return false;
  cell = data::float64_cell(value);
  return true;
}

bool JsonDecoder::plain_array(int depth, Cell& cell) {
  if (depth > JsonLexer::kMaxDepth) return false;
  lexer_->advance();
  size_t begin = stack_.size();
  if (lexer_->peek() == ']') {
    lexer_->advance();
    cell = data::nested_cell(Kind::kArray, lexer_->arena().allocate_array<Cell>(0), 0);
    return true;
  }
  for (;;) {
    Cell element;
    if (!plain_value(lexer_->peek(), depth, element)) return false;
    stack_.push_back(element);
    if (lexer_->take(',')) continue;
    if (!lexer_->take(']')) return false;
    cell = finish(Kind::kArray, begin);
    return true;
  }
}

bool JsonDecoder::plain_object(int depth, Cell& cell) {
  if (depth > JsonLexer::kMaxDepth) return false;
  lexer_->advance();
  size_t begin = stack_.size();
  if (lexer_->peek() == '}') {
    lexer_->advance();
    cell = finish(Kind::kMap, begin);
    return true;
  }
  for (;;) {
    std::string_view name;
    if (!lexer_->take('"') || !lexer_->read_name(name) || !lexer_->take(':')) return false;
    Cell member;
    if (!plain_value(lexer_->peek(), depth, member)) return false;
    stack_.push_back(data::string_cell(name));
    stack_.push_back(member);
    if (lexer_->take(',')) continue;
    if (!lexer_->take('}')) return false;
    cell = finish(Kind::kMap, begin);
    return true;
  }
}

// ---- Under a schema

bool JsonDecoder::value(const Schema& schema, int depth, Cell& cell) {
  int c = lexer_->peek();
  if (c == 'n') return lexer_->read_literal("null") && null_value(schema, cell);
  if (schema.logical_type() != LogicalType::kNone) return logical(schema, c, depth, cell);
  switch (schema.type()) {
    case Kind::kBoolean:
      if (c == 't') return cell = data::boolean_cell(true), lexer_->read_literal("true");
      if (c == 'f') return cell = data::boolean_cell(false), lexer_->read_literal("false");
      return false;
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64: return integer(schema.type(), c, depth, cell);
    case Kind::kFloat32:
    case Kind::kFloat64: return floating(schema.type(), c, depth, cell);
    case Kind::kString: {
      std::string_view text;
      if (c != '"') return false;
      lexer_->advance();
      if (!lexer_->read_string(text)) return false;
      cell = data::string_cell(text);
      return true;
    }
    case Kind::kBytes: return bytes(c, cell);
    case Kind::kArray: return c == '[' && array(schema, depth + 1, cell);
    case Kind::kMap: return c == '{' && map(schema, depth + 1, cell);
    case Kind::kStruct: return c == '{' && struct_value(schema, depth + 1, cell);
    default: return false;
  }
}

bool JsonDecoder::null_value(const Schema& schema, Cell& cell) {
  const Cell* default_value = schema.default_value();
  if (default_value != nullptr && replace_null_with_default_) {
    cell = *default_value;
    return true;
  }
  cell = data::null_cell();
  return schema.optional();
}

bool JsonDecoder::integer(Kind kind, int c, int depth, Cell& cell) {
  JsonNumber number{};
  if (!is_number_start(c) || !read_number(depth, number) || !number.integer) return false;
  int64_t value = number.small ? number.value : data::wrapped_int64(number.text);
  if (kind == Kind::kInt8) value = static_cast<int8_t>(value);
  if (kind == Kind::kInt16) value = static_cast<int16_t>(value);
  if (kind == Kind::kInt32) value = static_cast<int32_t>(value);
  cell = data::integer_cell(kind, value);
  return true;
}

bool JsonDecoder::floating(Kind kind, int c, int depth, Cell& cell) {
  JsonNumber number{};
  if (!is_number_start(c) || !read_number(depth, number)) return false;
  if (kind == Kind::kFloat32) {
    float value = 0;
    if (!to_float(number, value)) return false;
    cell = data::float_cell(kind, value);
    return true;
  }
  double value = 0;
  if (!to_float(number, value)) return false;
  cell = data::float64_cell(value);
  return true;
}

bool JsonDecoder::bytes(int c, Cell& cell) {
  std::string_view text, bytes;
  if (c != '"') return false;
  lexer_->advance();
  if (!lexer_->read_string(text) || !read_base64(text, lexer_->arena(), bytes)) return false;
  cell = data::bytes_cell(bytes);
  return true;
}

bool JsonDecoder::decimal(const Schema& schema, int c, int depth, Cell& cell) {
  if (is_number_start(c)) {
    JsonNumber number{};
    if (!read_number(depth, number)) return false;
    auto parsed = data::decimal_from_text(lexer_->arena(), number.text);
    if (parsed) cell = *parsed;
    return parsed.has_value();
  }
  const std::string* scale_text = schema.parameter(data::kDecimalScaleParameter);
  Cell unscaled;
  if (scale_text == nullptr || !bytes(c, unscaled) || unscaled.length == 0) return false;
  auto scale = decimal_scale(schema);
  if (!scale) return false;
  cell = data::decimal_from_bytes(lexer_->arena(), data::text(unscaled), *scale);
  return true;
}

bool JsonDecoder::logical(const Schema& schema, int c, int depth, Cell& cell) {
  if (schema.logical_type() == LogicalType::kDecimal) return decimal(schema, c, depth, cell);
  Cell number;
  if (!integer(Kind::kInt64, c, depth, number)) return false;
  int64_t value = number.as.i64;
  if (schema.logical_type() != LogicalType::kTimestamp && value != static_cast<int32_t>(value))
    return false;
  if (schema.logical_type() == LogicalType::kDate)
    value = instant_from_date(static_cast<int32_t>(value));
  if (schema.logical_type() == LogicalType::kTime && (value < 0 || value > 86'400'000))
    return false;
  cell = data::integer_cell(Kind::kInstant, value);
  return true;
}

bool JsonDecoder::array(const Schema& schema, int depth, Cell& cell) {
  if (depth > JsonLexer::kMaxDepth) return false;
  lexer_->advance();
  size_t begin = stack_.size();
  if (lexer_->peek() == ']') {
    lexer_->advance();
    cell = finish(Kind::kArray, begin);
    return true;
  }
  for (;;) {
    Cell element;
    if (!value(*schema.values(), depth, element)) return false;
    stack_.push_back(element);
    if (lexer_->take(',')) continue;
    if (!lexer_->take(']')) return false;
    cell = finish(Kind::kArray, begin);
    return true;
  }
}

bool JsonDecoder::map(const Schema& schema, int depth, Cell& cell) {
  const Schema& keys = *schema.keys();
  if (depth > JsonLexer::kMaxDepth || keys.type() != Kind::kString ||
      keys.logical_type() != LogicalType::kNone) {
    return false;
  }
  lexer_->advance();
  size_t begin = stack_.size();
  bool empty = lexer_->peek() == '}';
  while (!empty) {
    std::string_view name;
    if (!lexer_->take('"') || !lexer_->read_name(name) || !lexer_->take(':')) return false;
    Cell member;
    if (!value(*schema.values(), depth, member)) return false;
    stack_.push_back(data::string_cell(name));
    stack_.push_back(member);
    if (!lexer_->take(',')) break;
  }
  if (!lexer_->take('}')) return false;
  cell = finish(Kind::kMap, begin);
  return true;
}

bool JsonDecoder::struct_value(const Schema& schema, int depth, Cell& cell) {
  if (depth > JsonLexer::kMaxDepth) return false;
  lexer_->advance();
  const auto& fields = schema.fields();
  uint32_t count = static_cast<uint32_t>(fields.size());
  Cell* cells = lexer_->arena().allocate_array<Cell>(count);
  for (uint32_t i = 0; i < count; ++i) cells[i].kind = kUnset;
  uint32_t expected = 0, met = 0;
  bool empty = lexer_->peek() == '}';
  while (!empty) {
    if (!lexer_->take('"')) return false;
    uint32_t index = expected;
    if (expected >= count || !lexer_->take_name(fields[expected].name)) {
      std::string_view name;
      if (!lexer_->read_name(name)) return false;
      index = static_cast<uint32_t>(schema.find(name));
    }
    if (!lexer_->take(':')) return false;
    if (index < count) {
      met += cells[index].kind == kUnset;
      if (!value(*fields[index].schema, depth, cells[index])) return false;
      expected = index + 1;
    } else if (!skip(depth)) {
      return false;
    }
    if (!lexer_->take(',')) break;
  }
  if (!lexer_->take('}')) return false;
  cell = data::nested_cell(Kind::kStruct, cells, count);
  return met == count || fill_missing(schema, cells);
}

bool JsonDecoder::fill_missing(const Schema& schema, Cell* cells) {
  for (uint32_t i = 0; i < schema.fields().size(); ++i) {
    if (cells[i].kind == kUnset && !null_value(*schema.fields()[i].schema, cells[i])) return false;
  }
  return true;
}

// A member that no field has: read, so that the text is known to be right, and forgotten.
bool JsonDecoder::skip(int depth) {
  Cell ignored;
  return plain_value(lexer_->peek(), depth, ignored);
}

}  // namespace millrace::convert
