// What java.util.regex.Pattern says of a text that is no regular expression. The pattern is
// followed as Pattern's parser does it, one alternative, atom and quantifier after the other; what
// this does not find is left to the engine's own judgement.

#include <algorithm>
#include <optional>
#include <set>

#include "base/java_regex.h"
#include "config/connector_config.h"

namespace millrace::config {
namespace {

constexpr size_t kNowhere = static_cast<size_t>(-1);

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Java counts UTF-16 code units.
size_t units(std::string_view utf8) {
  size_t count = 0;
  for (char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) count += byte >= 0xF0 ? 2 : 1;
  }
  return count;
}

class Checker {
 public:
  explicit Checker(std::string_view regex) : regex_(regex) {}

  // Empty: nothing found.
  std::string check() {
    while (at_ < regex_.size() && problem_.empty()) step();
    if (problem_.empty() && groups_ > 0) fail("Unclosed group", regex_.size());
    return problem_;
  }

 private:
  char peek(size_t place) const { return place < regex_.size() ? regex_[place] : '\0'; }

  // The character before that place.
  size_t before(size_t place) const {
    if (place == 0) return kNowhere;
    for (--place; place > 0 && (static_cast<unsigned char>(regex_[place]) & 0xC0) == 0x80;) --place;
    return place;
  }

  // place: in bytes; may lie one beyond the last.
  void fail(const std::string& what, size_t place) {
    if (!problem_.empty()) return;
    problem_ = what;
    if (place == kNowhere) {
      problem_ += "\n" + std::string(regex_);
      return;
    }
    const size_t index = units(regex_.substr(0, place));
    problem_ += " near index " + std::to_string(index) + "\n" + std::string(regex_);
    if (place < regex_.size()) problem_ += "\n" + std::string(index, ' ') + "^";
  }

  void step() {
    const char c = regex_[at_];
    switch (c) {
      case '\\': escape(); break;
      case '[': character_class(); break;
      case '(': open_group(); return;
      case ')':
        if (groups_-- == 0) return fail("Unmatched closing ')'", before(at_));
        ++at_;
        break;
      case '|': ++at_; return;
      case '*':
      case '+':
      case '?': return fail(std::string("Dangling meta character '") + c + "'", at_);
      case '{': break;  // a quantifier of nothing
      default: ++at_; break;
    }
    if (problem_.empty()) quantifier();
  }

  void quantifier() {
    const char c = peek(at_);
    if (c == '{') {
      counted();
    } else if (c == '*' || c == '+' || c == '?') {
      ++at_;
    } else {
      return;
    }
    if (peek(at_) == '?' || peek(at_) == '+') ++at_;
  }

  void counted() {
    if (!is_digit(peek(++at_))) return fail("Illegal repetition", at_);
    std::optional<int64_t> least = number(), most = least;
    if (peek(at_) == ',' && problem_.empty()) {
      ++at_;
      most = peek(at_) == '}' ? INT32_MAX : number();
    }
    if (!problem_.empty()) return;
    if (peek(at_) != '}') return fail("Unclosed counted closure", at_);
    if (*most < *least) return fail("Illegal repetition range", at_);
    ++at_;
  }

  std::optional<int64_t> number() {
    int64_t value = 0;
    for (; is_digit(peek(at_)); ++at_) {
      value = 10 * value + (peek(at_) - '0');
      if (value > INT32_MAX) {
        fail("Illegal repetition range", at_);
        return {};
      }
    }
    return value;
  }

  void open_group() {
    ++groups_;
    ++at_;
    if (peek(at_) != '?') return;
    ++at_;
    const char c = peek(at_);
    if (c == ':' || c == '=' || c == '!' || c == '>') {
      ++at_;
    } else if (c == '<') {
      ++at_;
      if (peek(at_) == '=' || peek(at_) == '!')
        ++at_;
      else
        group_name();
    } else {
      inline_flags();
    }
  }

  // White space and comments mean something else from here on: the engine judges.
  void give_up() {
    at_ = regex_.size();
    groups_ = 0;
  }

  void group_name() {
    if (!is_letter(peek(at_)))
      return fail("capturing group name does not start with a Latin letter", at_);
    const size_t begin = at_;
    while (is_letter(peek(at_)) || is_digit(peek(at_))) ++at_;
    if (peek(at_) != '>') return fail("named capturing group is missing trailing '>'", at_);
    const std::string name(regex_.substr(begin, at_ - begin));
    if (!names_.insert(name).second)
      return fail("Named capturing group <" + name + "> is already defined", at_);
    ++at_;
  }

  void inline_flags() {
    bool comments = false;
    for (; at_ < regex_.size() &&
           std::string_view("imsdxuU-").find(peek(at_)) != std::string_view::npos;
         ++at_)
      comments |= peek(at_) == 'x';
    if (peek(at_) == ')') {
      --groups_;
    } else if (peek(at_) != ':') {
      return fail("Unknown inline modifier", at_);
    }
    ++at_;
    if (comments) give_up();
  }

