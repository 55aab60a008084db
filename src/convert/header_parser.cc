// Values.parseString: a header's text to a value. Follows the Java parser token by token, because
// what it accepts is defined by nothing else.

#include <vector>

#include "convert/header_schemas.h"
#include "convert/header_tokens.h"
#include "convert/header_values.h"
#include "data/java_decimal.h"
#include "data/java_digits.h"
#include "data/java_string.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;
using data::SchemaRef;

constexpr int kMaxDepth = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class HeaderParser {
 public:
  HeaderParser(std::string_view text, Arena& arena) : tokens_(text), arena_(arena) {}

  // false: Java's DataException, for which the caller reads a string instead.
  bool parse(bool embedded, HeaderValue& value);

 private:
  bool literal(bool embedded, std::string_view text);
  bool nested(bool embedded, size_t start, bool (HeaderParser::*read)(HeaderValue&),
              HeaderValue& value);
  bool single(bool embedded, HeaderValue& value);
  bool quoted_string(HeaderValue& value);
  bool array(HeaderValue& value);
  bool map(HeaderValue& value);
  bool map_entry(std::vector<Cell>& entries, SchemaMerger& keys, SchemaMerger& values);
  bool finish_map(std::vector<Cell>& entries, const SchemaMerger& keys, const SchemaMerger& values,
                  HeaderValue& value);
  bool token(bool embedded, std::string_view token, HeaderValue& value);
  std::optional<HeaderValue> temporal(std::string_view token);
  bool number(std::string_view token, HeaderValue& value);
  Cell finish(Kind kind, const std::vector<Cell>& cells, size_t count);

  HeaderTokens tokens_;
  Arena& arena_;
  int depth_ = 0;
  bool too_deep_ = false;
};

HeaderValue string_value(std::string_view text) {
  return {data::primitive_schema(Kind::kString), data::string_cell(text)};
}

bool HeaderParser::literal(bool embedded, std::string_view text) {
  size_t start = tokens_.mark();
  if (tokens_.can_consume(text) && (embedded || !tokens_.has_next())) return true;
  tokens_.rewind_to(start);
  return false;
}

bool HeaderParser::parse(bool embedded, HeaderValue& value) {
  value = HeaderValue{};
  if (!tokens_.has_next()) return true;
  if (embedded && tokens_.can_consume("\"")) return quoted_string(value);
  if (literal(embedded, "null")) return true;
  for (bool truth : {true, false}) {
    if (!literal(embedded, truth ? "true" : "false")) continue;
    value = {data::primitive_schema(Kind::kBoolean), data::boolean_cell(truth)};
    return true;
  }
  size_t start = tokens_.mark();
  if (tokens_.can_consume("[")) return nested(embedded, start, &HeaderParser::array, value);
  if (tokens_.can_consume("{")) return nested(embedded, start, &HeaderParser::map, value);
  return single(embedded, value);
}

// Where an array or map does not end well, what opened it is read as a token like any other.
bool HeaderParser::nested(bool embedded, size_t start, bool (HeaderParser::*read)(HeaderValue&),
                          HeaderValue& value) {
  if (++depth_ > kMaxDepth) too_deep_ = true;
  bool complete = !too_deep_ && (this->*read)(value);
  --depth_;
  if (complete || too_deep_) return complete;
  value = HeaderValue{};
  tokens_.rewind_to(start);
  return single(embedded, value);
}

bool HeaderParser::single(bool embedded, HeaderValue& value) {
  std::string_view token_text = tokens_.next();
  std::string_view trimmed = data::java_trim(token_text);
  if (trimmed.empty()) {
    value = string_value(token_text);
    return true;
  }
  return token(embedded, trimmed, value);
}

bool HeaderParser::token(bool embedded, std::string_view token, HeaderValue& value) {
  // BigDecimal reads the digits of all scripts.
  std::string plain;
  if (!is_ascii(token)) plain = data::with_ascii_digits(token);
  std::string_view number_text = plain.empty() ? token : plain;
  bool digit = is_digit(number_text[0]);
  if (digit) {
    if (auto found = temporal(token)) {
      value = std::move(*found);
      return true;
    }
  }
  if ((digit || token[0] == '+' || token[0] == '-') && number(number_text, value)) return true;
  if (embedded) return false;
  value = string_value(tokens_.original());
  return true;
}

// A time is cut at its colons: first the token with the four that follow, then the token alone.
std::optional<HeaderValue> HeaderParser::temporal(std::string_view token) {
  size_t position = tokens_.mark();
  if (auto remainder = tokens_.next(4)) {
    if (remainder->size() <= 96) {
      if (auto found = parse_temporal_text(std::string(token).append(*remainder))) return found;
    }
  }
  tokens_.rewind_to(position);
  return parse_temporal_text(token);
}

