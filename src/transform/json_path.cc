// Walks a JSONPath through cells.
#include "transform/json_path.h"

#include <charconv>

#include "data/java_text.h"
#include "transform/java_map.h"

namespace millrace::transform {
namespace {

using json_path::Condition;
using json_path::Literal;
using json_path::Number;
using json_path::Operand;
using json_path::Path;
using json_path::Relation;
using json_path::Step;
using Outcome = JsonPath::Outcome;

struct Value {
  enum class Kind : uint8_t { kUndefined, kNull, kBoolean, kNumber, kText, kOther };
  Kind kind = Kind::kUndefined;
  bool boolean = false;
  Number number;
  std::string_view text;
  Datum datum{nullptr, data::null_cell()};
};

// What the path has reached, and the key or value that it began in.
class Walk {
 public:
  explicit Walk(const Datum& root) : root_(root) {}

  // definite: up to here.
  Outcome find(const Path& path, size_t step, bool definite, const Datum& at, Datum& found) const {
    if (step == path.steps.size()) {
      found = at;
      return Outcome::kFound;
    }
    switch (const Step& next = path.steps[step]; next.kind) {
      case Step::Kind::kProperty:
      case Step::Kind::kIndex: {
        Datum child{nullptr, data::null_cell()};
        const bool there =
            next.kind == Step::Kind::kProperty ? member(at, next, child) : element(at, next, child);
        if (!there) return definite ? Outcome::kMissing : Outcome::kNothing;
        return find(path, step + 1, definite, child, found);
      }
      case Step::Kind::kWildcard: return find_among(path, step, at, nullptr, found);
      case Step::Kind::kFilter: break;
    }
    const Condition& condition = *path.steps[step].condition;
    const Kind kind = data::kind(at.value);
    if (kind == Kind::kArray) return find_among(path, step, at, &condition, found);
    if (kind != Kind::kMap && kind != Kind::kStruct)
      return definite ? Outcome::kMissing : Outcome::kNothing;
    return holds(condition, at) ? find(path, step + 1, false, at, found) : Outcome::kNothing;
  }

 private:
  static bool member(const Datum& at, const Step& step, Datum& child) {
    if (data::kind(at.value) == Kind::kMap) {
      const Cell* value = JavaMap::find(at.value, step.name);
      if (value == nullptr) return false;
      child = {at.schema == nullptr ? nullptr : at.schema->values(), *value};
      return unwrap(child);
    }
    if (data::kind(at.value) != Kind::kStruct || at.schema == nullptr) return false;
    const int32_t index = at.schema->find(step.name);
    if (index < 0) return false;
    const auto field = static_cast<uint32_t>(index);
    child = {at.schema->fields()[field].schema.get(),
             field_value(*at.schema, at.value, field, true)};
    return unwrap(child);
  }
  static bool element(const Datum& at, const Step& step, Datum& child) {
    if (data::kind(at.value) != Kind::kArray) return false;
    const int64_t index = step.index < 0 ? step.index + at.value.length : step.index;
    if (index < 0 || index >= at.value.length) return false;
    child = {at.schema == nullptr ? nullptr : at.schema->values(), at.value.as.cells[index]};
    return unwrap(child);
  }
  static bool unwrap(Datum& datum) {
    if (data::kind(datum.value) == Kind::kTyped)
      datum = {datum.value.as.typed->schema, datum.value.as.typed->value};
    return true;
  }

  // Behind `step`, among the parts of what was reached; condition: null, or what they must meet.
  Outcome find_among(const Path& path, size_t step, const Datum& at, const Condition* condition,
                     Datum& found) const {
    const Kind kind = data::kind(at.value);
    if (kind != Kind::kArray && kind != Kind::kMap && kind != Kind::kStruct)
      return Outcome::kNothing;
    for (uint32_t i = 0; i < at.value.length; ++i) {
      Datum part{nullptr, at.value.as.cells[kind == Kind::kMap ? 2 * i + 1 : i]};
      if (at.schema != nullptr)
        part.schema =
            kind == Kind::kStruct ? at.schema->fields()[i].schema.get() : at.schema->values();
      if (kind == Kind::kStruct && at.schema != nullptr)
        part.value = field_value(*at.schema, at.value, i, true);
      unwrap(part);
      if (condition != nullptr && !holds(*condition, part)) continue;
      if (find(path, step + 1, false, part, found) == Outcome::kFound) return Outcome::kFound;
    }
    return Outcome::kNothing;
  }

