#include "base/json_value.h"

#include "base/utf8.h"

namespace millrace {
namespace {

void append(std::string& out, const JsonValue& value) {
  bool first = true;
  auto comma = [&] {
    if (!std::exchange(first, false)) out.push_back(',');
  };
  switch (value.kind) {
    case JsonValue::Kind::kNull: out += "null"; break;
    case JsonValue::Kind::kBoolean:
    case JsonValue::Kind::kNumber: out += value.text; break;
    case JsonValue::Kind::kString: out += json_string(value.text); break;
    case JsonValue::Kind::kArray:
      out.push_back('[');
      for (const JsonValue& element : value.elements) comma(), append(out, element);
      out.push_back(']');
      break;
    case JsonValue::Kind::kObject:
      out.push_back('{');
      for (const auto& [name, member] : value.members) {
        comma();
        out += json_string(name) + ":";
        append(out, member);
      }
      out.push_back('}');
      break;
  }
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string JsonValue::to_json() const {
  std::string out;
  append(out, *this);
  return out;
}

std::string json_string(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = "\"";
  out.reserve(text.size() + 2);
  auto unit = [&out](unsigned code) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kHex[code >> shift & 0xF]);
  };
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const size_t length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (static constexpr std::string_view kPlain = "\b\t\n\f\r\"\\", kLetters = "btnfr\"\\";
        length == 1 && kPlain.find(text[i]) != std::string_view::npos) {
      out.push_back('\\');
      out.push_back(kLetters[kPlain.find(text[i])]);
    } else if (c < ' ') {
      unit(c);
    } else if (length == 1 || is_utf8(text.substr(i, length))) {
      out.append(text.substr(i, length));
    } else if (const unsigned second = i + 2 < text.size() ? text[i + 1] & 0xFFu : 0u;
               c == 0xED && second >= 0xA0 && (text[i + 2] & 0xC0) == 0x80) {
      unit(0xD000 | (second & 0x3F) << 6 | (static_cast<unsigned>(text[i + 2]) & 0x3F));
      i += 3;
      continue;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    i += length;
  }
  out.push_back('"');
  return out;
}

}  // namespace millrace
