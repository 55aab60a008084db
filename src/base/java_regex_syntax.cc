#include "base/java_regex_syntax.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

// POSIX and java.lang.Character classes, ASCII ones as Java has them: the inside of a set.
constexpr std::pair<std::string_view, std::string_view> kProperties[] = {
    {"Lower", "a-z"},
    {"Upper", "A-Z"},
    {"ASCII", "\\x00-\\x7f"},
    {"Alpha", "A-Za-z"},
    {"Digit", "0-9"},
    {"Alnum", "A-Za-z0-9"},
    {"Punct", "!-/:-@\\[-`{-~"},
    {"Graph", "!-~"},
    {"Print", " -~"},
    {"Blank", " \\t"},
    {"Cntrl", "\\x00-\\x1f\\x7f"},
    {"XDigit", "0-9A-Fa-f"},
    {"Space", " \\t\\n\\x0b\\f\\r"},
    {"L1", "\\x{0}-\\x{ff}"},
    {"javaLowerCase", "\\p{Ll}"},
    {"javaUpperCase", "\\p{Lu}"},
    {"javaTitleCase", "\\p{Lt}"},
    {"javaDigit", "\\p{Nd}"},
    {"javaLetter", "\\p{L}"},
    {"javaLetterOrDigit", "\\p{L}\\p{Nd}"},
    {"javaAlphabetic", "\\p{Alphabetic}"},
    {"javaWhitespace", "\\s\\x1c-\\x1f"},
};
constexpr std::string_view kEscapes = "ABDGHPQRSVWXZabcdefhknprstuvwxz";  // letters that Java knows

class Translator {
 public:
  // groups: how many the pattern has, as far as that is known.
  Translator(const std::string& pattern, uint32_t groups) : in_(pattern), all_groups_(groups) {}

  uint32_t groups() const { return groups_; }

  Result<std::string> run() {
    while (at_ < in_.size() && !problem_) element();
    if (!problem_) return std::move(out_);
    std::string message = *problem_ + " near index " + std::to_string(at_) + "\n" + in_;
    if (at_ < in_.size()) message += "\n" + std::string(at_, ' ') + "^";
    return fail(ErrorKind::bad_config, std::move(message),
                "java.util.regex.PatternSyntaxException");
  }

 private:
  bool sees(std::string_view text) const { return in_.compare(at_, text.size(), text) == 0; }
  bool digit_at(size_t at) const {
    return at < in_.size() && std::isdigit(static_cast<unsigned char>(in_[at])) != 0;
  }
  void refuse(std::string problem) {
    if (!problem_) problem_ = std::move(problem);
  }

  void element() {
    const char c = in_[at_];
    if (c == '\\') return escape(out_, false);
    if (c == '[') {
      out_ += set();
      return;
    }
    if (c == '(') return group();
    if (c == '^' || c == '$') {  // PCRE2 does not repeat them
      out_.append("(?:").append(1, c).append(")");
      ++at_;
      return;
    }
    if (c == '{') {
      if (!digit_at(at_ + 1)) return refuse("Illegal repetition");
      if (in_.find('}', at_) == std::string::npos) return refuse("Unclosed counted closure");
    }
    out_.push_back(c);
    ++at_;
  }

  void group() {
    if (sees("(*")) {
      ++at_;
      return refuse("Dangling meta character '*'");
    }
    if (!sees("(?")) {
      ++groups_;
      out_.push_back(in_[at_++]);
      return;
    }
    at_ += 2;
    out_ += "(?";
    if (sees("<") && !sees("<=") && !sees("<!")) return named_group();
    if (at_ < in_.size() && std::string_view(":=!><").find(in_[at_]) != std::string_view::npos) {
      out_.push_back(in_[at_++]);
      return;
    }
    flags();
  }

  void named_group() {
    out_.push_back(in_[at_++]);
    const size_t begin = at_;
    while (at_ < in_.size() && std::isalnum(static_cast<unsigned char>(in_[at_])) != 0) ++at_;
    if (at_ == begin || digit_at(begin))
      return refuse("capturing group name does not start with a Latin letter");
    if (!sees(">")) return refuse("named capturing group is missing trailing '>'");
    ++groups_;
    names_.push_back(in_.substr(begin, at_ - begin));
    out_ += names_.back();
  }

