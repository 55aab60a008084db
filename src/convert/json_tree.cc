#include "convert/json_tree.h"

#include <unordered_map>
#include <vector>

#include "base/json_value.h"
#include "convert/failures.h"
#include "data/java_decimal.h"
#include "data/java_string.h"

namespace millrace::convert {
namespace {

class TreeReader {
 public:
  TreeReader(std::string_view text, Arena& arena) : lexer_(text, arena), arena_(arena) {}

  bool read(JsonNode& node) {
    int c = lexer_.peek();
    if (c == -1) return true;  // nothing there: missing
    return read_value(c, true, node);
  }
  const char* problem() const { return lexer_.problem(); }

 private:
  bool read_value(int c, bool root, JsonNode& node);
  bool read_number(bool root, JsonNode& node);
  bool read_array(JsonNode& node);
  bool read_object(JsonNode& node);
  bool enter() {
    return ++depth_ <= JsonLexer::kMaxDepth ||
           lexer_.fail("Document nesting depth exceeds the maximum allowed");
  }
  bool read_literal(std::string_view literal, JsonNode::Type type, bool value, JsonNode& node) {
    node.type = type;
    node.boolean = value;
    return lexer_.read_literal(literal);
  }

  JsonLexer lexer_;
  Arena& arena_;
  int depth_ = 0;
  std::vector<JsonNode> elements_;
  std::vector<JsonMember> members_;
};

bool TreeReader::read_value(int c, bool root, JsonNode& node) {
  switch (c) {
    case '"':
      lexer_.advance();
      node.type = JsonNode::Type::kString;
      return lexer_.read_string(node.text);
    case '{': return read_object(node);
    case '[': return read_array(node);
    case 't': return read_literal("true", JsonNode::Type::kBoolean, true, node);
    case 'f': return read_literal("false", JsonNode::Type::kBoolean, false, node);
    case 'n': return read_literal("null", JsonNode::Type::kNull, false, node);
    case -2: return false;
    case -1: return lexer_.fail("Unexpected end-of-input");
    default:
      if (c == '-' || (c >= '0' && c <= '9')) return read_number(root, node);
      return lexer_.fail("Unexpected character: expected a valid value");
  }
}

bool TreeReader::read_number(bool root, JsonNode& node) {
  JsonNumber number{};
  if (!lexer_.read_number(root, number)) return false;
  node.text = number.text;
  if (number.integer) {
    node.type = JsonNode::Type::kInteger;
    node.integer = number.small ? number.value : data::wrapped_int64(number.text);
    return true;
  }
  node.type = JsonNode::Type::kDecimal;
  // Jackson makes a BigDecimal at once, which refuses exponents beyond 32 bit.
  return data::decimal_from_text(arena_, number.text) ? true
                                                      : lexer_.fail("Malformed numeric value");
}

bool TreeReader::read_array(JsonNode& node) {
  lexer_.advance();
  if (!enter()) return false;
  size_t begin = elements_.size();
  bool first = true;
  for (;;) {
    int c = lexer_.peek();
    if (first && c == ']') break;
    if (!first) {
      if (c == ']') break;
      if (c == -2) return false;
      if (c != ',') return lexer_.fail("Expected a comma to separate array entries");
      lexer_.advance();
      c = lexer_.peek();
    }
    first = false;
    JsonNode element;
    if (!read_value(c, false, element)) return false;
    elements_.push_back(element);
  }
  lexer_.advance();
  --depth_;
  node.type = JsonNode::Type::kArray;
  node.size = static_cast<uint32_t>(elements_.size() - begin);
  auto* copy = static_cast<JsonNode*>(arena_.allocate(node.size * sizeof(JsonNode)));
  std::copy(elements_.begin() + static_cast<ptrdiff_t>(begin), elements_.end(), copy);
  node.elements = copy;
  elements_.resize(begin);
  return true;
}

bool TreeReader::read_object(JsonNode& node) {
  const char* source = lexer_.position();
  lexer_.advance();
  if (!enter()) return false;
  size_t begin = members_.size();
  std::unordered_map<std::string_view, size_t> index;
  bool first = true;
  for (;;) {
    int c = lexer_.peek();
    if (c == '}') break;
    if (c == -2) return false;
    if (!first) {
      if (c != ',') return lexer_.fail("Expected a comma to separate object entries");
      lexer_.advance();
      c = lexer_.peek();
    }
    first = false;
    if (c != '"') return lexer_.fail("Was expecting double-quote to start field name");
    lexer_.advance();
    JsonMember member;
    if (!lexer_.read_name(member.name)) return false;
    if (!lexer_.take(':'))
      return lexer_.fail("Was expecting a colon to separate field name and value");
    if (!read_value(lexer_.peek(), false, member.value)) return false;
    auto [place, fresh] = index.emplace(member.name, members_.size());
    if (fresh) {
      members_.push_back(member);
    } else {
      members_[place->second].value = member.value;
    }
  }
  lexer_.advance();
  --depth_;
  node.type = JsonNode::Type::kObject;
  node.size = static_cast<uint32_t>(members_.size() - begin);
  auto* copy = static_cast<JsonMember*>(arena_.allocate(node.size * sizeof(JsonMember)));
  std::copy(members_.begin() + static_cast<ptrdiff_t>(begin), members_.end(), copy);
  node.members = copy;
  node.source = {source, static_cast<size_t>(lexer_.position() - source)};
  members_.resize(begin);
  return true;
}

// ---- Encodings

struct Encoding {
  int width = 1;
  bool big_endian = true;
  size_t skip = 0;
  bool refused = false;
};

Encoding guess_wide(const unsigned char* b) {
  uint32_t quad = uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3];
  if (quad == 0x0000FEFF) return {4, true, 4};
  if (quad == 0xFFFE0000) return {4, false, 4};
  if (quad == 0x0000FFFE || quad == 0xFEFF0000) return {4, true, 0, true};
  if (quad >> 16 == 0xFEFF) return {2, true, 2};
  if (quad >> 16 == 0xFFFE) return {2, false, 2};
  if (quad >> 8 == 0xEFBBBF) return {1, true, 3};
  if (quad >> 8 == 0) return {4, true, 0};
  if ((quad & 0x00FFFFFF) == 0) return {4, false, 0};
  if ((quad & ~0x00FF0000u) == 0 || (quad & ~0x0000FF00u) == 0) return {4, true, 0, true};
  if ((quad >> 16 & 0xFF00) == 0) return {2, true, 0};
  if ((quad >> 16 & 0x00FF) == 0) return {2, false, 0};
  return {};
}

Encoding guess(std::string_view text) {
  const auto* b = reinterpret_cast<const unsigned char*>(text.data());
  if (text.size() >= 4) return guess_wide(b);
  if (text.size() >= 2) {
    if (b[0] == 0) return {2, true, 0};
    if (b[1] == 0) return {2, false, 0};
  }
  return {};
}

}  // namespace

