#pragma once
// What java.util.regex.Pattern writes otherwise than PCRE2 does: sets of characters with unions and
// intersections, names of properties, escapes, flags. What only PCRE2 knows is refused.

#include <string>

#include "base/result.h"

namespace millrace {

// A pattern for PCRE2 with the meaning that `pattern` has in Java; bad_config with the message of a
// java.util.regex.PatternSyntaxException.
Result<std::string> java_regex_to_pcre2(const std::string& pattern);

}  // namespace millrace