  // Flags that PCRE2 has, too; Unicode case, Unix lines and Unicode classes have no counterpart.
  void flags() {
    for (; at_ < in_.size(); ++at_) {
      const char c = in_[at_];
      if (c == ')' || c == ':') {
        out_.push_back(c);
        ++at_;
        return;
      }
      if (std::string_view("imsx-").find(c) != std::string_view::npos)
        out_.push_back(c);
      else if (std::string_view("udU").find(c) == std::string_view::npos)
        return refuse("Unknown inline modifier");
    }
    refuse("Unknown inline modifier");
  }

  // The escape at at_ goes to `out`.
  void escape(std::string& out, bool in_set) {
    if (at_ + 1 >= in_.size()) {
      ++at_;
      return refuse("Unexpected internal error");
    }
    const char c = in_[at_ + 1];
    if (c == 'Q') return quotation(out);
    if (c == 'p' || c == 'P') return property(out, in_set);
    if (c == 'u') return code_unit(out);
    if (c == '0') return octal(out);
    if (c >= '1' && c <= '9' && !in_set) return group_reference(out);
    if (c == 'k' && !in_set) return name_reference(out);
    if (in_set && std::string_view("123456789bBAGZzkRX").find(c) != std::string_view::npos) {
      ++at_;
      return refuse("Illegal/unsupported escape sequence");
    }
    if (!in_set && std::string_view("AbBGzZ").find(c) != std::string_view::npos) {
      // PCRE2 repeats no assertion of one character.
      out.append("(?:\\").append(1, c).append(")");
      at_ += 2;
      return;
    }
    if (std::isalpha(static_cast<unsigned char>(c)) != 0 &&
        kEscapes.find(c) == std::string_view::npos) {
      ++at_;
      return refuse("Illegal/unsupported escape sequence");
    }
    out.push_back('\\');
    out.push_back(c);
    at_ += 2;
  }

  // As many digits as make a group that has begun. One that never comes never matches.
  void group_reference(std::string& out) {
    uint32_t number = static_cast<uint32_t>(in_[++at_] - '0');
    while (digit_at(++at_)) {
      const uint32_t longer = number * 10 + static_cast<uint32_t>(in_[at_] - '0');
      if (longer > groups_) break;
      number = longer;
    }
    out += number > all_groups_ ? "(?!)" : "\\g{" + std::to_string(number) + "}";
  }

  void name_reference(std::string& out) {
    at_ += 2;
    if (!sees("<")) return refuse("\\k is not followed by '<' for named capturing group");
    const size_t end = std::min(in_.find('>', at_), in_.size());
    const std::string name = in_.substr(at_ + 1, end - at_ - 1);
    if (std::find(names_.begin(), names_.end(), name) == names_.end())
      return refuse("named capturing group <" + name + "> does not exist");
    at_ = end + 1;
    out += "\\k<" + name + ">";
  }

  void quotation(std::string& out) {
    at_ += 2;
    size_t end = in_.find("\\E", at_);
    const size_t next = end == std::string::npos ? in_.size() : end + 2;
    if (end == std::string::npos) end = in_.size();
    for (; at_ < end; ++at_) {
      const auto c = static_cast<unsigned char>(in_[at_]);
      if (c < 0x80 && std::isalnum(c) == 0) out.push_back('\\');
      out.push_back(in_[at_]);
    }
    at_ = next;
  }

  void property(std::string& out, bool in_set) {
    const bool negated = in_[at_ + 1] == 'P';
    std::string name;
    if (at_ + 2 < in_.size() && in_[at_ + 2] == '{') {
      const size_t end = in_.find('}', at_);
      if (end == std::string::npos) return refuse("Unclosed character family");
      name = in_.substr(at_ + 3, end - at_ - 3);
      at_ = end + 1;
    } else {
      name = in_.substr(at_ + 2, 1);
      at_ += 2 + name.size();
    }
    for (const auto& [known, inside] : kProperties) {
      if (known != name) continue;
      if (negated && in_set) {
        nested_.push_back("[^" + std::string(inside) + "]");
      } else if (in_set) {
        out += inside;
      } else {
        out.append(negated ? "[^" : "[").append(inside).append("]");
      }
      return;
    }
    for (std::string_view prefix : {"script=", "sc=", "general_category=", "gc=", "Is"}) {
      if (!name.starts_with(prefix)) continue;
      name.erase(0, prefix.size());
      break;
    }
    out.append(negated ? "\\P{" : "\\p{").append(name).append("}");
  }

