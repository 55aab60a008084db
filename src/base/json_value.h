#pragma once
// A parsed JSON document. It keeps numbers as they were written, because the Java worker takes them
// over as text into configurations ("1.50" stays "1.50"), and the order of members; of a repeated
// member the last wins. Texts are UTF-8, but a surrogate without its other half, which Java's
// strings may hold, is three bytes of its own.
//
// The Java worker reads a request's body and makes its objects of it at the same time, and tells
// the first thing that is wrong in the order of the text. So a value knows where it stands, and a
// document that breaks off is kept up to there.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct JsonMember;

// Both count from 1; columns are bytes, as Jackson counts them.
struct JsonPlace {
  uint32_t line = 0, column = 0;
};

// Why a text is no JSON, in Jackson's words.
struct JsonProblem {
  std::string message;
  JsonPlace place;
  bool ends = false;  // the text does, where Jackson's JsonEOFException tells it
  // A second value after the first: "START_OBJECT"; the message depends on what the first was for.
  std::string trailing_token;
};

struct JsonValue {
  enum class Kind : uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  std::string text;  // kString; kNumber and kBoolean as written
  std::vector<JsonValue> elements;
  std::vector<JsonMember> members;
  JsonPlace begin, after;  // the first byte, the byte past the last one
  // Where the text broke off within this value, or could not even begin; null: it is whole.
  std::shared_ptr<const JsonProblem> broken;
  std::shared_ptr<const JsonProblem> trailing;  // of the document: what should not follow it

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

struct JsonRules {
  bool leading_zeros = false;  // are allowed in numbers
};

// Reads one value of a UTF-8 text. What is wrong is in `broken` and `trailing`: nesting deeper than
// 1000 and bytes that are no UTF-8, too. White space alone is null.
JsonValue read_json(std::string_view text, JsonRules rules = {});

// " at [Source ...; line: 1, column: 2]", on a line of its own.
std::string json_location(JsonPlace place);

// `text` as a JSON string with its quotes; bytes that are no UTF-8 are replaced, surrogates without
// their other half escaped.
std::string json_string(std::string_view text);

}  // namespace millrace
