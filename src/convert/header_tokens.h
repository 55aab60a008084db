#pragma once
// The tokens of Values.Parser: a text cut at `: , { } [ ] "` where no backslash stands before them.

#include <optional>
#include <string_view>

namespace millrace::convert {

class HeaderTokens {
 public:
  explicit HeaderTokens(std::string_view original) : original_(original) {}

  std::string_view original() const { return original_; }
  bool has_next() const { return peeked_.has_value() || at_ < original_.size(); }
  std::string_view next();
  // The text of the next n tokens; nullopt, and nothing consumed, where there are fewer.
  std::optional<std::string_view> next(int n);
  // Whether the next token, trimmed, is this one; consumes it if so. Blank tokens before it are
  // dropped in either case.
  bool can_consume(std::string_view expected);

  size_t mark() const { return at_ - (peeked_ ? peeked_->size() : 0); }
  void rewind_to(size_t position) {
    at_ = position;
    peeked_.reset();
  }

 private:
  std::string_view cut();

  std::string_view original_;
  size_t at_ = 0;
  std::optional<std::string_view> peeked_;
};

}  // namespace millrace::convert
