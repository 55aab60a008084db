#pragma once
// Media types as JAX-RS reads them in Content-Type and Accept.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rest/http.h"

namespace millrace::rest {

struct MediaType {
  std::string_view type, subtype;  // views of the header; "*" is a wildcard

  bool matches(std::string_view wanted) const;  // "application/json"
  std::string text() const { return std::string(type) + "/" + std::string(subtype); }
};

// "type/subtype; name=value". Nothing: no media type at all.
std::optional<MediaType> parse_media_type(std::string_view text);

// Media types of all Accept headers; an empty list takes everything. Quality values are checked,
// but do not count. Nothing: one of them is malformed.
std::optional<std::vector<MediaType>> accepted_types(const HttpRequest& request);
bool accepts(const std::vector<MediaType>& accepted, std::string_view type);

}  // namespace millrace::rest
