#include "convert/header_tokens.h"

#include "data/java_string.h"

namespace millrace::convert {

std::string_view HeaderTokens::cut() {
  size_t start = at_;
  bool escaped = false;
  while (at_ < original_.size()) {
    char c = original_[at_];
    if (c == '\\') {
      escaped = !escaped;
    } else if (std::string_view(":,{}[]\"").find(c) != std::string_view::npos && !escaped) {
      if (start == at_) ++at_;  // a delimiter is a token of its own
      return original_.substr(start, at_ - start);
    } else {
      escaped = false;
    }
    ++at_;
  }
  return original_.substr(start);
}

std::string_view HeaderTokens::next() {
  if (!peeked_) return cut();
  std::string_view token = *peeked_;
  peeked_.reset();
  return token;
}

std::optional<std::string_view> HeaderTokens::next(int n) {
  size_t start = mark();
  for (int i = 0; i < n; ++i) {
    if (!has_next()) {
      rewind_to(start);
      return std::nullopt;
    }
    next();
  }
  return original_.substr(start, at_ - start);
}

bool HeaderTokens::can_consume(std::string_view expected) {
  if (!peeked_) {
    if (at_ >= original_.size()) return false;
    peeked_ = cut();
  }
  while (data::java_trim(*peeked_).empty() && at_ < original_.size()) peeked_ = cut();
  if (data::java_trim(*peeked_) != expected) return false;
  peeked_.reset();
  return true;
}

}  // namespace millrace::convert
