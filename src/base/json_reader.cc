// Reads JSON as Jackson's UTF8StreamJsonParser does under the Java worker's settings, with its
// words for what is wrong.
#include <cstdio>
#include <cstring>
#include <unordered_map>

#include "base/json_value.h"
#include "base/utf8.h"

namespace millrace {
namespace {

constexpr size_t kMaximumDepth = 1000;
constexpr const char* kTokens =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

bool is_digit(int c) { return c >= '0' && c <= '9'; }

// java.lang.Character.isJavaIdentifierStart and -Part, of one byte as Jackson asks it.
bool starts_identifier(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         (c >= 0xC0 && c != 0xD7 && c != 0xF7);
}
bool is_identifier_part(int c) {
  const bool ignorable = (c >= 0 && c <= 8) || (c >= 0xE && c <= 0x1B) || c == 0x7F;
  return starts_identifier(c) || is_digit(c) || ignorable;
}

std::string described(int c) {
  const std::string code = std::to_string(c);
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return "(CTRL-CHAR, code " + code + ")";
  std::string shown;
  if (c < 0x80) {
    shown.push_back(static_cast<char>(c));
  } else {  // a byte is shown as the character of its number
    shown.push_back(static_cast<char>(0xC0 | c >> 6));
    shown.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
  return "'" + shown + "' (code " + code + ")";
}

// A UTF-16 unit behind `out`; the second half of a pair joins the first.
void append_unit(std::string& out, uint32_t unit) {
  const size_t size = out.size();
  if (unit < 0x80) {
    out.push_back(static_cast<char>(unit));
    return;
  }
  if (unit < 0x800) {
    out.push_back(static_cast<char>(0xC0 | unit >> 6));
    out.push_back(static_cast<char>(0x80 | (unit & 0x3F)));
    return;
  }
  auto byte = [&](size_t from_end) { return static_cast<unsigned char>(out[size - from_end]); };
  if (unit >= 0xDC00 && unit < 0xE000 && size >= 3 && byte(3) == 0xED && (byte(2) & 0xF0) == 0xA0) {
    const uint32_t high = (byte(2) & 0x0Fu) << 6 | (byte(1) & 0x3Fu);
    const uint32_t code = 0x10000 + (high << 10 | (unit & 0x3FF));
    out.resize(size - 3);
    out.push_back(static_cast<char>(0xF0 | code >> 18));
    out.push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    return;
  }
  out.push_back(static_cast<char>(0xE0 | unit >> 12));
  out.push_back(static_cast<char>(0x80 | (unit >> 6 & 0x3F)));
  out.push_back(static_cast<char>(0x80 | (unit & 0x3F)));
}

class Reader {
 public:
  Reader(std::string_view text, JsonRules rules) : text_(text), rules_(rules) {}

  JsonValue document() {
    JsonValue root;
    if (!skip_blanks()) {
      root.broken = problem_;
    } else if (at_ < text_.size()) {
      if (root_closer() || !value(root, nullptr)) {
        root.broken = problem_;
      } else if (!nothing_follows()) {
        root.trailing = problem_;
      }
    }
    return root;
  }

 private:
  int here() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1; }
  JsonPlace place(size_t more = 0) const {
    return {line_, static_cast<uint32_t>(at_ + more - line_start_ + 1)};
  }
  bool fail(std::string message, JsonPlace where) {
    problem_ = std::make_shared<JsonProblem>(JsonProblem{std::move(message), where, false, {}});
    return false;
  }
  bool fail(std::string message) { return fail(std::move(message), place()); }
  bool unexpected(const std::string& what) {
    return fail("Unexpected character (" + described(here()) + ")" + what);
  }
  bool broken_off(const std::string& where) {
    fail("Unexpected end-of-input" + where);
    problem_->ends = true;
    return false;
  }

  // False: something that is neither blank nor part of JSON.
  bool skip_blanks() {
    for (;; ++at_) {
      const int c = here();
      if (c == '/') {
        return unexpected(
            ": maybe a (non-standard) comment? (not recognized as one since Feature "
            "'ALLOW_COMMENTS' not enabled for parser)");
      }
      if (c > ' ' || c < 0) return true;
      if (c == '\n' || c == '\r') {
        if (c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t') {
        return fail("Illegal character (" + described(c) +
                        "): only regular white space (\\r, \\n, \\t) is allowed between tokens",
                    place(1));
      }
    }
  }

  // A closing bracket where nothing is open. True: it was one.
  bool root_closer() {
    if (here() != ']' && here() != '}') return false;
    const char* kind = here() == ']' ? "Array" : "Object";
    fail(std::string("Unexpected close marker '") + static_cast<char>(here()) + "': no open " +
         kind + " to close");
    return true;
  }

  bool nothing_follows() {
    if (!skip_blanks()) return false;
    if (here() < 0) return true;
    if (root_closer()) return false;
    JsonValue next;
    const JsonPlace where = place();
    const bool whole = value(next, nullptr);
    if (!whole && next.is_scalar() && next.kind != JsonValue::Kind::kString) return false;
    static constexpr const char* kNames[] = {"VALUE_NULL",   "VALUE_TRUE",  "VALUE_NUMBER_INT",
                                             "VALUE_STRING", "START_ARRAY", "START_OBJECT"};
    std::string token = kNames[static_cast<size_t>(next.kind)];
    if (next.text == "false" && next.kind == JsonValue::Kind::kBoolean) token = "VALUE_FALSE";
    if (next.kind == JsonValue::Kind::kNumber &&
        next.text.find_first_of(".eE") != std::string::npos)
      token = "VALUE_NUMBER_FLOAT";
    problem_ = std::make_shared<JsonProblem>(JsonProblem{{}, where, false, token});
    return false;
  }

  // parent: the container that it is in; null at the root.
  bool value(JsonValue& out, const JsonValue* parent) {
    out.begin = place();
    const bool whole = value_of_kind(out, parent);
    if (!whole) out.broken = problem_;
    out.after = place();
    return whole;
  }

  bool value_of_kind(JsonValue& out, const JsonValue* parent) {
    const int c = here();
    switch (c) {
      case '"':
        out.kind = JsonValue::Kind::kString;
        ++at_;
        return string(out.text, " in VALUE_STRING", "string value");
      case '{': out.kind = JsonValue::Kind::kObject; return nested(out);
      case '[': out.kind = JsonValue::Kind::kArray; return nested(out);
      case 't':
      case 'f':
        if (!literal(c == 't' ? "true" : "false")) return false;
        out.kind = JsonValue::Kind::kBoolean;
        out.text = c == 't' ? "true" : "false";
        return true;
      case 'n': return literal("null");
      default:
        if (c != '-' && !is_digit(c)) return unexpected_value(parent);
        if (!number(out.text, parent)) return false;
        out.kind = JsonValue::Kind::kNumber;
        return true;
    }
  }

  bool nested(JsonValue& out) {
    if (++depth_ > kMaximumDepth) {
      return fail("Document nesting depth (" + std::to_string(depth_) +
                  ") exceeds the maximum allowed (" + std::to_string(kMaximumDepth) +
                  ", from `StreamReadConstraints.getMaxNestingDepth()`)");
    }
    ++at_;
    const bool whole = out.is_object() ? object(out) : array(out);
    --depth_;
    return whole;
  }

  // Between the entries of `open`. more: another entry follows; then the next byte that is not
  // blank is looked at.
  bool next_entry(const JsonValue& open, bool first, bool& more) {
    const bool is_object = open.is_object();
    const std::string kind = is_object ? "Object" : "Array";
    const char close = is_object ? '}' : ']';
    if (!skip_blanks()) return false;
    const int c = here();
    if (c < 0) {
      return broken_off(": expected close marker for " + kind + " (start marker at" +
                        json_location(open.begin).substr(4) + ")");
    }
    more = c != close;
    if (!more) {
      ++at_;
      return true;
    }
    if (c == ']' || c == '}') {
      return fail(std::string("Unexpected close marker '") + static_cast<char>(c) +
                  "': expected '" + close + "' (for " + kind + " starting at" +
                  json_location(open.begin).substr(4) + ")");
    }
    if (first) return true;
    if (c != ',') return unexpected(": was expecting comma to separate " + kind + " entries");
    ++at_;
    if (!skip_blanks()) return false;
    return here() >= 0 || fail("Unexpected end-of-input within/between " + kind + " entries");
  }

  bool object(JsonValue& out) {
    std::unordered_map<std::string, size_t> index;
    for (bool first = true;; first = false) {
      bool more = false;
      if (!next_entry(out, first, more)) return false;
      if (!more) return true;
      if (here() != '"') return unexpected(": was expecting double-quote to start field name");
      ++at_;
      if (here() < 0) return broken_off(": was expecting closing '\"' for name");
      std::string name;
      if (!string(name, " in field name", "name") || !colon()) return false;
      JsonValue member;
      const bool whole = value(member, &out);
      // What could not begin is the object's own problem.
      if (!whole && member.is_scalar() && member.kind != JsonValue::Kind::kString) return false;
      auto [found, is_new] = index.try_emplace(name, out.members.size());
      if (is_new) {
        out.members.push_back({std::move(name), std::move(member)});
      } else {
        out.members[found->second].second = std::move(member);
      }
      if (!whole) return false;
    }
  }

  bool colon() {
    if (!skip_blanks()) return false;
    if (here() >= 0 && here() != ':')
      return unexpected(": was expecting a colon to separate field name and value");
    if (here() == ':') {
      ++at_;
      if (!skip_blanks()) return false;
    }
    return here() >= 0 || broken_off(" within/between Object entries");
  }

  bool array(JsonValue& out) {
    for (bool first = true;; first = false) {
      bool more = false;
      if (!next_entry(out, first, more)) return false;
      if (!more) return true;
      JsonValue element;
      const bool whole = value(element, &out);
      if (!whole && element.is_scalar() && element.kind != JsonValue::Kind::kString) return false;
      out.elements.push_back(std::move(element));
      if (!whole) return false;
    }
  }

  bool literal(std::string_view wanted) {
    size_t length = 0;
    while (length < wanted.size() && at_ + length < text_.size() &&
           text_[at_ + length] == wanted[length])
      ++length;
    const int next =
        at_ + length == text_.size() ? -1 : static_cast<unsigned char>(text_[at_ + length]);
    // What is below '0' ends a word, Jackson says, whatever it is.
    if (length == wanted.size() && (next < '0' || !is_identifier_part(next))) {
      at_ += length;
      return true;
    }
    return unknown_token();
  }

  bool unknown_token() {
    size_t end = at_;
    while (end < text_.size() && is_identifier_part(static_cast<unsigned char>(text_[end]))) {
      const auto c = static_cast<unsigned char>(text_[end]);
      if (c >= 0x80) return bad_utf8(end == at_ ? at_ + 1 : end, "start");
      ++end;
    }
    return fail("Unrecognized token '" + std::string(text_.substr(at_, end - at_)) +
                "': was expecting " + kTokens);
  }

  bool bad_utf8(size_t where, const char* which) {
    char code[8];
    const unsigned byte = where < text_.size() ? static_cast<unsigned char>(text_[where]) : 0u;
    std::snprintf(code, sizeof code, "%02x", byte);
    return fail(std::string("Invalid UTF-8 ") + which + " byte 0x" + code, place(where - at_ + 1));
  }

  bool not_a_number(std::string_view token) {
    return fail("Non-standard token '" + std::string(token) +
                    "': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
                place(token.size()));
  }

  bool unexpected_value(const JsonValue* parent) {
    const int c = here();
    if (c == ',' || c == '}' || (c == ']' && parent != nullptr && parent->is_array()))
      return unexpected(": expected a value");
    for (std::string_view token : {"NaN", "Infinity", "INF"})
      if (token != "INF" && text_.substr(at_, token.size()) == token) return not_a_number(token);
    if (c == '+' && at_ + 1 < text_.size()) {
      return fail(
          "Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers "
          "to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to "
          "allow",
          place(1));
    }
    if (starts_identifier(c)) return unknown_token();
    return unexpected(std::string(": expected a valid value ") + kTokens);
  }

  bool no_digit(const char* what, const JsonValue* parent) {
    if (here() < 0) {
      return broken_off(parent == nullptr     ? " in VALUE_NUMBER_INT"
                        : parent->is_object() ? " in FIELD_NAME"
                                              : " in START_ARRAY");
    }
    return unexpected(std::string(" in numeric value: ") + what);
  }

  void digits() {
    while (is_digit(here())) ++at_;
  }

  bool number(std::string& out, const JsonValue* parent) {
    const size_t start = at_;
    if (here() == '-') ++at_;
    for (std::string_view token : {"Infinity", "INF"}) {
      if (at_ > start && text_.substr(at_, token.size()) == token) {
        at_ = start;
        return not_a_number(text_.substr(start, token.size() + 1));
      }
    }
    if (!is_digit(here()))
      return no_digit("expected digit (0-9) to follow minus sign, for valid numeric value", parent);
    const bool zero = here() == '0';
    ++at_;
    if (zero && is_digit(here()) && !rules_.leading_zeros)
      return fail("Invalid numeric value: Leading zeroes not allowed");
    digits();
    if (here() == '.') {
      ++at_;
      if (here() < 0) --at_;  // told of the point itself
      if (!is_digit(here())) return no_digit("Decimal point not followed by a digit", parent);
      digits();
    }
    if (here() == 'e' || here() == 'E') {
      ++at_;
      if (here() == '+' || here() == '-') ++at_;
      if (!is_digit(here())) return no_digit("Exponent indicator not followed by a digit", parent);
      digits();
    }
    out.assign(text_.substr(start, at_ - start));
    const int c = here();
    if (parent == nullptr && c >= 0 && c != ' ' && c != '\t' && c != '\n' && c != '\r')
      return unexpected(": Expected space separating root-level values");
    return true;
  }

  // Behind the opening quote.
  bool string(std::string& out, const char* where, const char* what) {
    for (;;) {
      const int c = here();
      if (c < 0) return broken_off(where);
      if (c < ' ') {
        return fail("Illegal unquoted character (" + described(c) +
                    "): has to be escaped using backslash to be included in " + what);
      }
      if (c >= 0x80) {
        if (!multi_byte(out)) return false;
        continue;
      }
      ++at_;
      if (c == '"') return true;
      if (c != '\\') {
        out.push_back(static_cast<char>(c));
      } else if (!escape(out)) {
        return false;
      }
    }
  }

  bool multi_byte(std::string& out) {
    const int c = here();
    const size_t length = c < 0xC0 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF8 ? 4 : 0;
    if (length == 0) return bad_utf8(at_, "start");
    for (size_t i = 1; i < length; ++i) {
      if (at_ + i >= text_.size()) {
        at_ = text_.size();
        return broken_off(" in VALUE_STRING");
      }
      if ((text_[at_ + i] & 0xC0) != 0x80) return bad_utf8(at_ + i, "middle");
    }
    if (!is_utf8(text_.substr(at_, length))) return bad_utf8(at_, "start");
    out.append(text_.substr(at_, length));
    at_ += length;
    return true;
  }

  bool escape(std::string& out) {
    static constexpr std::string_view kLetters = "btnfr\"/\\", kMeanings = "\b\t\n\f\r\"/\\";
    const int c = here();
    if (c < 0) return broken_off(" in character escape sequence");
    if (c == 'u') {
      ++at_;
      return unicode_escape(out);
    }
    const size_t letter = kLetters.find(static_cast<char>(c));
    if (letter == std::string_view::npos)
      return fail("Unrecognized character escape " + described(c));
    out.push_back(kMeanings[letter]);
    ++at_;
    return true;
  }

  bool unicode_escape(std::string& out) {
    uint32_t unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int c = here();
      if (c < 0) return broken_off(" in character escape sequence");
      const int letter = c | 0x20;
      if (!is_digit(c) && (letter < 'a' || letter > 'f'))
        return unexpected(": expected a hex-digit for character escape sequence");
      unit = unit << 4 | static_cast<uint32_t>(is_digit(c) ? c - '0' : letter - 'a' + 10);
    }
    append_unit(out, unit);
    return true;
  }

  std::string_view text_;
  const JsonRules rules_;
  size_t at_ = 0, line_start_ = 0;
  uint32_t line_ = 1;
  size_t depth_ = 0;
  std::shared_ptr<JsonProblem> problem_;
};

}  // namespace

std::string json_location(JsonPlace place) {
  return "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
         "line: " +
         std::to_string(place.line) + ", column: " + std::to_string(place.column) + "]";
}

JsonValue read_json(std::string_view text, JsonRules rules) {
  return Reader(text, rules).document();
}

}  // namespace millrace
