#pragma once
// RestServer: the worker's REST API. Follows org.apache.kafka.connect.runtime.rest.RestServer: the
// port opens first, because the advertised URL and so the worker id need it; the API is attached
// when the herder has been started, and until then every path is 404.
//
//   auto server = RestServer::open(options);            // binds; fails naming the listener
//   worker_id = server->advertised_address();           // "host:port"
//   server->attach(herder, metrics);                    // answers from now on
//   ...
//   server->stop(); herder.stop(); server.reset();      // the herder still exists

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"

namespace millrace {
class MetricRegistry;
}
namespace millrace::herder {
class Herder;
}

namespace millrace::rest {

// Fields carry the worker's settings of the same names (conformance: RestServerConfig).
struct RestServerOptions {
  std::vector<std::string> listeners{"http://:8083"};  // http://host:port; port 0: any free port
  // nullopt: /admin is on the main listeners; empty: /admin is off; else: it is there and only
  // there.
  std::optional<std::vector<std::string>> admin_listeners;
  std::optional<std::string> advertised_host_name, advertised_listener;  // rest.advertised.*
  std::optional<int> advertised_port;
  std::string access_control_allow_origin, access_control_allow_methods;
  std::string response_http_headers_config;
  // `ssl.*` settings of https listeners, prefixes resolved: listener_tls_settings.
  config::Properties tls, admin_tls;
  // rest.extension.classes; only the basic authentication of Apache Kafka is known.
  std::vector<std::string> extension_classes;
  std::string jaas_file;  // millrace.rest.jaas.config
  bool topic_tracking_enable = true, topic_tracking_allow_reset = true;

  std::chrono::milliseconds request_timeout{90'000};  // of a call to the herder
  std::chrono::milliseconds health_timeout{10'000};
  std::chrono::milliseconds header_timeout{20'000};  // for a request's headers to arrive
  std::chrono::milliseconds body_timeout{60'000};    // for its body, and for a client to take ours
  std::chrono::milliseconds idle_timeout{30'000};    // between requests of one connection
  size_t maximum_body_bytes = 10 << 20;
  size_t maximum_connections = 1024;
  int maximum_handler_threads = 64;
};

class RestServer {
 public:
  // Binds every listener and starts answering (404). On failure nothing is left open.
  static Result<std::unique_ptr<RestServer>> open(RestServerOptions options);
  ~RestServer();  // stops, and waits for handlers

  // Both must outlive this server. Call once.
  void attach(herder::Herder& herder, const MetricRegistry& metrics);

  // What is bound, with real ports: "http://0.0.0.0:8083". Admin listeners are not among them.
  const std::vector<std::string>& bound_urls() const;
  const std::vector<std::string>& bound_admin_urls() const;
  std::string advertised_url() const;      // "http://host:port/"
  std::string advertised_address() const;  // "host:port", the worker id

  // Accepts nothing more, lets requests under way finish for at most `grace`, then closes all
  // connections. Idempotent. Handlers may then still be inside a call to the herder; the destructor
  // waits for them, so stop the herder in between: it fails the calls that are waiting.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

 private:
  struct State;
  explicit RestServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What `GET /` says of this program.
std::string_view kafka_version();  // the Kafka Connect release whose API this is
std::string_view build_commit();

}  // namespace millrace::rest
