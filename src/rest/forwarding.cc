#include "rest/forwarding.h"

#include "base/log.h"
#include "rest/router.h"
#include "rest/uri.h"

namespace millrace::rest {
namespace {

const Logger& forwarding_log() {
  static const Logger log("org.apache.kafka.connect.runtime.rest.HerderRequestHandler");
  return log;
}

// All parameters but `forward`, as they were sent.
std::string other_parameters(std::string_view query) {
  std::string others;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view one = query.substr(0, end);
    query = end == query.npos ? std::string_view() : query.substr(end + 1);
    if (one.empty() || one.substr(0, one.find('=')) == "forward") continue;
    others.append("&").append(one);
  }
  return others;
}

// A created connector is to be looked for here, where the client asked.
void point_here(Headers& headers, const HttpRequest& request) {
  Headers kept;
  for (auto& [name, value] : headers) {
    if (!find_header({{name, value}}, "Location")) continue;
    if (const auto target = split_target(value))
      kept.emplace_back("Location",
                        request.scheme + "://" + request.authority + std::string(target->path));
  }
  headers = std::move(kept);
}

}  // namespace

HttpResponse forward_request(const RestClient& client, const HttpRequest& request,
                             const std::string& url) {
  const Query query = Query::parse(request.query);
  const std::string* forward = query.find("forward");
  if (forward != nullptr && !query.boolean("forward", false)) {
    forwarding_log().error(
        "Request '{} {}' failed because it couldn't find the target Connect worker within two hops "
        "(between workers).",
        request.path, request.method);
    return error_response(
        409, "Cannot complete request because of a conflicting operation (e.g. worker rebalance)");
  }
  if (url.empty())
    return error_response(409,
                          "Cannot complete request momentarily due to no known leader URL, likely "
                          "because a rebalance was underway.");
  RestClient::Request onward;
  onward.method = request.method;
  onward.url = url;
  while (onward.url.ends_with('/')) onward.url.pop_back();
  onward.url += request.path;
  onward.url += forward == nullptr ? "?forward=true" : "?forward=false";
  onward.url += other_parameters(request.query);
  if (const std::string* authorization = find_header(request.headers, "Authorization"))
    onward.headers.emplace_back("Authorization", *authorization);
  onward.body = request.body;
  auto answer = client.send(onward);
  if (!answer) {
    forwarding_log().error("IO error forwarding REST request to {}: {}", onward.url,
                           answer.error().describe());
    return error_response(500, answer.error().message());
  }
  point_here(answer->headers, request);
  return *std::move(answer);
}

}  // namespace millrace::rest
