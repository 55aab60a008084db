#include "base/java_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cctype>

#include "base/java_regex_syntax.h"

namespace millrace {

struct JavaRegex::Code {
  pcre2_code* code;
  ~Code() { pcre2_code_free(code); }
};

namespace {

struct MatchData {
  explicit MatchData(const pcre2_code* code)
      : data(pcre2_match_data_create_from_pattern(code, nullptr)) {}
  ~MatchData() { pcre2_match_data_free(data); }
  MatchData(const MatchData&) = delete;
  pcre2_match_data* data;
};

bool match(const pcre2_code* code, std::string_view text, uint32_t options,
           pcre2_match_data* data) {
  return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, options, data,
                     nullptr) >= 0;
}

// One group of the newest match; empty where it took no part.
std::string_view group(std::string_view text, pcre2_match_data* data, uint32_t number) {
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data);
  PCRE2_SIZE begin = offsets[2 * number], end = offsets[2 * number + 1];
  return begin == PCRE2_UNSET ? std::string_view{} : text.substr(begin, end - begin);
}

// The group that `$...` at replacement[at] names; moves `at` behind it. Java takes as many digits
// as make an existing group.
Result<uint32_t> group_reference(const pcre2_code* code, std::string_view replacement, size_t& at,
                                 uint32_t group_count) {
  if (at < replacement.size() && replacement[at] == '{') {
    size_t end = at + 1;
    while (end < replacement.size() && std::isalnum(static_cast<unsigned char>(replacement[end])))
      ++end;
    if (end == at + 1) {
      return fail(ErrorKind::fatal, "named capturing group has 0 length name",
                  "java.lang.IllegalArgumentException");
    }
    if (end == replacement.size() || replacement[end] != '}') {
      return fail(ErrorKind::fatal, "named capturing group is missing trailing '}'",
                  "java.lang.IllegalArgumentException");
    }
    std::string name(replacement.substr(at + 1, end - at - 1));
    at = end + 1;
    if (std::isdigit(static_cast<unsigned char>(name[0]))) {
      return fail(ErrorKind::fatal,
                  "capturing group name {" + name + "} starts with digit character",
                  "java.lang.IllegalArgumentException");
    }
    int number = pcre2_substring_number_from_name(code, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    if (number < 0) {
      return fail(ErrorKind::fatal, "No group with name {" + name + "}",
                  "java.lang.IllegalArgumentException");
    }
    return static_cast<uint32_t>(number);
  }
  if (at >= replacement.size()) {
    return fail(ErrorKind::fatal, "Illegal group reference: group index is missing",
                "java.lang.IllegalArgumentException");
  }
  if (!std::isdigit(static_cast<unsigned char>(replacement[at]))) {
    return fail(ErrorKind::fatal, "Illegal group reference", "java.lang.IllegalArgumentException");
  }
  auto number = static_cast<uint32_t>(replacement[at++] - '0');
  if (number > group_count) {
    return fail(ErrorKind::fatal, "No group " + std::to_string(number),
                "java.lang.IndexOutOfBoundsException");
  }
  while (at < replacement.size() && std::isdigit(static_cast<unsigned char>(replacement[at]))) {
    uint32_t longer = number * 10 + static_cast<uint32_t>(replacement[at] - '0');
    if (longer > group_count) break;
    number = longer;
    ++at;
  }
  return number;
}

}  // namespace

Result<JavaRegex> JavaRegex::compile(const std::string& pattern) {
  Result<std::string> translated = java_regex_to_pcre2(pattern);
  if (!translated) return fail(std::move(translated).error());
  int error = 0;
  PCRE2_SIZE position = 0;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated->data()), translated->size(),
                    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &position, nullptr);
  if (code == nullptr) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof message);
    return fail(ErrorKind::bad_config,
                std::string(reinterpret_cast<char*>(message)) + " near index " +
                    std::to_string(position) + "\n" + pattern,
                "java.util.regex.PatternSyntaxException");
  }
  return JavaRegex(std::shared_ptr<const Code>(new Code{code}));
}

bool JavaRegex::matches(std::string_view text) const {
  MatchData data(code_->code);
  return match(code_->code, text, PCRE2_ANCHORED | PCRE2_ENDANCHORED, data.data);
}

bool JavaRegex::finds(std::string_view text) const {
  MatchData data(code_->code);
  return match(code_->code, text, 0, data.data);
}

std::optional<std::string_view> JavaRegex::only_group(std::string_view text) const {
  uint32_t groups = 0;
  pcre2_pattern_info(code_->code, PCRE2_INFO_CAPTURECOUNT, &groups);
  MatchData data(code_->code);
  if (groups != 1 || !match(code_->code, text, 0, data.data)) return std::nullopt;
  return group(text, data.data, 1);
}

Result<std::string> JavaRegex::replace_first(std::string_view text,
                                             std::string_view replacement) const {
  MatchData data(code_->code);
  if (!match(code_->code, text, 0, data.data)) return std::string(text);
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.data);
  uint32_t groups = 0;
  pcre2_pattern_info(code_->code, PCRE2_INFO_CAPTURECOUNT, &groups);

  std::string result(text.substr(0, offsets[0]));
  for (size_t at = 0; at < replacement.size();) {
    char c = replacement[at++];
    if (c == '\\') {
      if (at == replacement.size()) {
        return fail(ErrorKind::fatal, "character to be escaped is missing",
                    "java.lang.IllegalArgumentException");
      }
      result.push_back(replacement[at++]);
    } else if (c == '$') {
      Result<uint32_t> number = group_reference(code_->code, replacement, at, groups);
      if (!number) return fail(std::move(number).error());
      result.append(group(text, data.data, *number));
    } else {
      result.push_back(c);
    }
  }
  return result.append(text.substr(offsets[1]));
}

}  // namespace millrace
