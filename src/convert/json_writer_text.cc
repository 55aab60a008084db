// The lower half of JsonWriter: Jackson's texts of strings, numbers and bytes, and the schemas.

#include <charconv>
#include <cmath>

#include "convert/base64.h"
#include "convert/json_lexer.h"
#include "convert/json_writer.h"
#include "data/java_number.h"

namespace millrace::convert {

using data::Kind;
using data::Schema;

void JsonWriter::text(std::string_view text) {
  reserve(text.size());
  std::memcpy(next_, text.data(), text.size());
  next_ += text.size();
}

void JsonWriter::integer(int64_t value) {
  reserve(24);
  next_ = std::to_chars(next_, next_ + 24, value).ptr;
}

void JsonWriter::floating(double value, bool narrow) {
  reserve(data::kFloatTextSize + 2);
  bool quoted = !std::isfinite(value);
  if (quoted) *next_++ = '"';
  next_ = narrow ? data::write_java_float(next_, static_cast<float>(value))
                 : data::write_java_double(next_, value);
  if (quoted) *next_++ = '"';
}

void JsonWriter::base64(std::string_view bytes) {
  reserve(base64_size(bytes.size()) + 2);
  *next_++ = '"';
  next_ = write_base64(next_, bytes);
  *next_++ = '"';
}

void JsonWriter::string(std::string_view text) {
  reserve(text.size() + 2);
  *next_++ = '"';
  const char* from = text.data();
  const char* end = from + text.size();
  for (;;) {
    const char* stop = skip_plain(from, end);
    size_t plain = static_cast<size_t>(stop - from);
    reserve(plain + 16);
    if (plain != 0) std::memcpy(next_, from, plain);
    next_ += plain;
    if (stop == end) break;
    from = escape(stop, end);
  }
  put('"');
}

void JsonWriter::unicode_escape(char16_t unit) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  *next_++ = '\\';
  *next_++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *next_++ = kHex[unit >> shift & 0xF];
}

// The one character at `next` that is not plain; room for 16 bytes is reserved. Jackson writes
// characters beyond the basic plane, and lone surrogates, as escapes.
const char* JsonWriter::escape(const char* next, const char* end) {
  auto c = static_cast<unsigned char>(*next);
  if (c < 0x80) {
    char letter = c == '"'    ? '"'
                  : c == '\\' ? '\\'
                  : c == '\b' ? 'b'
                  : c == '\t' ? 't'
                  : c == '\n' ? 'n'
                  : c == '\f' ? 'f'
                  : c == '\r' ? 'r'
                              : '\0';
    if (letter == '\0') {
      unicode_escape(c);
    } else {
      *next_++ = '\\';
      *next_++ = letter;
    }
    return next + 1;
  }
  auto byte = [&](int i) { return static_cast<unsigned char>(next[i]); };
  if (c >= 0xF0 && end - next >= 4) {
    uint32_t rest =
        ((c & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu)) -
        0x10000;
    unicode_escape(static_cast<char16_t>(0xD800 | (rest >> 10 & 0x3FF)));
    unicode_escape(static_cast<char16_t>(0xDC00 | (rest & 0x3FF)));
    return next + 4;
  }
  if (c == 0xED && end - next >= 3 && byte(1) >= 0xA0) {
    unicode_escape(static_cast<char16_t>(0xD000u | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu)));
    return next + 3;
  }
  // Other multi-byte characters stand as they are: a run of them, as far as the room goes.
  *next_++ = *next++;
  for (int i = 0; i < 14 && next < end && (*next & 0x80); ++i) {
    auto following = static_cast<unsigned char>(*next);
    if (following >= 0xF0 || following == 0xED) break;
    *next_++ = *next++;
  }
  return next;
}

// ---- Schemas

bool JsonWriter::schema_text(const Schema& schema) {
  auto found = schema_index_.find(schema.id());
  if (found != schema_index_.end()) {
    schema_texts_.splice(schema_texts_.begin(), schema_texts_, found->second);
    text(schema_texts_.front().text);
    return true;
  }
  size_t at = static_cast<size_t>(next_ - start_);
  if (!write_schema(schema, nullptr)) return false;
  if (settings_.schema_cache_size == 0) return true;
  schema_texts_.push_front({schema.id(), std::string(start_ + at, next_)});
  schema_index_[schema.id()] = schema_texts_.begin();
  if (schema_texts_.size() > settings_.schema_cache_size) {
    schema_index_.erase(schema_texts_.back().id);
    schema_texts_.pop_back();
  }
  return true;
}

namespace {

std::string_view json_type_name(Kind type) {
  switch (type) {
    case Kind::kBoolean: return "boolean";
    case Kind::kInt8: return "int8";
    case Kind::kInt16: return "int16";
    case Kind::kInt32: return "int32";
    case Kind::kInt64: return "int64";
    case Kind::kFloat32: return "float";
    case Kind::kFloat64: return "double";
    case Kind::kString: return "string";
    case Kind::kBytes: return "bytes";
    case Kind::kArray: return "array";
    case Kind::kMap: return "map";
    default: return "struct";
  }
}

}  // namespace

bool JsonWriter::schema_children(const Schema& schema) {
  auto child = [&](const char* name, const Schema* schema) {
    text(name);
    if (schema == nullptr) return text("null"), true;
    return write_schema(*schema, nullptr);
  };
  switch (schema.type()) {
    case Kind::kArray: return child(",\"items\":", schema.values());
    case Kind::kMap:
      return child(",\"keys\":", schema.keys()) && child(",\"values\":", schema.values());
    case Kind::kStruct: break;
    default: return true;
  }
  text(",\"fields\":[");
  for (size_t i = 0; i < schema.fields().size(); ++i) {
    if (i != 0) put(',');
    const data::Field& field = schema.fields()[i];
    if (!write_schema(*field.schema, &field.name)) return false;
  }
  put(']');
  return true;
}

void JsonWriter::schema_parameters(const Schema& schema) {
  text(",\"parameters\":{");
  for (size_t i = 0; i < schema.parameters().size(); ++i) {
    if (i != 0) put(',');
    string(schema.parameters()[i].first);
    put(':');
    string(schema.parameters()[i].second);
  }
  put('}');
}

bool JsonWriter::write_schema(const Schema& schema, const std::string* field) {
  if (!enter()) return false;
  text("{\"type\":\"");
  text(json_type_name(schema.type()));
  put('"');
  if (!schema_children(schema)) return false;
  text(schema.optional() ? ",\"optional\":true" : ",\"optional\":false");
  if (schema.name()) text(",\"name\":"), string(*schema.name());
  if (schema.version()) text(",\"version\":"), integer(*schema.version());
  if (schema.doc()) text(",\"doc\":"), string(*schema.doc());
  if (!schema.parameters().empty()) schema_parameters(schema);
  if (schema.default_value() != nullptr && !data::is_null(*schema.default_value())) {
    text(",\"default\":");
    if (!value(&schema, *schema.default_value())) return false;
  }
  if (field != nullptr) text(",\"field\":"), string(*field);
  put('}');
  --depth_;
  return true;
}

}  // namespace millrace::convert
