#include "kafka/librdkafka/topic_pattern.h"

#include <array>
#include <regex>
#include <utility>

namespace millrace::kafka {
namespace {

constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
    {"Lower", "a-z"},   {"Upper", "A-Z"},       {"Alpha", "a-zA-Z"},
    {"Digit", "0-9"},   {"Alnum", "a-zA-Z0-9"}, {"XDigit", "0-9a-fA-F"},
    {"Ll", "a-z"},      {"Lu", "A-Z"},          {"L", "a-zA-Z"},
    {"N", "0-9"},       {"Nd", "0-9"},          {"IsAlphabetic", "a-zA-Z"},
    {"IsDigit", "0-9"}, {"IsLowercase", "a-z"}, {"IsUppercase", "A-Z"},
};

class Translation {
 public:
  explicit Translation(std::string_view java) : java_(java) {}

  bool run() {
    while (java_.substr(at_).starts_with("(?i)")) ignore_case = true, at_ += 4;
    for (; at_ < java_.size() && refused.empty(); ++at_) step();
    return refused.empty();
  }

  std::string regex;
  bool ignore_case = false;
  std::string refused;

 private:
  void step() {
    const char c = java_[at_];
    if (c == '\\') return escape();
    if (c == '[') ++depth_;
    if (c == ']' && depth_ > 0) --depth_;
    if (depth_ == 0 && c == '(' && next_is('?')) return group();
    regex.push_back(c);
    // A possessive quantifier matches no more than the greedy one does, and on whole names the
    // difference is hardly ever wanted.
    if (depth_ == 0 && (c == '*' || c == '+' || c == '?' || c == '}') && next_is('+')) ++at_;
    if (depth_ > 1) refused = "character classes inside character classes";
    if (depth_ == 1 && c == '&' && next_is('&')) refused = "intersections of character classes";
  }

  bool next_is(char c) const { return at_ + 1 < java_.size() && java_[at_ + 1] == c; }

  void group() {
    const std::string_view rest = java_.substr(at_);
    if (rest.starts_with("(?:") || rest.starts_with("(?=") || rest.starts_with("(?!")) {
      regex.append(rest.substr(0, 3));
      at_ += 2;
    } else if (rest.starts_with("(?<=") || rest.starts_with("(?<!")) {
      refused = "look-behind";
    } else if (rest.starts_with("(?<") && rest.find('>') != std::string_view::npos) {
      regex.push_back('(');
      at_ += rest.find('>');
    } else {
      refused = "a group that begins with " + std::string(rest.substr(0, 3));
    }
  }

  void escape() {
    if (++at_ == java_.size()) {
      refused = "a backslash at the end";
      return;
    }
    const char c = java_[at_];
    if (c == 'Q') return quotation();
    if (c == 'p' || c == 'P') return named_class(c == 'P');
    if (c == 'A' || c == 'z' || c == 'Z') return;  // the whole name must match anyway
    if (c == 'G' || c == 'X' || c == 'R' || c == 'k') {
      refused = std::string("\\") + c;
      return;
    }
    if (c == 'h')
      regex += "[ \\t]";
    else if (std::string_view("abefnrtvsSdDwWBbx0123456789u").find(c) != std::string_view::npos ||
             std::string_view("^$\\.*+?()[]{}|/").find(c) != std::string_view::npos)
      regex.append({'\\', c});
    else if (c == '-' && depth_ > 0)
      regex.append("\\-");
    else
      regex.push_back(c);  // an escaped character that needs no escape
  }

  void quotation() {
    const size_t begin = at_ + 1, end = std::min(java_.find("\\E", begin), java_.size());
    for (char c : java_.substr(begin, end - begin)) {
      if (std::string_view("^$\\.*+?()[]{}|/").find(c) != std::string_view::npos)
        regex.push_back('\\');
      regex.push_back(c);
    }
    at_ = end == java_.size() ? end - 1 : end + 1;
  }

  void named_class(bool negated) {
    const std::string_view rest = java_.substr(at_ + 1);
    std::string_view name = rest.substr(0, 1);
    size_t length = 1;
    if (rest.starts_with('{')) {
      const size_t end = std::min(rest.find('}'), rest.size());
      name = rest.substr(1, end - 1);
      length = end + 1;
    }
    at_ += length;
    for (const auto& [known, members] : kClasses) {
      if (known != name) continue;
      if (depth_ > 0 && !negated)
        regex.append(members);
      else if (depth_ == 0)
        regex.append(negated ? "[^" : "[").append(members).append("]");
      else
        refused = "a negated property inside a character class";
      return;
    }
    refused = "the property " + std::string(name);
  }

  std::string_view java_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

struct TopicPattern::Program {
  std::regex regex;
};

Result<TopicPattern> TopicPattern::compile(const std::string& java_regex) {
  auto wrong = [&](const std::string& why) {
    return fail(
        ErrorKind::bad_config,
        "Invalid value " + java_regex + " for configuration topics.regex: Invalid regex: " + why,
        "org.apache.kafka.common.config.ConfigException");
  };
  Translation translation(java_regex);
  if (!translation.run())
    return wrong(translation.refused + " is not supported here; use plain groups and alternatives");
  auto flags = std::regex::ECMAScript | std::regex::optimize;
  if (translation.ignore_case) flags |= std::regex::icase;
  try {
    return TopicPattern(
        std::make_shared<const Program>(Program{std::regex(translation.regex, flags)}));
  } catch (const std::regex_error& error) {
    return wrong(error.what());
  }
}

bool TopicPattern::matches(std::string_view topic) const {
  try {
    return std::regex_match(topic.begin(), topic.end(), program_->regex);
  } catch (const std::regex_error&) {  // too complex: a topic name has 249 characters at most
    return false;
  }
}

}  // namespace millrace::kafka
