#include "rest/http_server.h"

#include <strings.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "base/log.h"
#include "rest/handler_pool.h"
#include "rest/tls.h"
#include "rest/uri.h"

namespace millrace::rest {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr size_t kReadBytes = 4096;
constexpr size_t kLingerBytes = 1 << 20;
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
}  // namespace

const std::string* find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) {
      return &value;
    }
  }
  return nullptr;
}

class Connection;

class HttpServer::Implementation {
 public:
  Implementation(HttpServerOptions options, Handler handler, ErrorAnswer error_answer)
      : options(options),
        handler(std::move(handler)),
        error_answer(std::move(error_answer)),
        pool(options.maximum_handler_threads, options.handler_idle_time) {}
  ~Implementation();

  Result<void> bind(const Listener& listener);
  void run();
  void stop(std::chrono::milliseconds grace);

  // Of one connection, on the I/O thread.
  void opened(Connection* connection);
  void closed(Connection* connection);
  void set_waiting(Connection* connection, bool waiting);
  bool stopping() const { return stopping_; }

  const HttpServerOptions options;
  const Handler handler;
  const ErrorAnswer error_answer;
  HandlerPool pool;
  std::vector<Listener> listeners;
  mutable std::mutex mutex;  // guards `connections` where other threads read it
  std::condition_variable no_connections;
  size_t connections = 0;

 private:
  struct Acceptor {
    explicit Acceptor(asio::io_context& io) : socket(io), pause(io) {}
    tcp::acceptor socket;
    asio::steady_timer pause;
    size_t index = 0;
  };
  void accept(Acceptor& acceptor);
  void accepted(Acceptor& acceptor, tcp::socket socket);
  void close_all();

  const Logger log_{"org.apache.kafka.connect.runtime.rest.RestServer"};
  std::list<Connection*> all_, waiting_;  // waiting_: the longest first
  bool stopping_ = false;
  bool stop_asked_ = false, accepting_ = true;  // guarded by `mutex`
  asio::io_context io_{1};  // after the lists: connections that go with it leave them
  std::list<Acceptor> acceptors_;
  std::thread thread_;
};

