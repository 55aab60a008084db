#pragma once
// A JSON text as a tree, as Jackson's JsonNode: the slow and faithful road of the JSON converter,
// for schemas and for every text that is unusual or wrong. Nodes lie in an arena; strings may point
// into the input.

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "convert/json_lexer.h"

namespace millrace::convert {

struct JsonMember;

struct JsonNode {
  enum class Type : uint8_t {
    kMissing,
    kNull,
    kBoolean,
    kInteger,
    kDecimal,
    kString,
    kArray,
    kObject
  };
  Type type = Type::kMissing;
  bool boolean = false;
  uint32_t size = 0;      // elements or members
  std::string_view text;  // of a string; digits of a number
  int64_t integer = 0;    // the low 64 bits
  const JsonNode* elements = nullptr;
  const JsonMember* members = nullptr;  // in order of first appearance, names distinct
  std::string_view source;              // of an object: the bytes it was read from

  bool is(Type other) const { return type == other; }
  bool is_number() const { return type == Type::kInteger || type == Type::kDecimal; }
  bool fits_int32() const;  // Jackson's isInt
  // Null where there is none or this is no object.
  const JsonNode* get(std::string_view name) const;
};

struct JsonMember {
  std::string_view name;
  JsonNode value;
};

// Jackson's JsonNodeType, as in messages: "OBJECT", "NUMBER" ...
std::string_view node_type_name(const JsonNode& node);

// Reads the first value of `text`; what follows it is ignored. An empty text is a missing node. The
// error is of class SerializationException.
Result<JsonNode> parse_json_tree(std::string_view text, Arena& arena);

// Jackson guesses the encoding from the first bytes. UTF-8 (a byte order mark skipped) is given
// back as it is, UTF-16 and UTF-32 are transcoded into the arena.
std::string_view json_as_utf8(std::string_view text, Arena& arena);

}  // namespace millrace::convert
