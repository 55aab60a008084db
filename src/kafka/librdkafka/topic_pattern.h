#pragma once
// topics.regex as the Java client takes it: the whole topic name must match a java.util.regex
// pattern. librdkafka's own patterns are POSIX searches, so names are matched here, over metadata.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::kafka {

class TopicPattern {
 public:
  // Translated to std::regex (ECMAScript): flags (?i) at the start, \Q..\E, possessive quantifiers
  // (as greedy ones), \p{Alpha}-like classes, named groups, \A \z \Z. Look-behind, atomic groups
  // and flags inside the pattern are refused with a message that says so.
  static Result<TopicPattern> compile(const std::string& java_regex);
  bool matches(std::string_view topic) const;

 private:
  struct Program;
  explicit TopicPattern(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace millrace::kafka