  bool holds(const Condition& condition, const Datum& item) const {
    switch (condition.kind) {
      case Condition::Kind::kAnd:
        for (const auto& part : condition.parts)
          if (!holds(*part, item)) return false;
        return true;
      case Condition::Kind::kOr:
        for (const auto& part : condition.parts)
          if (holds(*part, item)) return true;
        return false;
      case Condition::Kind::kNot: return !holds(*condition.parts.front(), item);
      case Condition::Kind::kExists: {
        Datum found{nullptr, data::null_cell()};
        return reach(condition.left.path, item, found) != Outcome::kMissing;
      }
      case Condition::Kind::kCompare: break;
    }
    return compares(condition, item);
  }
  Outcome reach(const Path& path, const Datum& item, Datum& found) const {
    return find(path, 0, true, path.from_root ? root_ : item, found);
  }

  static Value value_of(const Literal& literal) {
    Value value;
    value.kind = literal.kind == Literal::Kind::kNull      ? Value::Kind::kNull
                 : literal.kind == Literal::Kind::kBoolean ? Value::Kind::kBoolean
                 : literal.kind == Literal::Kind::kNumber  ? Value::Kind::kNumber
                                                           : Value::Kind::kText;
    value.boolean = literal.boolean;
    value.number = literal.number;
    value.text = literal.text;
    return value;
  }
  static Value value_of(const Datum& datum) {
    Value value;
    value.datum = datum;
    value.kind = Value::Kind::kOther;
    switch (data::kind(datum.value)) {
      case Kind::kNull: value.kind = Value::Kind::kNull; break;
      case Kind::kBoolean:
        value.kind = Value::Kind::kBoolean;
        value.boolean = datum.value.as.i64 != 0;
        break;
      case Kind::kString:
        value.kind = Value::Kind::kText;
        value.text = data::text(datum.value);
        break;
      case Kind::kInt8:
      case Kind::kInt16:
      case Kind::kInt32:
      case Kind::kInt64:
        value.kind = Value::Kind::kNumber;
        value.number = {true, datum.value.as.i64, static_cast<double>(datum.value.as.i64)};
        break;
      case Kind::kFloat32:
      case Kind::kFloat64:
      case Kind::kDecimal: {
        // A number is what its text says: the float 0.1 equals 0.1.
        std::string text;
        data::append_java_text(text, datum.schema, datum.value);
        if (std::optional<Number> number = json_path::read_number(text)) {
          value.kind = Value::Kind::kNumber;
          value.number = *number;
        }
        break;
      }
      default: break;
    }
    return value;
  }
  Value value_of(const Operand& operand, const Datum& item) const {
    if (operand.kind == Operand::Kind::kLiteral) return value_of(operand.literal);
    Datum found{nullptr, data::null_cell()};
    if (operand.kind != Operand::Kind::kPath || reach(operand.path, item, found) != Outcome::kFound)
      return {};
    return value_of(found);
  }

