#include "rest/response_filters.h"

#include <fnmatch.h>
#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/text_list.h"

namespace millrace::rest {
namespace {

constexpr const char* kDefaultMethods = "GET,POST,HEAD";
constexpr const char* kAllowedHeaders = "Content-Type";
constexpr const char* kMaximumAgeSeconds = "60";

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string http_date(int64_t time_ms) {
  char text[40];
  std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

}  // namespace

ResponseFilters::ResponseFilters(const std::string& allow_origin, const std::string& allow_methods)
    : origins_(split_list(allow_origin, EmptyItems::kLeftOut, Quotes::kProtectCommas)),
      methods_(trim(allow_methods).empty() ? kDefaultMethods : allow_methods) {}

Result<void> ResponseFilters::configure(const std::string& headers_config) {
  for (const std::string& config :
       split_list(headers_config, EmptyItems::kLeftOut, Quotes::kProtectCommas)) {
    size_t colon = config.find(':');
    std::string_view before = trim(std::string_view(config).substr(0, colon));
    size_t blank = before.find(' ');
    if (colon == std::string::npos || blank == std::string_view::npos) {
      return fail(ErrorKind::bad_config,
                  "Invalid format of header config '" + config +
                      "'. Expected: '[action] [header name]:[header value]'");
    }
    std::string action(before.substr(0, blank));
    Header header;
    header.name = trim(before.substr(blank + 1));
    header.value = trim(std::string_view(config).substr(colon + 1));
    if (header.name.find_first_of(" \t\r\n") != std::string::npos) {
      return fail(ErrorKind::bad_config, "Invalid header name '" + header.name +
                                             "'. The '[header name]' cannot contain whitespace");
    }
    std::transform(action.begin(), action.end(), action.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (action != "set" && action != "add" && action != "setdate" && action != "adddate") {
      return fail(ErrorKind::bad_config, "Invalid header config action: '" + action +
                                             "'. Expected one of [set, add, setDate, addDate]");
    }
    header.add = action.starts_with("add");
    header.date = action.ends_with("date");
    headers_.push_back(std::move(header));
  }
  return {};
}

void ResponseFilters::apply(const HttpRequest& request, HttpResponse& response) const {
  if (!origins_.empty()) apply_cross_origin(request, response);
  for (const Header& header : headers_) {
    if (!header.add) {
      std::erase_if(response.headers, [&](const auto& given) {
        return strcasecmp(given.first.c_str(), header.name.c_str()) == 0;
      });
    }
    response.headers.emplace_back(
        header.name,
        header.date ? http_date(std::strtoll(header.value.c_str(), nullptr, 10)) : header.value);
  }
}

// As the Java worker's CrossOriginHandler: the caller's own origin comes back, never '*'.
void ResponseFilters::apply_cross_origin(const HttpRequest& request, HttpResponse& response) const {
  response.headers.emplace_back("Vary", "Origin");
  const std::string* origin = find_header(request.headers, "Origin");
  if (origin == nullptr) return;
  bool allowed = std::any_of(origins_.begin(), origins_.end(), [&](const std::string& pattern) {
    return fnmatch(pattern.c_str(), origin->c_str(), 0) == 0;
  });
  if (!allowed) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", *origin);
  bool preflight = request.method == "OPTIONS" &&
                   find_header(request.headers, "Access-Control-Request-Method") != nullptr;
  if (!preflight) return;
  response.headers.emplace_back("Access-Control-Allow-Methods", methods_);
  response.headers.emplace_back("Access-Control-Allow-Headers", kAllowedHeaders);
  response.headers.emplace_back("Access-Control-Max-Age", kMaximumAgeSeconds);
}

}  // namespace millrace::rest
