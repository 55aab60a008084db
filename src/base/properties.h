#pragma once
// Java properties files (java.util.Properties.load): `key=value`, `key: value`, `key value`; # and
// ! comments; \ at a line's end goes on; \t \n \r \f \uXXXX and \x. Later keys win. Text is read as
// UTF-8 where Java reads Latin-1: a file that is pure ASCII reads the same.

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

struct PropertiesFile {
  std::map<std::string, std::string> values;
  std::map<std::string, int> lines;  // where each key stands, from 1: for error messages
};

// A \u that is not followed by four hexadecimal digits is the only failure; the message names the
// line.
Result<PropertiesFile> parse_properties(std::string_view text);
// Failures name the file.
Result<PropertiesFile> read_properties_file(const std::string& path);

}  // namespace millrace
