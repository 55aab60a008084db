#include "rest/media_type.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>

namespace millrace::rest {
namespace {

bool same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_token_character(char c) {
  static constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?={} \t";
  return c > ' ' && c < 0x7f && kSeparators.find(c) == std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void skip_blanks() {
    while (!text_.empty() && is_blank(text_.front())) text_.remove_prefix(1);
  }
  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::string_view token() {
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_token_character);
    const std::string_view found = text_.substr(0, static_cast<size_t>(end - text_.begin()));
    text_.remove_prefix(found.size());
    return found;
  }
  // The text between quotes, with its escapes.
  std::optional<std::string_view> quoted() {
    for (size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '"') {
        const std::string_view found = text_.substr(0, i);
        text_.remove_prefix(i + 1);
        return found;
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
};

bool is_quality(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  return !copy.empty() && *end == '\0' && value >= 0 && value <= 1;
}

// "; name=value; ..." up to the end. False: malformed.
bool read_parameters(Reader& reader, bool check_quality) {
  for (reader.skip_blanks(); !reader.at_end(); reader.skip_blanks()) {
    if (!reader.take(';')) return false;
    reader.skip_blanks();
    if (reader.at_end()) return true;
    const std::string_view name = reader.token();
    reader.skip_blanks();
    if (name.empty() || !reader.take('=')) return false;
    reader.skip_blanks();
    std::optional<std::string_view> value =
        reader.take('"') ? reader.quoted() : std::optional(reader.token());
    if (!value) return false;
    if (check_quality && same_text(name, "q") && !is_quality(*value)) return false;
  }
  return true;
}

// A subtype may be missing where one is accepted: "*" is "*/*".
std::optional<MediaType> parse(std::string_view text, bool accepted) {
  Reader reader(text);
  reader.skip_blanks();
  MediaType found{reader.token(), "*"};
  if (found.type.empty()) return std::nullopt;
  if (reader.take('/')) {
    found.subtype = reader.token();
    if (found.subtype.empty()) return std::nullopt;
  } else if (!accepted) {
    return std::nullopt;
  }
  if (!read_parameters(reader, accepted)) return std::nullopt;
  return found;
}

// Parts between commas that are not quoted.
std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') quoted = !quoted;
    if (i < text.size() && (text[i] != ',' || quoted)) continue;
    std::string_view part = text.substr(begin, i - begin);
    if (part.find_first_not_of(" \t") != std::string_view::npos) parts.push_back(part);
    begin = i + 1;
  }
  return parts;
}

}  // namespace

bool MediaType::matches(std::string_view wanted) const {
  const size_t slash = wanted.find('/');
  return (type == "*" || same_text(type, wanted.substr(0, slash))) &&
         (subtype == "*" || same_text(subtype, wanted.substr(slash + 1)));
}

std::optional<MediaType> parse_media_type(std::string_view text) { return parse(text, false); }

std::optional<std::vector<MediaType>> accepted_types(const HttpRequest& request) {
  std::vector<MediaType> types;
  for (const auto& [name, value] : request.headers) {
    if (!same_text(name, "Accept")) continue;
    for (std::string_view part : split_list(value)) {
      auto type = parse(part, true);
      if (!type) return std::nullopt;
      types.push_back(*type);
    }
  }
  return types;
}

bool accepts(const std::vector<MediaType>& accepted, std::string_view type) {
  return accepted.empty() || std::any_of(accepted.begin(), accepted.end(),
                                         [&](const MediaType& one) { return one.matches(type); });
}

}  // namespace millrace::rest
