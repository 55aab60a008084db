#pragma once
// The lines of a comparison with Java classes: how a case is taken apart, and how what comes of it
// is written. For the `..._cases` programs only.

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::testing {

inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

inline std::string hex_of(std::string_view bytes) {
  std::string out;
  for (unsigned char byte : bytes) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    out.append(hex);
  }
  return out;
}

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

inline std::string failure_text(const Error& error) {
  return "FAIL " + std::string(error.exception_class()) + ": " + error.message();
}

// The same with its causes, each behind an arrow.
inline std::string failure_with_causes(const Error& error) {
  std::string text = failure_text(error);
  for (const Error* each = error.cause(); each != nullptr; each = each->cause())
    text += " <- " + std::string(each->exception_class()) + ": " + each->message();
  return text;
}

// One line of output: control characters as escapes.
inline std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else
      out.push_back(c);
  }
  return out;
}

}  // namespace millrace::testing
