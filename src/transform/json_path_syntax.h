#pragma once
// The parts of a parsed JSONPath: what json_path_parse.cc makes and json_path.cc walks.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/java_regex.h"
#include "base/result.h"

namespace millrace::transform::json_path {

struct Condition;

struct Step {
  enum class Kind : uint8_t { kProperty, kIndex, kWildcard, kFilter };
  Kind kind = Kind::kProperty;
  std::string name;                            // kProperty
  int64_t index = 0;                           // kIndex; from the end where it is negative
  std::shared_ptr<const Condition> condition;  // kFilter
  bool definite() const { return kind == Kind::kProperty || kind == Kind::kIndex; }
};

struct Path {
  bool from_root = true;  // `$`, or else `@`: the item that a filter looks at
  std::vector<Step> steps;
  bool definite() const;
};

struct Number {
  bool whole = true;
  int64_t integer = 0;
  double real = 0;  // not whole, or both
};
// nullopt: no number of JSON (and Java's BigDecimal).
std::optional<Number> read_number(std::string_view text);

struct Literal {
  enum class Kind : uint8_t { kNull, kBoolean, kNumber, kText };
  Kind kind = Kind::kNull;
  bool boolean = false;
  Number number;
  std::string text;  // of a text, and of a number as it stands
};

// One side of a comparison.
struct Operand {
  enum class Kind : uint8_t { kPath, kLiteral, kList, kRegex };
  Kind kind = Kind::kLiteral;
  Path path;
  Literal literal;
  std::vector<Literal> list;
  std::optional<JavaRegex> regex;
};

enum class Relation : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kMatches,
  kIn,
  kNotIn
};

struct Condition {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kExists, kCompare };
  Kind kind = Kind::kExists;
  std::vector<std::shared_ptr<const Condition>> parts;  // kAnd, kOr, kNot
  Relation relation = Relation::kEqual;                 // kCompare
  Operand left, right;                                  // kCompare; kExists: left
};

// bad_config: what cannot be read, and where.
Result<Path> parse(std::string_view text);

}  // namespace millrace::transform::json_path