bool HeaderParser::number(std::string_view token, HeaderValue& value) {
  auto decimal = data::decimal_from_text(arena_, token);
  if (!decimal) return false;
  if (auto whole = data::decimal_exact_int64(*decimal)) {
    Kind kind = *whole == static_cast<int8_t>(*whole)    ? Kind::kInt8
                : *whole == static_cast<int16_t>(*whole) ? Kind::kInt16
                : *whole == static_cast<int32_t>(*whole) ? Kind::kInt32
                                                         : Kind::kInt64;
    value = {data::primitive_schema(kind), data::integer_cell(kind, *whole)};
    return true;
  }
  int32_t scale = decimal->as.decimal->scale;
  float narrow = data::decimal_to_float(*decimal);
  double wide = data::decimal_to_double(*decimal);
  if (scale != 0 && narrow - narrow == 0) {
    value = {data::primitive_schema(Kind::kFloat32), data::float_cell(Kind::kFloat32, narrow)};
  } else if (scale != 0 && wide - wide == 0) {
    value = {data::primitive_schema(Kind::kFloat64), data::float64_cell(wide)};
  } else {
    value = {data::logical_schema(data::LogicalType::kDecimal, false, scale), *decimal};
  }
  return true;
}

bool HeaderParser::quoted_string(HeaderValue& value) {
  std::string content;
  while (tokens_.has_next()) {
    if (tokens_.can_consume("\"")) break;
    content.append(tokens_.next());
  }
  if (auto found = parse_temporal_text(content)) {
    value = std::move(*found);
  } else {
    value = string_value(arena_.copy(content));
  }
  return true;
}

Cell HeaderParser::finish(Kind kind, const std::vector<Cell>& cells, size_t count) {
  Cell* copy = arena_.allocate_array<Cell>(cells.size());
  std::copy(cells.begin(), cells.end(), copy);
  return kind == Kind::kMap ? data::linked_map_cell(copy, static_cast<uint32_t>(count))
                            : data::nested_cell(kind, copy, static_cast<uint32_t>(count));
}

bool HeaderParser::array(HeaderValue& value) {
  std::vector<Cell> elements;
  SchemaMerger merger;
  while (tokens_.has_next()) {
    if (tokens_.can_consume("]")) {
      data::SchemaBuilder builder(Kind::kArray);
      if (merger.common()) {
        builder.values(merger.common());
        for (Cell& element : elements) {
          auto converted = convert_header_value(*merger.common(), element, arena_);
          if (!converted) return false;
          element = *converted;
        }
      }
      value = {builder.build(), finish(Kind::kArray, elements, elements.size())};
      return true;
    }
    if (tokens_.can_consume(",")) return false;
    HeaderValue element;
    if (!parse(true, element)) return false;
    merger.merge(element.schema);
    elements.push_back(element.value);
    size_t position = tokens_.mark();
    if (tokens_.can_consume("]")) {
      tokens_.rewind_to(position);
    } else if (!tokens_.can_consume(",")) {
      return false;
    }
  }
  return false;
}

// A LinkedHashMap: the last value of a key stands at the first one's place.
void put(std::vector<Cell>& entries, const Cell& key, const Cell& value) {
  for (size_t i = 0; i < entries.size(); i += 2) {
    if (data::equal(entries[i], key)) {
      entries[i + 1] = value;
      return;
    }
  }
  entries.push_back(key);
  entries.push_back(value);
}

bool HeaderParser::map(HeaderValue& value) {
  std::vector<Cell> entries;
  SchemaMerger keys, values;
  while (tokens_.has_next()) {
    if (tokens_.can_consume("}")) return finish_map(entries, keys, values, value);
    if (tokens_.can_consume(",")) return false;
    if (!map_entry(entries, keys, values)) return false;
  }
  return false;
}

bool HeaderParser::map_entry(std::vector<Cell>& entries, SchemaMerger& keys, SchemaMerger& values) {
  HeaderValue key, value;
  if (!parse(true, key) || data::is_null(key.value) || !tokens_.can_consume(":")) return false;
  if (!parse(true, value)) return false;
  put(entries, key.value, value.value);
  tokens_.can_consume(",");
  keys.merge(key.schema);
  values.merge(value.schema);
  return true;
}

bool HeaderParser::finish_map(std::vector<Cell>& entries, const SchemaMerger& keys,
                              const SchemaMerger& values, HeaderValue& value) {
  data::SchemaBuilder builder(Kind::kMap);
  std::vector<Cell> aligned;
  if (!keys.common()) {
    aligned = entries;
  } else {
    builder.keys(keys.common());
    if (values.common()) builder.values(values.common());
    for (size_t i = 0; i < entries.size(); i += 2) {
      auto key = convert_header_value(*keys.common(), entries[i], arena_);
      if (!key) return false;
      Cell entry = entries[i + 1];
      if (values.common()) {
        auto converted = convert_header_value(*values.common(), entry, arena_);
        if (!converted) return false;
        entry = *converted;
      }
      put(aligned, *key, entry);
    }
  }
  value = {builder.build(), finish(Kind::kMap, aligned, aligned.size() / 2)};
  return true;
}

}  // namespace

std::optional<HeaderValue> parse_header_text(std::string_view text, Arena& arena) {
  if (text.empty()) return string_value(text);
  HeaderParser parser(text, arena);
  HeaderValue value;
  if (parser.parse(false, value)) return value;
  return std::nullopt;
}

}  // namespace millrace::convert
