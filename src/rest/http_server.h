#pragma once
// HttpServer: HTTP/1.1 on one I/O thread, handlers on a HandlerPool. Keep-alive, pipelining
// (answers in order, one request of a connection at a time), HEAD, `Expect: 100-continue`. What a
// client does wrong costs that client its connection and nobody else anything: headers, body,
// connections and the time that each may take are bounded, and when all connections are taken the
// one that has waited longest without a request makes room.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "rest/http.h"

namespace millrace::rest {

class TlsContext;

struct HttpServerOptions {
  std::chrono::milliseconds header_timeout{20'000};
  std::chrono::milliseconds body_timeout{60'000};
  std::chrono::milliseconds idle_timeout{30'000};
  size_t maximum_header_bytes = 8192;
  size_t maximum_body_bytes = 10 << 20;
  size_t maximum_connections = 1024;
  int maximum_handler_threads = 64;
  std::chrono::milliseconds handler_idle_time{10'000};
};

// `scheme://[host]:port`; an empty host is every address, port 0 any free port.
struct Listener {
  std::string scheme, host;
  int port = 0;
  std::shared_ptr<TlsContext> tls;  // of an https listener, which is not opened without
  std::string url() const;          // IPv6 hosts in brackets
};
// The error's message is that of the Java worker for the settings `listeners`.
Result<Listener> parse_listener(const std::string& text);

class HttpServer {
 public:
  // Called on many threads at once. What it throws becomes a 500.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  // Answers for requests that never reach the handler (malformed, too large): status and reason.
  using ErrorAnswer = std::function<HttpResponse(int status, const std::string& reason)>;

  // Binds all listeners, or none and names the one that failed.
  static Result<std::unique_ptr<HttpServer>> open(const std::vector<Listener>& listeners,
                                                  HttpServerOptions options, Handler handler,
                                                  ErrorAnswer error_answer);
  ~HttpServer();  // stop(0), then waits for the handlers that still run

  // In the order given, with the ports that were really bound.
  const std::vector<Listener>& listeners() const;
  size_t connections() const;
  int handler_threads() const;

  // Accepts nothing more, closes connections without a request, waits for the others for at most
  // `grace`, then closes them too. Does not wait for handlers that are still running then.
  void stop(std::chrono::milliseconds grace);

  class Implementation;

 private:
  explicit HttpServer(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace millrace::rest
