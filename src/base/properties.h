#pragma once
// Java properties files (java.util.Properties.load): `key=value`, `key: value`, `key value`; # and
// ! comments; \ at a line's end goes on; \t \n \r \f \uXXXX and \x. Later keys win.

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

struct PropertiesFile {
  std::map<std::string, std::string> values;
  std::map<std::string, int> lines;  // where each key stands, from 1: for error messages
};

// text: UTF-8, as java.util.Properties.load(Reader) is given characters. A \u that is not followed
// by four hexadecimal digits is the only failure; the message names the line.
Result<PropertiesFile> parse_properties(std::string_view text);
// bytes: ISO-8859-1, as Properties.load(InputStream) takes them; what looks like UTF-8 is warned
// about. Failures name the file.
Result<PropertiesFile> parse_properties_file(std::string_view bytes, const std::string& path);
Result<PropertiesFile> read_properties_file(const std::string& path);

}  // namespace millrace
