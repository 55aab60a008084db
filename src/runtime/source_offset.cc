#include "runtime/source_offset.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include "data/java_number.h"
#include "runtime/java_names.h"

namespace millrace::runtime {
namespace {

std::string_view class_of(data::Kind kind) {
  switch (kind) {
    case data::Kind::kArray: return "ARRAY";
    case data::Kind::kMap: return "MAP";
    case data::Kind::kStruct:
    case data::Kind::kTyped: return "STRUCT";
    case data::Kind::kDecimal: return "class java.math.BigDecimal";
    case data::Kind::kInstant: return "class java.util.Date";
    default: return "a value of an unknown class";
  }
}

void append_string(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out.push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\f': out += "\\f"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) {
          out.push_back(c);
        } else {
          out += "\\u00";
          out.push_back(kHex[c >> 4 & 15]);
          out.push_back(kHex[c & 15]);
        }
    }
  }
  out.push_back('"');
}

void append_base64(std::string& out, std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.push_back('"');
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k)
      out.push_back(i + k <= bytes.size() ? kDigits[bits >> (18 - 6 * k) & 63] : '=');
  }
  out.push_back('"');
}

// Jackson puts what is no number of JSON into quotes.
template <typename Number>
void append_real(std::string& out, Number number) {
  const bool quoted = !std::isfinite(number);
  if (quoted) out.push_back('"');
  if constexpr (std::is_same_v<Number, float>)
    data::append_java_float(out, number);
  else
    data::append_java_double(out, number);
  if (quoted) out.push_back('"');
}

bool append_primitive(std::string& out, const data::Cell& cell) {
  switch (data::kind(cell)) {
    case data::Kind::kNull: out += "null"; return true;
    case data::Kind::kBoolean: out += cell.as.i64 != 0 ? "true" : "false"; return true;
    case data::Kind::kInt8:
    case data::Kind::kInt16:
    case data::Kind::kInt32:
    case data::Kind::kInt64: {
      char digits[24];
      out.append(digits, std::to_chars(digits, digits + sizeof digits, cell.as.i64).ptr);
      return true;
    }
    case data::Kind::kFloat32: append_real(out, static_cast<float>(cell.as.f64)); return true;
    case data::Kind::kFloat64: append_real(out, cell.as.f64); return true;
    case data::Kind::kString: append_string(out, data::text(cell)); return true;
    case data::Kind::kBytes: append_base64(out, data::text(cell)); return true;
    default: return false;
  }
}

Result<void> append_map(std::string& out, const data::Cell& map) {
  if (data::kind(map) != data::Kind::kMap)
    return fail(ErrorKind::bad_data, "Offsets must be specified as a Map", java::kDataException);
  out.push_back('{');
  for (uint32_t i = 0; i < map.length; ++i) {
    const data::Cell& key = map.as.cells[2 * i];
    const data::Cell& value = map.as.cells[2 * i + 1];
    if (data::kind(key) != data::Kind::kString)
      return fail(ErrorKind::bad_data, "Offsets may only use String keys", java::kDataException);
    if (i > 0) out.push_back(',');
    append_string(out, data::text(key));
    out.push_back(':');
    if (!append_primitive(out, value))
      return fail(ErrorKind::bad_data,
                  "Offsets may only contain primitive types as values, but field " +
                      std::string(data::text(key)) + " contains " +
                      std::string(class_of(data::kind(value))),
                  java::kDataException);
  }
  out.push_back('}');
  return {};
}

bool is_nothing(const data::Cell* cell) { return cell == nullptr || data::is_null(*cell); }

// Reads what append_map and Java's JsonConverter write: one JSON object of primitives, or null.
class OffsetParser {
 public:
  OffsetParser(std::string_view text, Arena& arena) : rest_(text), arena_(arena) {}