// One client. Its handlers hold a reference, so it lives until the last of them has run.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(HttpServer::Implementation& server, tcp::socket socket, size_t listener)
      : server_(server), stream_(std::move(socket)), listener_(listener) {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
    tcp::endpoint remote = stream_.socket().remote_endpoint(ignored);
    remote_address_ = ignored ? "" : remote.address().to_string();
    if (const auto& tls = server_.listeners[listener_].tls) {
      tls_.emplace(stream_, tls->context());
    }
    server_.opened(this);
  }
  ~Connection() { server_.closed(this); }

  void start() {
    if (!tls_) return next_request(server_.options.header_timeout);
    server_.set_waiting(this, true);
    stream_.expires_after(server_.options.header_timeout);
    tls_->async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](error_code error) {
                            if (error) return self->give_up();
                            self->next_request(self->server_.options.header_timeout);
                          });
  }
  void close() {
    error_code ignored;
    stream_.socket().close(ignored);
  }

  std::list<Connection*>::iterator in_all, in_waiting;
  bool waiting = false;

 private:
  using Parser = http::request_parser<http::string_body>;
  using Response = http::response<http::string_body>;

  // What is read from and written to: through TLS or not.
  template <typename Use>
  void with_stream(const Use& use) {
    tls_ ? use(*tls_) : use(stream_);
  }

  // The first bytes may take `timeout`, the rest of the headers header_timeout.
  void next_request(std::chrono::milliseconds timeout) {
    if (server_.stopping()) return close();
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(server_.options.maximum_header_bytes));
    parser_->body_limit(server_.options.maximum_body_bytes);
    server_.set_waiting(this, true);
    if (buffer_.size() > 0) return read_header();
    stream_.expires_after(timeout);
    with_stream([this](auto& stream) {
      stream.async_read_some(buffer_.prepare(kReadBytes),
                             [self = shared_from_this()](error_code error, size_t bytes) {
                               if (error) return self->give_up();
                               self->buffer_.commit(bytes);
                               self->read_header();
                             });
    });
  }

  void read_header() {
    stream_.expires_after(server_.options.header_timeout);
    with_stream([this](auto& stream) {
      http::async_read_header(stream, buffer_, *parser_,
                              [self = shared_from_this()](error_code error, size_t) {
                                if (error) return self->refuse(error);
                                self->server_.set_waiting(self.get(), false);
                                self->header_complete();
                              });
    });
  }

  void header_complete() {
    const auto& header = parser_->get();
    if (header.version() >= 11 && header.find(http::field::host) == header.end()) {
      return answer_error(400, "No Host");
    }
    if (parser_->is_done()) return dispatch();
    stream_.expires_after(server_.options.body_timeout);
    if (header.version() >= 11 && beast::iequals(header[http::field::expect], "100-continue") &&
        buffer_.size() == 0) {
      with_stream([this](auto& stream) {
        asio::async_write(stream, asio::buffer(kContinue),
                          [self = shared_from_this()](error_code error, size_t) {
                            if (error) return self->give_up();
                            self->read_body();
                          });
      });
      return;
    }
    read_body();
  }

  void read_body() {
    with_stream([this](auto& stream) {
      http::async_read(stream, buffer_, *parser_,
                       [self = shared_from_this()](error_code error, size_t) {
                         if (error) return self->refuse(error);
                         self->dispatch();
                       });
    });
  }

  // What was read is no request that can be answered by a handler.
  void refuse(error_code error) {
    if (error == http::error::end_of_stream) return close();
    if (error == http::error::body_limit) return answer_error(413, "Payload Too Large");
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      bool in_target = parser_->get().target().empty();
      return in_target ? answer_error(414, "URI Too Long")
                       : answer_error(431, "Request Header Fields Too Large");
    }
    if (error == http::error::bad_version) return answer_error(505, "Unknown Version");
    static const auto& kCategory = http::make_error_code(http::error::bad_method).category();
    if (error.category() == kCategory && error != http::error::partial_message) {
      return answer_error(400, "Bad Request");
    }
    give_up();  // a timeout or a lost connection
  }

  void dispatch() {
    HttpRequest request;
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    version_ = message.version();
    request.method = std::string(message.method_string());
    head_ = message.method() == http::verb::head;
    request.target = std::string(message.target());
    auto target = split_target(request.target);
    if (!target) return answer_error(400, "Bad Request");
    request.path = target->path;
    request.query = target->query;
    request.minor_version = static_cast<int>(version_ % 10);
    for (const auto& field : message) {
      request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    request.body = std::move(message.body());
    const Listener& listener = server_.listeners[listener_];
    request.scheme = listener.scheme;
    const std::string* host = find_header(request.headers, "Host");
    request.authority = host != nullptr && !host->empty() ? *host : local_authority();
    request.remote_address = remote_address_;
    request.listener = listener_;
    stream_.expires_never();

    auto shared = std::make_shared<HttpRequest>(std::move(request));
    bool taken = server_.pool.submit([self = shared_from_this(), shared]() mutable {
      auto response = std::make_shared<HttpResponse>(self->handle(*shared));
      auto executor = self->stream_.get_executor();
      // The last reference must go on the I/O thread, so it is handed on, not copied.
      asio::post(executor, [self = std::move(self), response] { self->answer(*response); });
    });
    if (!taken) answer_error(503, "Service Unavailable");
  }

  HttpResponse handle(const HttpRequest& request) noexcept {
    try {
      return server_.handler(request);
    } catch (const std::exception& exception) {
      return server_.error_answer(500, exception.what());
    } catch (...) {
      return server_.error_answer(500, "Internal Server Error");
    }
  }

  void answer_error(int status, const std::string& reason) {
    server_.set_waiting(this, false);
    keep_alive_ = false;
    refused_ = true;
    version_ = 11;
    answer(server_.error_answer(status, reason));
  }

  void answer(const HttpResponse& answer) {
    if (!stream_.socket().is_open()) return;  // stopped meanwhile
    if (server_.stopping()) keep_alive_ = false;
    response_.emplace(static_cast<http::status>(answer.status), version_);
    if (answer.status == 500) response_->reason("Server Error");  // as Jetty says: clients show it
    for (const auto& [name, value] : answer.headers) response_->insert(name, value);
    if (!answer.content_type.empty()) {
      response_->set(http::field::content_type, answer.content_type);
    }
    response_->keep_alive(keep_alive_);
    if (answer.status != 204) response_->content_length(answer.body.size());
    if (!head_ && answer.status != 204) response_->body() = answer.body;
    serializer_.emplace(*response_);
    stream_.expires_after(server_.options.body_timeout);
    auto done = [self = shared_from_this()](error_code error, size_t) {
      self->serializer_.reset();
      self->response_.reset();
      if (error) return self->give_up();
      if (!self->keep_alive_) return self->finish();
      self->head_ = false;
      self->next_request(self->server_.options.idle_timeout);
    };
    with_stream([&](auto& stream) {
      if (head_) {
        http::async_write_header(stream, *serializer_, std::move(done));
      } else {
        http::async_write(stream, *serializer_, std::move(done));
      }
    });
  }

  // After an answer that ends the connection. Closing with unread bytes would reset it, and the
  // client might never see the answer: then close for writing only, and read for a moment.
  void finish() {
    if (tls_) {
      server_.set_waiting(this, true);
      stream_.expires_after(kLingerTime);
      return tls_->async_shutdown([self = shared_from_this()](error_code) { self->close(); });
    }
    error_code error;
    bool unread = refused_ || buffer_.size() > 0 || stream_.socket().available(error) > 0;
    if (error || !unread) return close();
    stream_.socket().shutdown(tcp::socket::shutdown_send, error);
    if (error) return close();
    server_.set_waiting(this, true);
    stream_.expires_after(kLingerTime);
    drain();
  }
  void drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = shared_from_this()](error_code error, size_t bytes) {
                              self->lingered_ += bytes;
                              if (!error && self->lingered_ < kLingerBytes) self->drain();
                            });
  }

  void give_up() { close(); }

  std::string local_authority() const {
    error_code error;
    tcp::endpoint local = stream_.socket().local_endpoint(error);
    if (error) return {};
    std::string host = local.address().to_string();
    if (local.address().is_v6()) host = "[" + host + "]";
    return host + ":" + std::to_string(local.port());
  }

  HttpServer::Implementation& server_;
  beast::tcp_stream stream_;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls_;  // over stream_
  const size_t listener_;
  std::string remote_address_;
  beast::flat_buffer buffer_{64 * 1024};
  std::optional<Parser> parser_;
  std::optional<Response> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  bool keep_alive_ = false, head_ = false;
  bool refused_ = false;  // perhaps before all of the request was read
  unsigned version_ = 11;
  size_t lingered_ = 0;
};

