#pragma once
// Headers that settings add to every answer of the main listeners: cross-origin access
// (access.control.allow.origin, .methods) and response.http.headers.config.

#include <string>
#include <vector>

#include "base/result.h"
#include "rest/http.h"

namespace millrace::rest {

class ResponseFilters {
 public:
  ResponseFilters(const std::string& allow_origin, const std::string& allow_methods);
  // A comma-separated list of `[action] [name]:[value]`; action: set, add, setDate, addDate.
  Result<void> configure(const std::string& headers_config);
  void apply(const HttpRequest& request, HttpResponse& response) const;

 private:
  struct Header {
    bool add = false, date = false;
    std::string name, value;  // date: milliseconds since the epoch
  };
  void apply_cross_origin(const HttpRequest& request, HttpResponse& response) const;

  std::vector<std::string> origins_;  // '*' stands for any text
  std::string methods_;
  std::vector<Header> headers_;
};

}  // namespace millrace::rest
