#include "rest/server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <ctime>
#include <mutex>

#include "base/log.h"
#include "rest/basic_auth.h"
#include "rest/connector_logs.h"
#include "rest/forwarding.h"
#include "rest/http_server.h"
#include "rest/record_preview_resource.h"
#include "rest/resources.h"
#include "rest/response_filters.h"
#include "rest/tls.h"

namespace millrace::rest {
namespace {

std::optional<HttpResponse> ask_user(const BasicAuth& auth, const HttpRequest& request,
                                     const Route* route) {
  if (auth.allows(request)) return std::nullopt;
  return HttpResponse{401,
                      route == nullptr ? "text/plain" : route->produces,
                      "User cannot access the resource.",
                      {}};
}

// What is served, once there is a herder to ask.
struct Api {
  Api(herder::Herder& herder, const MetricRegistry& metrics, const RestServerOptions& options,
      const BasicAuth* auth, const ConnectorLogs& logs)
      : context{herder, metrics, options}, client(options.tls) {
    if (auth != nullptr) {
      main.set_filter([auth](const HttpRequest& request, const Route* route) {
        return ask_user(*auth, request, route);
      });
    }
    main.set_forwarder([this](const HttpRequest& request, const std::string& url) {
      return forward_request(client, request, url);
    });
    add_root_resource(main, context);
    add_connectors_resource(main, context);
    add_connector_actions(main, context);
    add_connector_offsets(main, context);
    add_record_preview_resource(main, context);
    add_connector_plugins_resource(main, context);
    add_connector_logs_resource(main, context, logs);
    add_metrics_resource(main, context);
    if (!options.admin_listeners) {
      add_logging_resource(main, context);
    } else if (!options.admin_listeners->empty()) {
      add_logging_resource(admin, context);
    }
    add_openapi_resource(main, context);
  }
  ResourceContext context;
  const RestClient client;
  Router main, admin;
};

// As java.net.InetAddress.getLocalHost: the address of this machine's own name.
std::string own_address() {
  char name[256] = "localhost";
  gethostname(name, sizeof name - 1);
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_INET;
  if (getaddrinfo(name, nullptr, &hints, &found) != 0 || found == nullptr) return "127.0.0.1";
  char text[INET_ADDRSTRLEN] = "127.0.0.1";
  inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in*>(found->ai_addr)->sin_addr, text, sizeof text);
  freeaddrinfo(found);
  return text;
}

HttpServerOptions http_options(const RestServerOptions& options) {
  HttpServerOptions http;
  http.header_timeout = options.header_timeout;
  http.body_timeout = options.body_timeout;
  http.idle_timeout = options.idle_timeout;
  http.maximum_body_bytes = options.maximum_body_bytes;
  http.maximum_connections = options.maximum_connections;
  http.maximum_handler_threads = options.maximum_handler_threads;
  return http;
}

Result<void> prepare_tls(const RestServerOptions& options, std::vector<Listener>& listeners) {
  std::shared_ptr<TlsContext> contexts[2];
  for (size_t i = 0; i < listeners.size(); ++i) {
    if (listeners[i].scheme != "https") continue;
    const bool admin = i >= options.listeners.size();
    std::shared_ptr<TlsContext>& context = contexts[admin];
    if (!context) {
      auto made = TlsContext::make(admin ? options.admin_tls : options.tls);
      if (!made) {
        return fail(std::move(made).error().within("Cannot listen on " + listeners[i].url()));
      }
      context = *std::move(made);
    }
    listeners[i].tls = context;
  }
  return {};
}

// An extension that is not there is no small thing: it may be what keeps strangers out.
Result<std::unique_ptr<BasicAuth>> make_auth(const RestServerOptions& options) {
  std::unique_ptr<BasicAuth> auth;
  for (const std::string& name : options.extension_classes) {
    if (name != BasicAuth::kExtension && name != "BasicAuthSecurityRestExtension" &&
        name != "BasicAuthSecurity") {
      return fail(ErrorKind::bad_config,
                  "Invalid value " + name + " for configuration rest.extension.classes: Class " +
                      name + " could not be found. There is " + std::string(BasicAuth::kExtension));
    }
    auto made = BasicAuth::make(options.jaas_file);
    if (!made) return made;
    auth = *std::move(made);
  }
  return auth;
}

bool only_this_machine(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.") ||
         host.starts_with("localhost.");
}

void warn_if_open(const Listener& listener, const BasicAuth* auth, const Logger& log) {
  const bool asked = (auth != nullptr && !auth->allows_everybody()) ||
                     (listener.tls && listener.tls->client_certificate_required());
  if (asked || only_this_machine(listener.host)) return;
  log.warn(
      "THE REST API AT {} CAN BE REACHED FROM OTHER MACHINES AND ASKS NOBODY WHO THEY ARE. Whoever "
      "reaches it can create connectors and read their data. Listen on 127.0.0.1, ask for names "
      "and "
      "passwords (rest.extension.classes) or for certificates (https and "
      "ssl.client.auth=required).",
      listener.url());
}

}  // namespace

struct RestServer::State {
  explicit State(RestServerOptions given)
      : options(std::move(given)),
        filters(options.access_control_allow_origin, options.access_control_allow_methods) {}

  HttpResponse handle(const HttpRequest& request);
  void log_request(const HttpRequest& request, const HttpResponse& response,
                   std::chrono::steady_clock::duration time) const;
  Listener advertised() const;

  const Logger log{"org.apache.kafka.connect.runtime.rest.RestServer"};
  const RestServerOptions options;
  ResponseFilters filters;
  // Shared with the process's log, which holds it until the next server or the end.
  const std::shared_ptr<ConnectorLogs> logs = std::make_shared<ConnectorLogs>();
  std::unique_ptr<BasicAuth> auth;  // null: nobody is asked
  std::vector<std::string> urls, admin_urls;
  std::mutex mutex;
  std::shared_ptr<const Api> api;    // guarded by `mutex`; null until attached
  std::unique_ptr<HttpServer> http;  // last: its handlers use what is above
};