std::string_view json_as_utf8(std::string_view text, Arena& arena) {
  Encoding encoding = guess(text);
  text.remove_prefix(encoding.skip);
  if (encoding.refused) return "\x01";  // no JSON text: refused by the lexer
  if (encoding.width == 1) return text;
  size_t width = static_cast<size_t>(encoding.width);
  char* start = static_cast<char*>(arena.allocate(text.size() * 3 / 2 + 8));
  char* out = start;
  auto unit_at = [&](size_t at) {
    uint32_t unit = 0;
    for (size_t i = 0; i < width; ++i) {
      size_t index = encoding.big_endian ? i : width - 1 - i;
      unit = unit << 8 | static_cast<unsigned char>(text[at + index]);
    }
    return unit;
  };
  size_t at = 0;
  for (; at + width <= text.size(); at += width) {
    uint32_t unit = unit_at(at);
    if (width == 4 && unit > 0x10FFFF) return "\x01";
    if (width == 4 && unit > 0xFFFF) {
      out = data::write_utf16_unit(start, out,
                                   static_cast<char16_t>(0xD800 + ((unit - 0x10000) >> 10)));
      unit = 0xDC00 | (unit & 0x3FF);
    } else if (width == 2 && unit >= 0xD800 && unit < 0xE000) {
      bool pair = unit < 0xDC00 && at + 4 <= text.size() && (unit_at(at + 2) & 0xFC00) == 0xDC00;
      if (pair) {
        out = data::write_utf16_unit(start, out, static_cast<char16_t>(unit));
        at += 2;
        unit = unit_at(at);
      } else {
        unit = 0xFFFD;
      }
    }
    out = data::write_utf16_unit(start, out, static_cast<char16_t>(unit));
  }
  if (at < text.size()) out = data::write_utf16_unit(start, out, 0xFFFD);
  return {start, static_cast<size_t>(out - start)};
}

bool JsonNode::fits_int32() const {
  return type == Type::kInteger && text.size() <= 11 && integer == static_cast<int32_t>(integer);
}

const JsonNode* JsonNode::get(std::string_view name) const {
  if (type != Type::kObject) return nullptr;
  for (uint32_t i = 0; i < size; ++i) {
    if (members[i].name == name) return &members[i].value;
  }
  return nullptr;
}

std::string_view node_type_name(const JsonNode& node) {
  switch (node.type) {
    case JsonNode::Type::kMissing: return "MISSING";
    case JsonNode::Type::kNull: return "NULL";
    case JsonNode::Type::kBoolean: return "BOOLEAN";
    case JsonNode::Type::kInteger:
    case JsonNode::Type::kDecimal: return "NUMBER";
    case JsonNode::Type::kString: return "STRING";
    case JsonNode::Type::kArray: return "ARRAY";
    case JsonNode::Type::kObject: return "OBJECT";
  }
  return "";
}

namespace {

// What is wrong, in Jackson's words where another reading of the text finds it.
Error parse_error(std::string_view text, const char* otherwise) {
  const JsonValue document = read_json(text, {.leading_zeros = true});
  const char* const exception = "com.fasterxml.jackson.core.JsonParseException";
  if (document.broken == nullptr) return {ErrorKind::bad_data, otherwise, exception};
  const std::string& problem = document.broken->message;
  if (problem.starts_with("Document nesting depth"))
    return {ErrorKind::bad_data, problem,
            "com.fasterxml.jackson.core.exc.StreamConstraintsException"};
  return {ErrorKind::bad_data, problem + json_location(document.broken->place),
          document.broken->ends ? "com.fasterxml.jackson.core.io.JsonEOFException" : exception};
}

}  // namespace

Result<JsonNode> parse_json_tree(std::string_view text, Arena& arena) {
  TreeReader reader(json_as_utf8(text, arena), arena);
  JsonNode node;
  if (reader.read(node)) return node;
  Error cause = parse_error(json_as_utf8(text, arena), reader.problem());
  std::string message = std::string(cause.exception_class()) + ": " + cause.message();
  return fail(serialization_error(std::move(message)).caused_by(std::move(cause)));
}

}  // namespace millrace::convert