  Result<data::Cell> parse() {
    std::vector<data::Cell> cells;
    bool good = true;
    if (take_word("null")) {
      skip_blanks();
      if (rest_.empty()) return data::null_cell();
      good = false;
    }
    good = good && take('{');
    if (good && !take('}')) {
      do {
        good = cells.size() < 2 * 1000 && read_string(cells) && take(':') && read_value(cells);
      } while (good && take(','));
      good = good && take('}');
    }
    skip_blanks();
    if (!good || !rest_.empty())
      return fail(ErrorKind::bad_data, "Offsets must be specified as a Map of primitives",
                  java::kDataException);
    auto* map = arena_.allocate_array<data::Cell>(cells.size());
    std::copy(cells.begin(), cells.end(), map);
    return data::nested_cell(data::Kind::kMap, map, static_cast<uint32_t>(cells.size() / 2));
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && std::strchr(" \t\r\n", rest_.front()) != nullptr)
      rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool read_value(std::vector<data::Cell>& cells) {
    if (take_word("null")) return cells.push_back(data::null_cell()), true;
    if (take_word("true")) return cells.push_back(data::boolean_cell(true)), true;
    if (take_word("false")) return cells.push_back(data::boolean_cell(false)), true;
    if (!rest_.empty() && rest_.front() == '"') return read_string(cells);
    const char* const end = rest_.data() + rest_.size();
    int64_t integer = 0;
    auto read = std::from_chars(rest_.data(), end, integer);
    data::Cell cell = data::int64_cell(integer);
    if (read.ec != std::errc() || (read.ptr != end && std::strchr(".eE", *read.ptr) != nullptr)) {
      double real = 0;
      read = std::from_chars(rest_.data(), end, real);
      cell = data::float64_cell(real);
    }
    if (read.ec != std::errc()) return false;
    rest_.remove_prefix(read.ptr - rest_.data());
    cells.push_back(cell);
    return true;
  }

  bool read_string(std::vector<data::Cell>& cells) {
    if (!take('"')) return false;
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\\')
        text.push_back(c);
      else if (!read_escape(text))
        return false;
    }
    if (!take('"')) return false;
    cells.push_back(data::string_cell(arena_.copy(text)));
    return true;
  }

  bool read_escape(std::string& text) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == 'u') return read_unicode(text);
    const size_t at = std::string_view("\"\\/bfnrt").find(c);
    if (at == std::string_view::npos) return false;
    text.push_back("\"\\/\b\f\n\r\t"[at]);
    return true;
  }

  bool read_hex(uint32_t& unit) {
    if (rest_.size() < 4) return false;
    const auto read = std::from_chars(rest_.data(), rest_.data() + 4, unit, 16);
    if (read.ptr != rest_.data() + 4) return false;
    rest_.remove_prefix(4);
    return true;
  }
  bool read_unicode(std::string& text) {
    uint32_t c = 0, low = 0;
    if (!read_hex(c)) return false;
    if (c >= 0xd800 && c < 0xdc00 && rest_.starts_with("\\u")) {
      rest_.remove_prefix(2);
      if (!read_hex(low)) return false;
      c = 0x10000 + ((c - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff);
    }
    if (c < 0x80) return text.push_back(static_cast<char>(c)), true;
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    text.push_back(static_cast<char>((0xff00 >> (more + 1) & 0xff) | c >> (6 * more)));
    for (int shift = 6 * (more - 1); shift >= 0; shift -= 6)
      text.push_back(static_cast<char>(0x80 | (c >> shift & 0x3f)));
    return true;
  }

  std::string_view rest_;
  Arena& arena_;
};

}  // namespace

std::string offset_key_prefix(std::string_view connector) {
  std::string prefix = "[";
  append_string(prefix, connector);
  prefix.push_back(',');
  return prefix;
}

Result<std::string> offset_key(std::string_view connector, const data::Cell* partition) {
  std::string key = offset_key_prefix(connector);
  if (is_nothing(partition)) {
    key += "null";
  } else if (auto appended = append_map(key, *partition); !appended) {
    return fail(std::move(appended).error());
  }
  key.push_back(']');
  return key;
}

Result<std::optional<std::string>> offset_value(const data::Cell* offset) {
  if (is_nothing(offset)) return std::nullopt;
  std::string value;
  if (auto appended = append_map(value, *offset); !appended)
    return fail(std::move(appended).error());
  return value;
}

Result<data::Cell> parse_offset(std::string_view text, Arena& arena) {
  return OffsetParser(text, arena).parse();
}

}  // namespace millrace::runtime