  static std::string text_of(const Value& number) {
    if (!number.text.empty()) return std::string(number.text);
    std::string text;
    data::append_java_text(text, number.datum.schema, number.datum.value);
    return text;
  }
  static int order(const Number& a, const Number& b) {
    if (a.whole && b.whole) return a.integer < b.integer ? -1 : a.integer > b.integer;
    return a.real < b.real ? -1 : a.real > b.real;
  }
  // ValueNode.equals of Java's library: a text and a number are compared as the left one.
  static bool equal(const Value& a, const Value& b) {
    if (a.kind == Value::Kind::kText && b.kind == Value::Kind::kNumber) return a.text == text_of(b);
    if (a.kind == Value::Kind::kNumber && b.kind == Value::Kind::kText) {
      std::optional<Number> number = json_path::read_number(b.text);
      return number && order(a.number, *number) == 0;
    }
    if (a.kind != b.kind) return false;
    switch (a.kind) {
      case Value::Kind::kUndefined: return false;
      case Value::Kind::kNull: return true;
      case Value::Kind::kBoolean: return a.boolean == b.boolean;
      case Value::Kind::kNumber: return order(a.number, b.number) == 0;
      case Value::Kind::kText: return a.text == b.text;
      case Value::Kind::kOther: break;
    }
    return data::equal(a.datum.value, b.datum.value);
  }

  bool compares(const Condition& condition, const Datum& item) const {
    const Relation relation = condition.relation;
    if (relation == Relation::kMatches) return matches(condition, item);
    const Value left = value_of(condition.left, item);
    if (relation == Relation::kIn) return in(left, condition.right, item);
    if (relation == Relation::kNotIn) return !in(left, condition.right, item);
    const Value right = value_of(condition.right, item);
    if (relation == Relation::kEqual) return equal(left, right);
    if (relation == Relation::kNotEqual) return !equal(left, right);
    int order = 0;
    if (left.kind == Value::Kind::kNumber && right.kind == Value::Kind::kNumber)
      order = Walk::order(left.number, right.number);
    else if (left.kind == Value::Kind::kText && right.kind == Value::Kind::kText)
      order = left.text.compare(right.text);
    else
      return false;
    switch (relation) {
      case Relation::kLess: return order < 0;
      case Relation::kLessOrEqual: return order <= 0;
      case Relation::kGreater: return order > 0;
      default: return order >= 0;
    }
  }
  // The whole text; what is no text, number or boolean is matched as the empty text, as in Java.
  bool matches(const Condition& condition, const Datum& item) const {
    const bool on_left = condition.left.kind == Operand::Kind::kRegex;
    const Operand& pattern = on_left ? condition.left : condition.right;
    const Operand& other = on_left ? condition.right : condition.left;
    if (!pattern.regex || other.regex) return false;
    const Value value = value_of(other, item);
    switch (value.kind) {
      case Value::Kind::kText: return pattern.regex->matches(value.text);
      case Value::Kind::kNumber: return pattern.regex->matches(text_of(value));
      case Value::Kind::kBoolean: return pattern.regex->matches(value.boolean ? "true" : "false");
      default: return pattern.regex->matches("");
    }
  }
  bool in(const Value& left, const Operand& right, const Datum& item) const {
    if (right.kind == Operand::Kind::kList) {
      for (const Literal& each : right.list)
        if (equal(left, value_of(each))) return true;
      return false;
    }
    const Value list = value_of(right, item);
    if (list.kind != Value::Kind::kOther || data::kind(list.datum.value) != Kind::kArray)
      return false;
    const Schema* schema = list.datum.schema == nullptr ? nullptr : list.datum.schema->values();
    for (uint32_t i = 0; i < list.datum.value.length; ++i)
      if (equal(left, value_of(Datum{schema, list.datum.value.as.cells[i]}))) return true;
    return false;
  }

  const Datum& root_;
};

}  // namespace

Result<JsonPath> JsonPath::parse(std::string_view text) {
  Result<json_path::Path> path = json_path::parse(text);
  if (!path) return fail(std::move(path).error());
  return JsonPath(std::move(*path));
}

JsonPath JsonPath::member(std::string field) {
  json_path::Path path;
  path.steps.emplace_back().name = std::move(field);
  return JsonPath(std::move(path));
}

JsonPath::Outcome JsonPath::find(const Datum& root, Datum& found) const {
  return Walk(root).find(*path_, 0, true, root, found);
}

}  // namespace millrace::transform
