#pragma once
// Request targets: splitting, percent-decoding, query parameters.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::rest {

struct Target {
  std::string_view path, query;  // still encoded
};
// Takes "/path?query" and "http://host/path?query"; a fragment is cut off. nullopt: no path.
std::optional<Target> split_target(std::string_view target);

// nullopt: a '%' without two hex digits, a NUL, or bytes that are no UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank = false);
// What must not stand in a path is escaped; '/' stays, as the Java worker's Location has it.
std::string percent_encode_path(std::string_view text);

// Decoded parameters in the order of their appearance. "a" and "a=" both give an empty value.
class Query {
 public:
  // What does not decode stays as it was sent.
  static Query parse(std::string_view query);
  // The first of that name.
  const std::string* find(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  // As java.lang.Boolean.valueOf: "true" in any case is true, all else false. A blank one is as
  // good as none, as in JAX-RS.
  bool boolean(std::string_view name, bool if_absent) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace millrace::rest
