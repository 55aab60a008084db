#include "base/properties.h"

#include <cstdint>

#include "base/file_bytes.h"
#include "base/log.h"
#include "base/utf8.h"

namespace millrace {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// Hands out logical lines: comments and blank lines left out, continued lines joined, leading
// blanks cut off. Escapes are left as they are.
class LogicalLines {
 public:
  explicit LogicalLines(std::string_view text) : rest_(text) {}

  // False at the end. `number` is the natural line on which the logical line begins, from 1.
  bool next(std::string& line, int& number) {
    line.clear();
    number = 0;
    while (!rest_.empty()) {
      const int natural_number = ++line_number_;
      std::string_view natural = take_natural_line();
      while (!natural.empty() && is_blank(natural.front())) natural.remove_prefix(1);
      // A blank line ends a continued one. A comment can only stand where nothing was read yet.
      if (natural.empty()) {
        if (!line.empty()) return true;
        continue;
      }
      if (line.empty() && (natural.front() == '#' || natural.front() == '!')) continue;
      if (line.empty()) number = natural_number;
      const bool continued = ends_with_odd_backslashes(natural);
      if (continued) natural.remove_suffix(1);
      line.append(natural);
      // Java: a backslash that ends the text does not go on; alone it is an entry without a name.
      if (!continued || !ended_) return true;
    }
    return !line.empty();
  }

 private:
  std::string_view take_natural_line() {
    size_t end = 0;
    while (end < rest_.size() && !is_line_end(rest_[end])) ++end;
    std::string_view line = rest_.substr(0, end);
    ended_ = end < rest_.size();
    if (ended_) {
      const bool both = rest_[end] == '\r' && end + 1 < rest_.size() && rest_[end + 1] == '\n';
      end += both ? 2 : 1;
    }
    rest_.remove_prefix(end);
    return line;
  }

  static bool ends_with_odd_backslashes(std::string_view line) {
    size_t count = 0;
    while (count < line.size() && line[line.size() - 1 - count] == '\\') ++count;
    return count % 2 == 1;
  }

  std::string_view rest_;
  bool ended_ = false;  // the natural line, by a line end
  int line_number_ = 0;
};

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (code >> 6)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (code >> 12)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (code >> 18)));
    out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

int hexadecimal_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads XXXX of \uXXXX. False where there are no four digits.
bool read_code_unit(std::string_view text, size_t at, uint32_t& unit) {
  if (at + 4 > text.size()) return false;
  unit = 0;
  for (size_t i = 0; i < 4; ++i) {
    const int digit = hexadecimal_digit(text[at + i]);
    if (digit < 0) return false;
    unit = unit << 4 | static_cast<uint32_t>(digit);
  }
  return true;
}

// \uXXXX are UTF-16 code units: two surrogates that follow each other are one character.
bool append_unicode_escape(std::string_view text, size_t& at, std::string& out) {
  uint32_t unit = 0;
  if (!read_code_unit(text, at, unit)) return false;
  at += 4;
  uint32_t low = 0;
  if (unit >= 0xD800 && unit < 0xDC00 && text.substr(at, 2) == "\\u" &&
      read_code_unit(text, at + 2, low) && low >= 0xDC00 && low < 0xE000) {
    at += 6;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, unit);
  return true;
}

bool unescape(std::string_view text, std::string& out) {
  out.clear();
  for (size_t at = 0; at < text.size();) {
    char c = text[at++];
    if (c != '\\' || at == text.size()) {
      if (c != '\\') out.push_back(c);
      continue;
    }
    c = text[at++];
    if (c == 'u') {
      if (!append_unicode_escape(text, at, out)) return false;
      continue;
    }
    if (c == 't') c = '\t';
    if (c == 'r') c = '\r';
    if (c == 'n') c = '\n';
    if (c == 'f') c = '\f';
    out.push_back(c);
  }
  return true;
}

struct RawEntry {
  std::string_view key, value;
};

// The key ends at the first '=', ':' or blank that no backslash precedes.
RawEntry split_entry(std::string_view line) {
  size_t key_end = 0;
  for (bool escaped = false; key_end < line.size(); ++key_end) {
    const char c = line[key_end];
    if (!escaped && (c == '=' || c == ':' || is_blank(c))) break;
    escaped = c == '\\' && !escaped;
  }
  size_t value_start = key_end;
  while (value_start < line.size() && is_blank(line[value_start])) ++value_start;
  if (value_start < line.size() && (line[value_start] == '=' || line[value_start] == ':'))
    ++value_start;
  while (value_start < line.size() && is_blank(line[value_start])) ++value_start;
  return {line.substr(0, key_end), line.substr(value_start)};
}

}  // namespace

Result<PropertiesFile> parse_properties(std::string_view text) {
  PropertiesFile file;
  LogicalLines lines(text);
  std::string line, key, value;
  int number = 0;
  while (lines.next(line, number)) {
    const RawEntry entry = split_entry(line);
    if (!unescape(entry.key, key) || !unescape(entry.value, value))
      return fail(ErrorKind::bad_config, "line " + std::to_string(number) +
                                             ": Malformed \\uxxxx encoding: \\u must be followed "
                                             "by four hexadecimal digits");
    file.values[key] = value;
    file.lines[key] = number;
  }
  return file;
}

Result<PropertiesFile> parse_properties_file(std::string_view bytes, const std::string& path) {
  if (!is_ascii(bytes) && is_utf8(bytes))
    Logger("org.apache.kafka.common.utils.Utils")
        .warn(
            "{} looks like UTF-8; properties files are read as ISO-8859-1, as in Java: write "
            "characters beyond ASCII as \\uXXXX",
            path);
  Result<PropertiesFile> file = parse_properties(latin1_to_utf8(bytes));
  if (!file) return fail(ErrorKind::bad_config, path + ": " + file.error().message());
  return file;
}

Result<PropertiesFile> read_properties_file(const std::string& path) {
  Result<std::string> bytes = read_file_bytes(path);
  if (!bytes) return fail(std::move(bytes).error());
  return parse_properties_file(*bytes, path);
}

}  // namespace millrace
