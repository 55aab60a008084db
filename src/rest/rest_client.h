#pragma once
// RestClient: requests to other workers of a cluster: forwarded ones, and those between workers.
// org.apache.kafka.connect.runtime.rest.RestClient.

#include <chrono>
#include <string>

#include "base/result.h"
#include "config/config_def.h"
#include "rest/http.h"

namespace millrace::rest {

class TlsContext;

class RestClient {
 public:
  struct Request {
    std::string method;  // "PUT"
    std::string url;     // "http://host:port/path?query", encoded
    Headers headers;     // beside Content-Type, which is JSON where there is a body
    std::string body;
    std::chrono::milliseconds timeout{90'000};
  };

  // tls: `ssl.*` settings by which https targets are known and this worker shows itself; checked
  // when the first such target is met.
  explicit RestClient(config::Properties tls) : tls_(std::move(tls)) {}

  // Any status is an answer; an Error tells that there was none: "IO Error trying to forward REST
  // request: ...". Thread-safe; one connection per request.
  Result<HttpResponse> send(const Request& request) const;

 private:
  const config::Properties tls_;
};

}  // namespace millrace::rest
