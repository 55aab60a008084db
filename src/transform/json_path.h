#pragma once
// JsonPath: a path into a record's key or value, with filters: the part of com.jayway.jsonpath that
// conditions on single records use. Immutable.
//
//   $.a.b  $['a']['b']  $.list[0]  $.list[-1]  $.list[*]  $.a[?(@.b == 'x' && !(@.c.d < 7))]
//
// In a filter: == != < <= > >= =~ /regex/flags, in and nin with a list of literals or a path to an
// array, existence, && || ! and parentheses; literals are texts, numbers, true, false and null; a
// path begins with @ or $. Not there, and refused by `parse`: .. (deep scan), slices, unions,
// functions and the other operators.

#include <memory>
#include <string_view>

#include "base/result.h"
#include "transform/json_path_syntax.h"
#include "transform/side_transform.h"

namespace millrace::transform {

class JsonPath {
 public:
  // bad_config: what cannot be read, and where.
  static Result<JsonPath> parse(std::string_view text);
  // The path to one field, whatever its name looks like.
  static JsonPath member(std::string field);

  enum class Outcome : uint8_t {
    kFound,
    kNothing,  // a wildcard or a filter let nothing through
    kMissing,  // a step before those leads to nothing
  };
  // The first thing that the path leads to, which may be null.
  Outcome find(const Datum& root, Datum& found) const;
  bool definite() const { return path_->definite(); }

 private:
  explicit JsonPath(json_path::Path path)
      : path_(std::make_shared<const json_path::Path>(std::move(path))) {}
  std::shared_ptr<const json_path::Path> path_;
};

}  // namespace millrace::transform