  void code_unit(std::string& out) {
    const std::string digits = in_.substr(at_ + 2, 4);
    if (digits.size() < 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos)
      return refuse("Illegal Unicode escape sequence");
    out += "\\x{" + digits + "}";
    at_ += 6;
  }

  void octal(std::string& out) {
    size_t end = at_ + 2;
    const size_t most = end < in_.size() && in_[end] <= '3' ? 3 : 2;
    while (end < in_.size() && end < at_ + 2 + most && in_[end] >= '0' && in_[end] <= '7') ++end;
    if (end == at_ + 2) return refuse("Illegal octal escape sequence");
    out += "\\o{" + in_.substr(at_ + 2, end - at_ - 2) + "}";
    at_ = end;
  }

  // A set and all within it, as a fragment that matches one character.
  std::string set() {
    if (++depth_ > kDeepest) {
      refuse("Unclosed character class");
      return {};
    }
    ++at_;
    const bool negated = sees("^");
    if (negated) ++at_;
    std::vector<std::string> outer = std::exchange(nested_, {});
    std::vector<std::string> factors;  // what stands between the &&
    std::string plain;
    bool closed = false;
    const size_t first = at_;
    while (at_ < in_.size() && !problem_) {
      const char c = in_[at_];
      if (c == ']' && at_ > first) {
        ++at_;
        closed = true;
        break;
      }
      if (c == '[') {
        std::string inner = set();
        nested_.push_back(std::move(inner));
      } else if (sees("&&")) {
        at_ += 2;
        add_factor(factors, plain);
      } else if (c == '\\') {
        escape(plain, true);
      } else {
        if (c == ']' || c == ':') plain.push_back('\\');  // ":" could make a POSIX class
        plain.push_back(c);
        ++at_;
      }
    }
    if (!closed) refuse("Unclosed character class");
    const bool simple = factors.empty() && nested_.empty();
    std::string fragment;
    if (simple) {
      fragment = (negated ? "[^" : "[") + plain + "]";
    } else {
      add_factor(factors, plain);
      std::string all;
      for (size_t i = 0; i + 1 < factors.size(); ++i) all += "(?=" + factors[i] + ")";
      all += factors.empty() ? std::string() : factors.back();
      fragment = negated ? "(?:(?!" + all + ")(?s:.))" : "(?:" + all + ")";
    }
    nested_ = std::move(outer);
    --depth_;
    return fragment;
  }

  void add_factor(std::vector<std::string>& factors, std::string& plain) {
    std::string any = plain.empty() ? std::string() : "[" + plain + "]";
    for (const std::string& inner : nested_) any += (any.empty() ? "" : "|") + inner;
    if (!any.empty()) factors.push_back("(?:" + any + ")");
    plain.clear();
    nested_.clear();
  }

  static constexpr int kDeepest = 100;
  const std::string& in_;
  size_t at_ = 0;
  std::string out_;
  const uint32_t all_groups_;
  uint32_t groups_ = 0;              // that have begun
  std::vector<std::string> names_;   // of these
  std::vector<std::string> nested_;  // sets within the set at hand
  int depth_ = 0;
  std::optional<std::string> problem_;
};

}  // namespace

Result<std::string> java_regex_to_pcre2(const std::string& pattern) {
  constexpr uint32_t kMany = 0xffff;  // more than PCRE2 has
  Translator counter(pattern, kMany);
  if (auto once = counter.run(); !once || pattern.find('\\') == pattern.npos) return once;
  return Translator(pattern, counter.groups()).run();
}

}  // namespace millrace
