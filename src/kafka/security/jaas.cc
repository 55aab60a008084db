#include "kafka/security/jaas.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace millrace::kafka {
namespace {

struct Token {
  enum Kind { kWord, kQuoted, kEquals, kSemicolon, kOther, kEnd } kind;
  std::string text;
};

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  Token next() {
    skip_blanks_and_comments();
    if (at_ == text_.size()) return {Token::kEnd, {}};
    const char c = text_[at_];
    if (c == '=') return ++at_, Token{Token::kEquals, {}};
    if (c == ';') return ++at_, Token{Token::kSemicolon, {}};
    if (c == '"' || c == '\'') return quoted(c);
    if (!in_word(c)) return ++at_, Token{Token::kOther, {}};
    const size_t begin = at_;
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    return {Token::kWord, std::string(text_.substr(begin, at_ - begin))};
  }
  size_t position() const { return at_; }
  bool unterminated() const { return unterminated_; }

 private:
  static bool in_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '-' ||
           c == '.' || static_cast<unsigned char>(c) >= 160;
  }

  void skip_blanks_and_comments() {
    while (at_ < text_.size()) {
      const std::string_view rest = text_.substr(at_);
      if (static_cast<unsigned char>(rest[0]) <= ' ') {
        ++at_;
      } else if (rest.starts_with("/*")) {
        const size_t end = rest.find("*/", 2);
        at_ = end == std::string_view::npos ? text_.size() : at_ + end + 2;
      } else if (rest.starts_with("//")) {
        at_ = std::min(text_.size(), at_ + std::min(rest.find('\n'), rest.size()));
      } else {
        return;
      }
    }
  }

  Token quoted(char quote) {
    Token token{Token::kQuoted, {}};
    for (++at_; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_) {
      if (text_[at_] != '\\' || at_ + 1 == text_.size())
        token.text.push_back(text_[at_]);
      else
        token.text.push_back(escaped());
    }
    if (at_ < text_.size() && text_[at_] == quote)
      ++at_;
    else
      unterminated_ = true;
    return token;
  }

  // At a backslash that is not the last character; leaves the position on the escape's last
  // character.
  char escaped() {
    const char c = text_[++at_];
    static constexpr std::string_view kLetters = "abfnrtv", kMeanings = "\a\b\f\n\r\t\v";
    if (const size_t letter = kLetters.find(c); letter != std::string_view::npos)
      return kMeanings[letter];
    if (c < '0' || c > '7') return c;
    int value = 0;
    const size_t longest = c <= '3' ? 3 : 2;
    size_t digits = 0;
    while (digits < longest && at_ + digits < text_.size() && text_[at_ + digits] >= '0' &&
           text_[at_ + digits] <= '7')
      value = value * 8 + (text_[at_ + digits++] - '0');
    at_ += digits - 1;
    return static_cast<char>(value);
  }

  std::string_view text_;
  size_t at_ = 0;
  bool unterminated_ = false;
};

Failure expected(const char* what, const Tokenizer& tokens) {
  return fail(ErrorKind::bad_config,
              std::string("expected ") + what + " before character " +
                  std::to_string(tokens.position() + 1),
              "java.lang.IllegalArgumentException");
}

bool is_control_flag(std::string flag) {
  std::transform(flag.begin(), flag.end(), flag.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return flag == "REQUIRED" || flag == "REQUISITE" || flag == "SUFFICIENT" || flag == "OPTIONAL";
}

}  // namespace

Result<JaasModule> parse_jaas(std::string_view text) {
  Tokenizer tokens(text);
  Token token = tokens.next();
  if (token.kind != Token::kWord) return expected("the class name of a login module", tokens);
  JaasModule module;
  module.login_module = std::move(token.text);
  token = tokens.next();
  if (token.kind != Token::kWord || !is_control_flag(token.text))
    return expected("a control flag (required, requisite, sufficient or optional)", tokens);

  for (token = tokens.next(); token.kind != Token::kSemicolon; token = tokens.next()) {
    if (token.kind != Token::kWord && token.kind != Token::kQuoted)
      return expected("an option's name or the final ';'", tokens);
    std::string name = std::move(token.text);
    if (tokens.next().kind != Token::kEquals) return expected("'=' after an option's name", tokens);
    token = tokens.next();
    if (tokens.unterminated()) return expected("the closing quote of an option's value", tokens);
    if (token.kind != Token::kWord && token.kind != Token::kQuoted)
      return expected("an option's value (in double quotes where it is more than a word)", tokens);
    module.options[std::move(name)] = std::move(token.text);
  }
  if (tokens.next().kind != Token::kEnd)
    return expected("the end, as one login module is allowed,", tokens);
  return module;
}

}  // namespace millrace::kafka