  void escape(bool in_class = false) {
    if (++at_ == regex_.size())
      return fail(groups_ > 0 ? "Unclosed group" : "Unexpected internal error", at_);
    const char c = regex_[at_++];
    constexpr std::string_view kUnknown = "CEFIJKLMOTUYgijlmoqy",
                               kNotInClass = "123456789ABGRXZbkz";
    if (kUnknown.find(c) != std::string_view::npos ||
        (in_class && kNotInClass.find(c) != std::string_view::npos)) {
      fail("Illegal/unsupported escape sequence", at_ - 1);
    } else if (c == 'Q') {
      const size_t end = regex_.find("\\E", at_);
      at_ = end == std::string_view::npos ? regex_.size() : end + 2;
    } else if (c == 'x' && peek(at_) == '{' && !is_hexadecimal(peek(at_ + 1))) {
      fail("Illegal hexadecimal escape sequence", at_);
    } else if (c == 'p' || c == 'P') {
      property();
    } else if (peek(at_) == '{' && std::string_view("Nx").find(c) != std::string_view::npos) {
      at_ = std::min(regex_.find('}', at_), regex_.size() - 1) + 1;  // for the engine to judge
    } else if (c == 'x') {
      if (!is_hexadecimal(peek(at_))) return fail("Illegal hexadecimal escape sequence", at_);
      if (!is_hexadecimal(peek(at_ + 1)))
        return fail("Illegal hexadecimal escape sequence", at_ + 1);
      at_ += 2;
    } else if (c == 'u') {
      for (int i = 0; i < 4; ++i, ++at_)
        if (!is_hexadecimal(peek(at_))) return fail("Illegal Unicode escape sequence", at_);
    } else if (c == '0') {
      if (peek(at_) < '0' || peek(at_) > '7') fail("Illegal octal escape sequence", at_);
    } else if (c == 'c' && at_ == regex_.size()) {
      fail("Illegal control escape sequence", at_ - 1);
    } else if (c == 'k') {
      back_reference();
    }
  }

  // Of characters: \p{Lu}, \pL, \p{script=Latin}.
  void property() {
    std::string name;
    if (peek(at_) == '{') {
      const size_t end = regex_.find('}', at_);
      if (end == std::string_view::npos) return fail("Unclosed character family", regex_.size());
      if (end == at_ + 1) return fail("Empty character family", end);
      name = regex_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else {
      if (at_ >= regex_.size())  // Java reads the mark of the end
        return fail("Unknown character property name {" + std::string(1, '\0') + "}",
                    regex_.size());
      const size_t begin = at_++;
      while ((static_cast<unsigned char>(peek(at_)) & 0xC0) == 0x80) ++at_;
      name = regex_.substr(begin, at_ - begin);
    }
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return is_letter(c) || is_digit(c) ||
             std::string_view("=_- ").find(c) != std::string_view::npos;
    });
    if (plain && JavaRegex::compile("\\p{" + name + "}")) return;
    const size_t equals = name.find('=');
    if (equals == std::string::npos)
      return fail("Unknown character property name {" + name + "}", before(at_));
    fail("Unknown Unicode property {name=<" + name.substr(0, equals) + ">, value=<" +
             name.substr(equals + 1) + ">}",
         before(at_));
  }

  void back_reference() {
    if (peek(at_) != '<') return fail("\\k is not followed by '<' for named capturing group", at_);
    if (!is_letter(peek(at_ + 1)))
      return fail("capturing group name does not start with a Latin letter", at_ + 1);
    size_t end = at_ + 1;
    while (is_letter(peek(end)) || is_digit(peek(end))) ++end;
    if (peek(end) != '>') return fail("named capturing group is missing trailing '>'", end);
    const std::string name(regex_.substr(at_ + 1, end - at_ - 1));
    if (names_.count(name) == 0)
      return fail("named capturing group <" + name + "> does not exist", end);
    at_ = end + 1;
  }

  // With the classes inside it. A bracket right after the opening is a literal one.
  void character_class() {
    ++at_;
    if (peek(at_) == '^') ++at_;
    for (bool first = true;; first = false) {
      const char c = peek(at_);
      if (at_ >= regex_.size()) return fail("Unclosed character class", before(regex_.size()));
      if (c == ']' && !first) break;
      if (c == '[') {
        character_class();
      } else if (c == '\\') {
        if (at_ + 1 == regex_.size()) return fail("Unclosed character class", regex_.size());
        escape(true);
      } else {
        range();
      }
      if (!problem_.empty()) return;
    }
    ++at_;
  }

  // One character of a class, or two with a hyphen between them.
  void range() {
    const char low = regex_[at_++];
    if (peek(at_) != '-') return;
    const char high = peek(at_ + 1);
    if (high == ']' || high == '[' || high == '\\') return;
    const bool plain =
        static_cast<unsigned char>(low) < 0x80 && static_cast<unsigned char>(high) < 0x80;
    if (at_ + 1 >= regex_.size() || (plain && high < low))
      return fail("Illegal character range", at_ + 1);
    at_ += 2;
  }

  std::string_view regex_;
  size_t at_ = 0;
  int groups_ = 0;
  std::set<std::string> names_;
  std::string problem_;
};

}  // namespace

std::optional<Problem> check_regex(std::string_view, const Value& value) {
  if (value.is_null())
    return Problem{
        "Invalid regex: Cannot invoke \"String.isEmpty()\" because \"this.pattern\" is null"};
  const std::string problem = regex_problem(*value.text);
  if (problem.empty()) return {};
  return Problem{"Invalid regex: " + problem};
}

std::string regex_problem(std::string_view regex) {
  std::string problem = Checker(regex).check();
  if (!problem.empty()) return problem;
  auto compiled = JavaRegex::compile(std::string(regex));
  return compiled ? std::string() : compiled.error().message();
}

}  // namespace millrace::config
