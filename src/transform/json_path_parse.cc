// Reads a JSONPath.
#include <algorithm>
#include <charconv>

#include "transform/json_path_syntax.h"

namespace millrace::transform::json_path {
namespace {

constexpr int kDepth = 32;  // of conditions within each other

bool digit(char c) { return c >= '0' && c <= '9'; }
bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Path> whole() {
    skip();
    Path path;
    // A path that does not begin with its root is one from there, as in Java.
    const bool rooted = here() == '$' || here() == '@';
    if (rooted && here() == '@') return refuse("a path begins with $");
    if (rooted) ++at_;
    if (!rooted && here() != '[') {
      Step first;
      if (!name(first.name)) return refuse("a path is expected");
      path.steps.push_back(std::move(first));
    }
    if (auto read = steps(path); !read) return fail(std::move(read).error());
    skip();
    if (at_ < text_.size()) return refuse("nothing is expected");
    return path;
  }

 private:
  Failure refuse(std::string_view expected) const {
    return fail(ErrorKind::bad_config, "Not a supported JSONPath: " + std::string(expected) +
                                           " at index " + std::to_string(at_) + " of " +
                                           std::string(text_));
  }
  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
  }
  bool take(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  Result<void> steps(Path& path) {
    while (here() == '.' || here() == '[') {
      Step step;
      if (auto read = here() == '.' ? dotted(step) : bracketed(step); !read) return read;
      path.steps.push_back(std::move(step));
    }
    return {};
  }
  bool name(std::string& out) {
    const size_t end =
        std::min(text_.find_first_of(".[]()@$ \t\n\r=!<>&|,'\"~*?/", at_), text_.size());
    out = text_.substr(at_, end - at_);
    at_ = end;
    return !out.empty();
  }
  Result<void> dotted(Step& step) {
    ++at_;
    if (here() == '.') return refuse("a deep scan is not supported; a name is expected");
    if (here() == '[') return bracketed(step);
    if (take("*")) {
      step.kind = Step::Kind::kWildcard;
      return {};
    }
    if (!name(step.name)) return refuse("a name is expected");
    if (here() == '(') return refuse("functions are not supported; a name is expected");
    return {};
  }
  Result<void> bracketed(Step& step) {
    ++at_;
    skip();
    if (here() == '\'' || here() == '"') {
      if (auto read = quoted(step.name); !read) return read;
    } else if (take("*")) {
      step.kind = Step::Kind::kWildcard;
    } else if (here() == '?') {
      ++at_;
      skip();
      step.kind = Step::Kind::kFilter;
      if (!take("(")) return refuse("( is expected");
      Result<std::shared_ptr<const Condition>> condition = any();
      if (!condition) return fail(std::move(condition).error());
      step.condition = std::move(*condition);
      if (!take(")")) return refuse(") is expected");
    } else {
      step.kind = Step::Kind::kIndex;
      const auto [end, error] =
          std::from_chars(text_.data() + at_, text_.data() + text_.size(), step.index);
      if (error != std::errc()) return refuse("a name in quotes, an index, * or ?() is expected");
      at_ = static_cast<size_t>(end - text_.data());
    }
    skip();
    if (!take("]")) return refuse("] is expected; slices and unions are not supported");
    return {};
  }
  Result<void> quoted(std::string& out) {
    const char quote = text_[at_++];
    out.clear();
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        const char escaped = text_[++at_];
        const size_t known = std::string_view("bfnrt").find(escaped);
        out.push_back(known == std::string_view::npos ? escaped : "\b\f\n\r\t"[known]);
      } else {
        out.push_back(text_[at_]);
      }
    }
    if (at_ == text_.size()) return refuse("the end of a text is expected");
    ++at_;
    return {};
  }

  using Part = Result<std::shared_ptr<const Condition>>;
  Part any() {
    return joined("||", Condition::Kind::kOr, [this] { return all(); });
  }
  Part all() {
    return joined("&&", Condition::Kind::kAnd, [this] { return one(); });
  }
  template <typename Next>
  Part joined(std::string_view word, Condition::Kind kind, Next next) {
    auto condition = std::make_shared<Condition>();
    condition->kind = kind;
    do {
      Part part = next();
      if (!part) return part;
      condition->parts.push_back(std::move(*part));
      skip();
    } while (take(word));
    if (condition->parts.size() == 1) return condition->parts.front();
    return condition;
  }
  Part one() {
    skip();
    if (depth_ == kDepth) return refuse("fewer conditions within each other are expected");
    ++depth_;
    Part part = here() == '!' ? negated() : here() == '(' ? enclosed() : comparison();
    --depth_;
    return part;
  }
  Part negated() {
    ++at_;
    Part part = one();
    if (!part) return part;
    auto condition = std::make_shared<Condition>();
    condition->kind = Condition::Kind::kNot;
    condition->parts.push_back(std::move(*part));
    return condition;
  }
  Part enclosed() {
    ++at_;
    Part part = any();
    if (!part) return part;
    skip();
    if (!take(")")) return refuse(") is expected");
    return part;
  }
  Part comparison() {
    auto condition = std::make_shared<Condition>();
    if (auto read = operand(condition->left); !read) return fail(std::move(read).error());
    skip();
    if (!relation(condition->relation)) {
      if (condition->left.kind != Operand::Kind::kPath) return refuse("an operator is expected");
      return condition;
    }
    condition->kind = Condition::Kind::kCompare;
    if (auto read = operand(condition->right); !read) return fail(std::move(read).error());
    for (const Operand* side : {&condition->left, &condition->right}) {
      if (side->kind == Operand::Kind::kPath && !side->path.definite())
        return refuse("a path to a single value is expected before what stands");
    }
    return condition;
  }
  bool relation(Relation& out) {
    static constexpr std::pair<std::string_view, Relation> kSigns[] = {
        {"==", Relation::kEqual},          {"!=", Relation::kNotEqual},
        {"<=", Relation::kLessOrEqual},    {"<", Relation::kLess},
        {">=", Relation::kGreaterOrEqual}, {">", Relation::kGreater},
        {"=~", Relation::kMatches}};
    for (const auto& [sign, meaning] : kSigns) {
      if (!take(sign)) continue;
      out = meaning;
      return true;
    }
    if (word("in")) return out = Relation::kIn, true;
    if (word("nin")) return out = Relation::kNotIn, true;
    return false;
  }
  bool word(std::string_view expected) {
    if (at_ + expected.size() > text_.size()) return false;
    for (size_t i = 0; i < expected.size(); ++i) {
      if ((text_[at_ + i] | 0x20) != expected[i]) return false;
    }
    const char next = at_ + expected.size() < text_.size() ? text_[at_ + expected.size()] : '\0';
    if (!blank(next) && next != '[' && next != '@' && next != '$') return false;
    at_ += expected.size();
    return true;
  }

  Result<void> operand(Operand& out) {
    skip();
    if (here() == '@' || here() == '$') {
      out.kind = Operand::Kind::kPath;
      out.path.from_root = text_[at_++] == '$';
      if (depth_ == kDepth) return refuse("fewer conditions within each other are expected");
      ++depth_;
      auto read = steps(out.path);
      --depth_;
      return read;
    }
    if (here() == '/') return regex(out);
    if (here() == '[') return list(out);
    return literal(out.literal);
  }
  Result<void> list(Operand& out) {
    out.kind = Operand::Kind::kList;
    ++at_;
    skip();
    if (take("]")) return {};
    do {
      skip();
      if (auto read = literal(out.list.emplace_back()); !read) return read;
      skip();
    } while (take(","));
    if (!take("]")) return refuse("] is expected");
    return {};
  }
  Result<void> literal(Literal& out) {
    if (here() == '\'' || here() == '"') {
      out.kind = Literal::Kind::kText;
      return quoted(out.text);
    }
    for (bool truth : {true, false}) {
      if (!take(truth ? "true" : "false")) continue;
      out.kind = Literal::Kind::kBoolean;
      out.boolean = truth;
      return {};
    }
    if (take("null")) return {};
    size_t end = at_;
    while (end < text_.size() &&
           (digit(text_[end]) || std::string_view("+-.eE").find(text_[end]) != std::string::npos))
      ++end;
    std::optional<Number> number = read_number(text_.substr(at_, end - at_));
    if (!number) return refuse("a path, a text, a number, true, false or null is expected");
    out.kind = Literal::Kind::kNumber;
    out.number = *number;
    out.text = text_.substr(at_, end - at_);
    at_ = end;
    return {};
  }
  Result<void> regex(Operand& out) {
    out.kind = Operand::Kind::kRegex;
    const size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '/') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return refuse("the end of a regular expression is expected");
    std::string pattern(text_.substr(begin, at_ - begin));
    ++at_;
    const size_t flags = at_;
    while (std::string_view("dixmsuU").find(here()) != std::string_view::npos) ++at_;
    if (at_ > flags) pattern = "(?" + std::string(text_.substr(flags, at_ - flags)) + ")" + pattern;
    Result<JavaRegex> compiled = JavaRegex::compile(pattern);
    if (!compiled) return fail(std::move(compiled).error());
    out.regex = std::move(*compiled);
    return {};
  }

  const std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

bool Path::definite() const {
  return std::all_of(steps.begin(), steps.end(), [](const Step& step) { return step.definite(); });
}

std::optional<Number> read_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !(digit(text.back()) || text.back() == '.')) return std::nullopt;
  if (!digit(text[0]) && text[0] != '-' && text[0] != '.') return std::nullopt;
  if (text[0] == '-' && (text.size() == 1 || !(digit(text[1]) || text[1] == '.')))
    return std::nullopt;
  Number number;
  const char* end = text.data() + text.size();
  if (auto read = std::from_chars(text.data(), end, number.integer);
      read.ec == std::errc() && read.ptr == end) {
    number.real = static_cast<double>(number.integer);
    return number;
  }
  number.whole = false;
  auto read = std::from_chars(text.data(), end, number.real);
  if (read.ptr != end || read.ec == std::errc::invalid_argument) return std::nullopt;
  return number;
}

Result<Path> parse(std::string_view text) { return Parser(text).whole(); }

}  // namespace millrace::transform::json_path
