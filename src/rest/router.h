#pragma once
// Router: one table from which dispatch, 405 with Allow, OPTIONS, HEAD and the API's description
// come. The statuses and their order follow JAX-RS as the Java worker uses it: 404, 405, 415, 406.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "rest/http.h"
#include "rest/json_value.h"
#include "rest/uri.h"

namespace millrace::rest {

// A failure as the client sees it: {"error_code":status,"message":message}.
struct RestError {
  int status = 500;
  std::string message;
  // Another worker of the cluster has to do it: its URL, "" where nobody knows it at the moment.
  std::optional<std::string> forward_url = std::nullopt;
};
using Answer = tl::expected<HttpResponse, RestError>;
using RestFailure = tl::unexpected<RestError>;
inline RestFailure refuse(int status, std::string message) {
  return RestFailure(RestError{status, std::move(message), std::nullopt});
}
RestFailure refuse(const Error& error);  // by its kind

// One matched request.
struct Call {
  const HttpRequest& request;
  std::vector<std::string> path;  // decoded values of the pattern's variables, in their order
  Query query;

  // Its body as JSON; an empty one is null. Malformed JSON is a 500, as in Java.
  tl::expected<JsonValue, RestError> json() const;
  // The same as far as it goes, for those who read it as the Java worker does (resources.h).
  tl::expected<JsonValue, RestError> document() const;
};

struct Parameter {
  std::string name, description;
  enum class Where : uint8_t { kPath, kQuery } where = Where::kQuery;
  std::string type = "string";  // JSON schema's
};

struct Route {
  std::string method;   // "GET"
  std::string pattern;  // "/connectors/{connector}/status": a variable is one whole segment
  std::string summary;
  std::function<Answer(Call&)> handler;
  std::vector<Parameter> parameters;  // of the query; those of the path are in the pattern
  std::string produces = "application/json";
  bool consumes_json = true;  // another content type is 415, on any method
};

class Router {
 public:
  // Asked before each handler and each answer to OPTIONS, after a route was found: an answer of its
  // own, or nothing. As a JAX-RS request filter: what no route takes is not asked about.
  using Filter = std::function<std::optional<HttpResponse>(const HttpRequest&, const Route*)>;

  void add(Route route);
  void set_filter(Filter filter) { filter_ = std::move(filter); }
  // Sends a request on to another worker and gives its answer: see forwarding.h.
  using Forwarder = std::function<HttpResponse(const HttpRequest&, const std::string& url)>;
  void set_forwarder(Forwarder forwarder) { forwarder_ = std::move(forwarder); }
  HttpResponse dispatch(const HttpRequest& request) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Pattern {
    std::vector<std::string> segments;  // "{...}" is a variable
    std::vector<size_t> routes;
  };
  bool matches(const Pattern& pattern, const std::vector<std::string>& segments) const;
  const Route* route_of(const Pattern& pattern, std::string_view method) const;
  // The first pattern of this path that serves the method; else the first.
  const Pattern* match(const std::vector<std::string>& segments, std::string_view method) const;
  HttpResponse options(const HttpRequest& request, const Pattern& pattern) const;
  std::string allowed(const Pattern& pattern, std::string_view separator) const;

  Filter filter_;
  Forwarder forwarder_;
  std::vector<Route> routes_;
  std::vector<Pattern> patterns_;  // by first registration
};

HttpResponse json_response(std::string body, int status = 200);
HttpResponse empty_response(int status);
// bare: without Content-Type, as Java sends it where no resource was matched.
HttpResponse error_response(int status, std::string_view message, bool bare = false);
// "HTTP 404 Not Found"
HttpResponse status_response(int status);
std::string_view reason_phrase(int status);

}  // namespace millrace::rest
