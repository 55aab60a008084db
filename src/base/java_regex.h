#pragma once
// JavaRegex: java.util.regex patterns, run by PCRE2, whose syntax and backtracking are the nearest
// to Java's. Immutable; may be used by several threads.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

class JavaRegex {
 public:
  // bad_config: what is wrong and where.
  static Result<JavaRegex> compile(const std::string& pattern);

  bool matches(std::string_view text) const;  // the whole text: Matcher.matches
  bool finds(std::string_view text) const;    // somewhere: Matcher.find
  // Group 1 of the first match of a pattern with one group; empty where it took no part. nullopt:
  // no match, or not one group.
  std::optional<std::string_view> only_group(std::string_view text) const;
  // Matcher.replaceFirst: `$1`, `${name}` and `\x` in the replacement as Java reads them. fatal: a
  // group that is not there.
  Result<std::string> replace_first(std::string_view text, std::string_view replacement) const;

 private:
  struct Code;
  explicit JavaRegex(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  std::shared_ptr<const Code> code_;
};

}  // namespace millrace