HttpServer::Implementation::~Implementation() {
  stop(std::chrono::milliseconds(0));
  pool.stop();
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

Result<void> HttpServer::Implementation::bind(const Listener& listener) {
  auto failure = [&](const error_code& error) {
    return fail(ErrorKind::bad_config,
                "Cannot listen on " + listener.url() + ": " + error.message() +
                    ". Change the setting listeners, or end what uses that address");
  };
  if (listener.scheme == "https" && !listener.tls) {
    return fail(ErrorKind::bad_config,
                "Cannot listen on " + listener.url() + ": nothing is known of its certificate");
  }
  error_code error;
  tcp::endpoint endpoint(tcp::v6(), static_cast<uint16_t>(listener.port));
  if (!listener.host.empty()) {
    tcp::resolver resolver(io_);
    auto found = resolver.resolve(listener.host, std::to_string(listener.port),
                                  tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return failure(error);
    endpoint = *found.begin();
    for (const auto& entry : found) {
      if (!entry.endpoint().address().is_v4()) continue;
      endpoint = entry.endpoint();  // as Java: of a name's addresses, IPv4 first
      break;
    }
  }
  Acceptor& acceptor = acceptors_.emplace_back(io_);
  acceptor.index = listeners.size();
  acceptor.socket.open(endpoint.protocol(), error);
  if (error && listener.host.empty()) {  // a machine without IPv6
    endpoint = tcp::endpoint(tcp::v4(), endpoint.port());
    acceptor.socket.open(endpoint.protocol(), error);
  }
  if (error) return failure(error);
  acceptor.socket.set_option(tcp::acceptor::reuse_address(true), error);
  if (listener.host.empty() && endpoint.address().is_v6()) {
    acceptor.socket.set_option(asio::ip::v6_only(false), error);
  }
  acceptor.socket.bind(endpoint, error);
  if (!error) acceptor.socket.listen(tcp::acceptor::max_listen_connections, error);
  if (error) return failure(error);
  Listener bound = listener;
  bound.port = acceptor.socket.local_endpoint(error).port();
  if (error) return failure(error);
  listeners.push_back(std::move(bound));
  return {};
}

void HttpServer::Implementation::run() {
  for (Acceptor& acceptor : acceptors_) accept(acceptor);
  thread_ = std::thread([this] {
    auto work = asio::make_work_guard(io_);
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::exception& exception) {  // out of memory: that connection is lost
        log_.error("REST connection failed: {}", exception.what());
      }
    }
  });
}