HttpResponse RestServer::State::handle(const HttpRequest& request) {
  auto started = std::chrono::steady_clock::now();
  std::shared_ptr<const Api> current;
  {
    std::lock_guard lock(mutex);
    current = api;
  }
  HttpResponse response;
  bool admin = request.listener >= options.listeners.size();
  try {
    response = current == nullptr ? status_response(404)
               : admin            ? current->admin.dispatch(request)
                                  : current->main.dispatch(request);
  } catch (const std::exception& exception) {
    log.error("Uncaught exception in REST call to {}: {}", request.path, exception.what());
    response = error_response(500, exception.what());
  }
  if (!admin) filters.apply(request, response);
  log_request(request, response, std::chrono::steady_clock::now() - started);
  return response;
}

// Jetty's extended NCSA form and the milliseconds that it took.
void RestServer::State::log_request(const HttpRequest& request, const HttpResponse& response,
                                    std::chrono::steady_clock::duration time) const {
  if (!log.enabled(LogLevel::kInfo)) return;
  char when[40];
  std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::strftime(when, sizeof when, "%d/%b/%Y:%H:%M:%S +0000", &parts);
  auto header = [&](std::string_view name) -> std::string_view {
    const std::string* value = find_header(request.headers, name);
    return value == nullptr ? std::string_view("-") : *value;
  };
  log.info("{} - - [{}] \"{} {} HTTP/1.{}\" {} {} \"{}\" \"{}\" {}", request.remote_address,
           std::string_view(when), request.method, request.target, request.minor_version,
           response.status, response.body.size(), header("Referer"), header("User-Agent"),
           std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

Listener RestServer::State::advertised() const {
  const std::vector<Listener>& bound = http->listeners();
  size_t main_listeners = options.listeners.size();
  std::string scheme = options.advertised_listener.value_or("");
  if (scheme.empty()) {
    scheme = "https";
    for (size_t i = 0; i < main_listeners; ++i) {
      if (bound[i].scheme == "http") scheme = "http";
    }
  }
  Listener result = bound.front();
  for (size_t i = main_listeners; i-- > 0;) {
    if (bound[i].scheme == scheme) result = bound[i];
  }
  result.scheme = scheme;
  if (options.advertised_host_name && !options.advertised_host_name->empty()) {
    result.host = *options.advertised_host_name;
  } else if (result.host.empty()) {
    result.host = own_address();
  }
  if (options.advertised_port) result.port = *options.advertised_port;
  return result;
}

RestServer::RestServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
RestServer::~RestServer() { logging::set_observer({}); }

Result<std::unique_ptr<RestServer>> RestServer::open(RestServerOptions options) {
  auto state = std::make_unique<State>(std::move(options));
  std::vector<std::string> texts = state->options.listeners;
  if (texts.empty()) {
    return fail(ErrorKind::bad_config,
                "Invalid value for listeners, at least one URL is expected, ex: "
                "http://localhost:8080,https://localhost:8443.");
  }
  if (state->options.admin_listeners) {
    const auto& more = *state->options.admin_listeners;
    texts.insert(texts.end(), more.begin(), more.end());
  }
  std::vector<Listener> listeners;
  for (const std::string& text : texts) {
    auto listener = parse_listener(text);
    if (!listener) return fail(std::move(listener).error());
    listeners.push_back(std::move(*listener));
  }
  if (auto ready = prepare_tls(state->options, listeners); !ready) return fail(ready.error());
  auto auth = make_auth(state->options);
  if (!auth) return fail(std::move(auth).error());
  state->auth = *std::move(auth);
  auto filters = state->filters.configure(state->options.response_http_headers_config);
  if (!filters) return fail(std::move(filters).error());
  auto http = HttpServer::open(
      listeners, http_options(state->options),
      [raw = state.get()](const HttpRequest& request) { return raw->handle(request); },
      [](int status, const std::string& reason) { return error_response(status, reason); });
  if (!http) return fail(std::move(http).error());
  logging::set_observer([logs = state->logs](const LogLine& line) { logs->add(line); });
  // Requests that are already there only find that nothing is attached yet.
  state->http = std::move(*http);
  for (size_t i = 0; i < listeners.size(); ++i) {
    bool admin = i >= state->options.listeners.size();
    const Listener& bound = state->http->listeners()[i];
    (admin ? state->admin_urls : state->urls).push_back(bound.url());
    // Extensions guard the main listeners only, as in the Java worker.
    warn_if_open(bound, admin ? nullptr : state->auth.get(), state->log);
  }
  return std::unique_ptr<RestServer>(new RestServer(std::move(state)));
}

void RestServer::attach(herder::Herder& herder, const MetricRegistry& metrics) {
  auto api = std::make_shared<const Api>(herder, metrics, state_->options, state_->auth.get(),
                                         *state_->logs);
  {
    std::lock_guard lock(state_->mutex);
    state_->api = std::move(api);
  }
  state_->log.info("REST resources initialized; server is started and ready to handle requests");
}

const std::vector<std::string>& RestServer::bound_urls() const { return state_->urls; }
const std::vector<std::string>& RestServer::bound_admin_urls() const { return state_->admin_urls; }

std::string RestServer::advertised_url() const { return state_->advertised().url() + "/"; }

std::string RestServer::advertised_address() const {
  Listener advertised = state_->advertised();
  return advertised.host + ":" + std::to_string(advertised.port);
}

void RestServer::stop(std::chrono::milliseconds grace) { state_->http->stop(grace); }

}  // namespace millrace::rest
