#pragma once
// A parsed JSON document of a request. Unlike the JSON library's own value it keeps numbers as they
// were written, because the Java worker takes them over as text into configurations ("1.50" stays
// "1.50"), and the order of members; of a repeated member the last wins.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::rest {

struct JsonMember;

struct JsonValue {
  enum class Kind : uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  std::string text;  // kString; kNumber and kBoolean as written
  std::vector<JsonValue> elements;
  std::vector<JsonMember> members;

  bool is_null() const { return kind == Kind::kNull; }
  bool is_object() const { return kind == Kind::kObject; }
  bool is_array() const { return kind == Kind::kArray; }
  // Null, string, number or boolean.
  bool is_scalar() const { return kind != Kind::kArray && kind != Kind::kObject; }
  const JsonValue* find(std::string_view name) const;
  std::string to_json() const;
};

struct JsonMember {
  std::string first;  // the name
  JsonValue second;
};

// Reads one value. Text after it, nesting deeper than 1000 and bytes that are no UTF-8 are errors.
Result<JsonValue> parse_json(std::string_view text);

// `text` as a JSON string with its quotes; bytes that are no UTF-8 are replaced.
std::string json_string(std::string_view text);

}  // namespace millrace::rest