void HttpServer::Implementation::accept(Acceptor& acceptor) {
  acceptor.socket.async_accept([this, &acceptor](error_code error, tcp::socket socket) {
    if (stopping_ || error == asio::error::operation_aborted) return;
    if (!error) {
      accept(acceptor);
      return accepted(acceptor, std::move(socket));
    }
    // Out of descriptors, most likely: free one, and do not spin.
    log_.warn("Cannot accept a REST connection: {}", error.message());
    if (!waiting_.empty()) waiting_.front()->close();
    acceptor.pause.expires_after(kAcceptPause);
    acceptor.pause.async_wait([this, &acceptor](error_code stopped) {
      if (!stopped && !stopping_) accept(acceptor);
    });
  });
}

void HttpServer::Implementation::accepted(Acceptor& acceptor, tcp::socket socket) {
  if (all_.size() >= options.maximum_connections) {
    if (waiting_.empty()) return;  // all are being answered: this one is closed at once
    Connection* longest = waiting_.front();
    set_waiting(longest, false);
    longest->close();
  }
  std::make_shared<Connection>(*this, std::move(socket), acceptor.index)->start();
}

void HttpServer::Implementation::opened(Connection* connection) {
  connection->in_all = all_.insert(all_.end(), connection);
  std::lock_guard lock(mutex);
  ++connections;
}

void HttpServer::Implementation::closed(Connection* connection) {
  set_waiting(connection, false);
  all_.erase(connection->in_all);
  std::lock_guard lock(mutex);
  if (--connections == 0) no_connections.notify_all();
}

void HttpServer::Implementation::set_waiting(Connection* connection, bool waiting) {
  if (connection->waiting) waiting_.erase(connection->in_waiting);
  if (waiting) connection->in_waiting = waiting_.insert(waiting_.end(), connection);
  connection->waiting = waiting;
}

void HttpServer::Implementation::stop(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex);
  if (!thread_.joinable()) return;
  if (!std::exchange(stop_asked_, true)) {
    asio::post(io_, [this] {
      stopping_ = true;
      for (Acceptor& acceptor : acceptors_) {
        error_code ignored;
        acceptor.socket.close(ignored);
        acceptor.pause.cancel();
      }
      for (Connection* connection : waiting_) connection->close();
      std::lock_guard closed_lock(mutex);
      accepting_ = false;
      no_connections.notify_all();
    });
  }
  auto all_closed = [&] { return !accepting_ && connections == 0; };
  if (no_connections.wait_for(lock, grace, all_closed)) return;
  no_connections.wait(lock, [&] { return !accepting_; });
  lock.unlock();
  asio::post(io_, [this] { close_all(); });
}

void HttpServer::Implementation::close_all() {
  for (Connection* connection : all_) connection->close();
}

HttpServer::HttpServer(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::open(const std::vector<Listener>& listeners,
                                                     HttpServerOptions options, Handler handler,
                                                     ErrorAnswer error_answer) {
  auto implementation =
      std::make_unique<Implementation>(options, std::move(handler), std::move(error_answer));
  for (const Listener& listener : listeners) {
    if (auto bound = implementation->bind(listener); !bound) return fail(bound.error());
  }
  implementation->run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(implementation)));
}

const std::vector<Listener>& HttpServer::listeners() const { return implementation_->listeners; }

size_t HttpServer::connections() const {
  std::lock_guard lock(implementation_->mutex);
  return implementation_->connections;
}

int HttpServer::handler_threads() const { return implementation_->pool.threads(); }

void HttpServer::stop(std::chrono::milliseconds grace) { implementation_->stop(grace); }

}  // namespace millrace::rest
