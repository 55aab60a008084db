#include "rest/router.h"

#include <algorithm>
#include <optional>

#include "base/redaction.h"
#include "herder/herder.h"
#include "rest/media_type.h"

namespace millrace::rest {
namespace {

constexpr std::string_view kJson = "application/json";

// Encoded segments; one trailing slash is accepted. nullopt: an empty segment.
std::optional<std::vector<std::string_view>> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    size_t slash = path.find('/');
    std::string_view segment = path.substr(0, slash);
    if (segment.empty()) return std::nullopt;
    segment = segment.substr(0, segment.find(';'));  // matrix parameters are nobody's
    if (segment.empty() && slash != std::string_view::npos) return std::nullopt;
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    if (!segment.empty() || !path.empty()) segments.push_back(segment);
  }
  return segments;
}

// What no path may hold as it is: neither Java's server nor RFC 3986 takes it. Control characters
// not even encoded; nor segments that other servers would take for steps up and down.
bool is_illegal(std::string_view path) {
  static constexpr std::string_view kIllegal = "\"<>[\\]^`{|}";
  return std::any_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x7f || kIllegal.find(c) != std::string_view::npos;
  });
}
bool is_suspicious(std::string_view encoded, std::string_view decoded) {
  return (encoded != decoded && (decoded == "." || decoded == "..")) ||
         std::any_of(decoded.begin(), decoded.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

bool is_variable(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

RestFailure refuse(const Error& error) {
  if (error.forward_url() != nullptr)
    return RestFailure(RestError{409, error.message(), *error.forward_url()});
  if (error.exception_class() == herder::kForbidden) return refuse(403, error.message());
  if (error.exception_class() == herder::kUnavailable) return refuse(503, error.message());
  switch (error.kind()) {
    case ErrorKind::bad_config: return refuse(400, error.message());
    case ErrorKind::not_found: return refuse(404, error.message());
    case ErrorKind::conflict: return refuse(409, error.message());
    default: return refuse(500, error.message());
  }
}

tl::expected<JsonValue, RestError> Call::document() const {
  const std::string* content_type = find_header(request.headers, "Content-Type");
  auto type = content_type == nullptr ? std::nullopt : parse_media_type(*content_type);
  // A reader of bodies is found by the subtype, before there is a look at the body.
  if (type ? type->subtype == "*" : !request.body.empty())
    return refuse(415, "HTTP 415 Unsupported Media Type");
  return parse_json_request(request.body);
}

tl::expected<JsonValue, RestError> Call::json() const {
  auto read = document();
  if (!read) return read;
  if (const auto& problem = read->broken ? read->broken : read->trailing)
    return refuse(500, problem->message + json_location(problem->place));
  return read;
}

void Router::add(Route route) {
  std::vector<std::string> segments;
  auto parts = split_path(route.pattern);
  for (std::string_view segment : *parts) segments.emplace_back(segment);
  auto same = std::find_if(patterns_.begin(), patterns_.end(),
                           [&](const Pattern& pattern) { return pattern.segments == segments; });
  if (same == patterns_.end()) same = patterns_.insert(patterns_.end(), {std::move(segments), {}});
  same->routes.push_back(routes_.size());
  routes_.push_back(std::move(route));
}

bool Router::matches(const Pattern& pattern, const std::vector<std::string>& segments) const {
  return std::equal(pattern.segments.begin(), pattern.segments.end(), segments.begin(),
                    segments.end(), [](const std::string& wanted, const std::string& segment) {
                      return is_variable(wanted) || wanted == segment;
                    });
}

const Route* Router::route_of(const Pattern& pattern, std::string_view method) const {
  const Route* route = nullptr;
  for (size_t index : pattern.routes)
    if (routes_[index].method == method) route = &routes_[index];
  return route;
}

const Router::Pattern* Router::match(const std::vector<std::string>& segments,
                                     std::string_view method) const {
  const Pattern* first = nullptr;
  for (const Pattern& pattern : patterns_) {
    if (!matches(pattern, segments)) continue;
    if (route_of(pattern, method) != nullptr) return &pattern;
    if (first == nullptr) first = &pattern;
  }
  return first;
}

HttpResponse Router::dispatch(const HttpRequest& request) const {
  const std::string* content_type = find_header(request.headers, "Content-Type");
  std::optional<MediaType> body_type;
  if (content_type != nullptr && !(body_type = parse_media_type(*content_type)))
    return empty_response(400);
  if (is_illegal(request.path) || request.method == "CONNECT")
    return error_response(400, "Illegal Path Character");
  auto encoded = split_path(request.path);
  if (!encoded) return error_response(400, "Ambiguous URI empty segment");
  std::vector<std::string> segments;
  for (std::string_view segment : *encoded) {
    auto decoded = percent_decode(segment);
    if (!decoded) return error_response(400, "Bad Request: the path is not percent-encoded UTF-8");
    if (is_suspicious(segment, *decoded))
      return error_response(400, "Suspicious Path Character or Ambiguous URI path segment");
    segments.push_back(std::move(*decoded));
  }
  std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  const Pattern* pattern = match(segments, method);
  if (pattern == nullptr) return status_response(404);
  Call call{request, {}, Query::parse(request.query)};
  for (size_t i = 0; i < segments.size(); ++i)
    if (is_variable(pattern->segments[i])) call.path.push_back(segments[i]);
  const Route* route = route_of(*pattern, method);
  if (route == nullptr) {
    if (method == "OPTIONS") {
      auto refused = filter_ ? filter_(request, nullptr) : std::nullopt;
      if (!refused) return options(request, *pattern);
      auto accepted = accepted_types(request).value_or(std::vector<MediaType>());
      if (!accepts(accepted, "text/plain")) refused->content_type = accepted.front().text();
      return *std::move(refused);
    }
    HttpResponse response = status_response(405);
    response.headers.emplace_back("Allow", allowed(*pattern, ","));
    return response;
  }
  // A body without a type is refused by who reads it; most read none.
  if (route->consumes_json && body_type && !body_type->matches(kJson)) return status_response(415);
  auto accepted = accepted_types(request);
  if (!accepted) return empty_response(400);
  if (!route->produces.empty() && !accepts(*accepted, route->produces)) return status_response(406);
  if (auto refused = filter_ ? filter_(request, route) : std::nullopt) return *std::move(refused);
  Answer answer = route->handler(call);
  if (!answer) {
    if (answer.error().forward_url && forwarder_)
      return forwarder_(request, *answer.error().forward_url);
    return error_response(answer.error().status, redaction::clean(answer.error().message));
  }
  return std::move(*answer);
}

// As the Java worker: a plain list for who takes plain text, else nothing but the header.
HttpResponse Router::options(const HttpRequest& request, const Pattern& pattern) const {
  HttpResponse response;
  auto accepted = accepted_types(request).value_or(std::vector<MediaType>());
  accepted.resize(std::min<size_t>(accepted.size(), 1));  // the first type decides
  if (accepts(accepted, "text/plain")) {
    response.content_type = "text/plain";
    response.body = allowed(pattern, ", ");
  } else {
    response.content_type = accepted.front().text();
  }
  response.headers.emplace_back("Allow", allowed(pattern, ","));
  return response;
}

std::string Router::allowed(const Pattern& pattern, std::string_view separator) const {
  // The order in which Java's hash set gives them.
  static constexpr std::string_view kMethods[] = {"HEAD",    "DELETE", "POST", "GET",
                                                  "OPTIONS", "PUT",    "PATCH"};
  std::string out;
  for (std::string_view method : kMethods) {
    std::string_view served = method == "HEAD" ? "GET" : method;
    bool found = method == "OPTIONS" ||
                 std::any_of(pattern.routes.begin(), pattern.routes.end(),
                             [&](size_t index) { return routes_[index].method == served; });
    if (!found) continue;
    if (!out.empty()) out += separator;
    out += method;
  }
  return out;
}

HttpResponse json_response(std::string body, int status) {
  return {status, std::string(kJson), std::move(body), {}};
}

HttpResponse empty_response(int status) { return {status, "", "", {}}; }

HttpResponse error_response(int status, std::string_view message, bool bare) {
  std::string body =
      R"({"error_code":)" + std::to_string(status) + R"(,"message":)" + json_string(message) + "}";
  return {status, bare ? "" : std::string(kJson), std::move(body), {}};
}

HttpResponse status_response(int status) {
  return error_response(
      status, "HTTP " + std::to_string(status) + " " + std::string(reason_phrase(status)), true);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 415: return "Unsupported Media Type";
    default: return "Error";
  }
}

}  // namespace millrace::rest
