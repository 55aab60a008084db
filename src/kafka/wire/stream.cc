#include "kafka/wire/stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace millrace::kafka::wire {
namespace {

constexpr const char* kDisconnect = "org.apache.kafka.common.errors.DisconnectException";

Failure broken(const std::string& what, int error) {
  return fail(ErrorKind::retriable, what + ": " + std::strerror(error), kDisconnect);
}
Failure ended() {
  return fail(ErrorKind::retriable, "the broker closed the connection", kDisconnect);
}

// The server refuses this client's certificate, or the lack of one. With TLS 1.3 it says so after
// the handshake.
bool is_refusal(unsigned long error) {
  switch (ERR_GET_REASON(error)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE: return true;
    default: return false;
  }
}

using Found = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Result<Found> look_up(const Endpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  if (error != 0)
    return fail(ErrorKind::retriable,
                "the address of " + endpoint.host + " cannot be found: " + gai_strerror(error),
                "java.net.UnknownHostException");
  return Found(found, freeaddrinfo);
}

}  // namespace

Result<std::vector<Address>> resolve(const Endpoint& endpoint) {
  auto found = look_up(endpoint, AI_ADDRCONFIG);
  if (!found) found = look_up(endpoint, 0);  // a machine with a loopback only
  if (!found) return fail(std::move(found).error());
  std::vector<Address> addresses;
  for (const addrinfo* one = found->get(); one != nullptr; one = one->ai_next) {
    Address address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

std::vector<Endpoint> canonical(const Endpoint& endpoint) {
  std::vector<Endpoint> names;
  if (auto addresses = resolve(endpoint)) {
    for (const Address& address : *addresses) {
      char name[NI_MAXHOST];
      if (getnameinfo(reinterpret_cast<const sockaddr*>(&address.storage), address.size, name,
                      sizeof name, nullptr, 0, 0) == 0)
        names.push_back({name, endpoint.port});
    }
  }
  if (names.empty()) names.push_back(endpoint);
  return names;
}

Result<std::unique_ptr<Stream>> Stream::open(const Address& address, ssl_ctx_st* tls,
                                             const std::string& host, bool verify_host_name) {
  const int descriptor =
      socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return broken("no socket", errno);
  std::unique_ptr<Stream> stream(new Stream(descriptor, host));
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 &&
      errno != EINPROGRESS)
    return broken("no connection", errno);
  if (tls != nullptr) {
    auto handle = make_tls_handle(tls, descriptor, host, verify_host_name);
    if (!handle) return fail(std::move(handle).error());
    stream->tls_ = std::move(*handle);
  }
  return stream;
}

Stream::~Stream() {
  if (tls_ && open_) SSL_shutdown(tls_.get());
  ERR_clear_error();
  close(descriptor_);
}

Result<bool> Stream::advance() {
  if (!connected_) {
    pollfd ready{descriptor_, POLLOUT, 0};
    if (poll(&ready, 1, 0) == 0) return false;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return broken("no connection", error);
    connected_ = true;
    wants_to_write_ = false;
  }
  if (tls_ && !open_) {
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_.get());
    if (result != 1) {
      auto waiting = tls_result(result);
      if (!waiting) return fail(std::move(waiting).error());
      return false;
    }
    wants_to_write_ = false;
  }
  return open_ = true;
}

// What an OpenSSL call that moved nothing means: 0 (wait) or an error.
Result<size_t> Stream::tls_result(int result) {
  const int system_error = errno;
  const int error = SSL_get_error(tls_.get(), result);
  wants_to_write_ = error == SSL_ERROR_WANT_WRITE;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return size_t{0};
  const long verified = SSL_get_verify_result(tls_.get());
  const unsigned long reason = ERR_get_error();
  ERR_clear_error();
  if (!open_ && verified != X509_V_OK)
    return fail(ErrorKind::bad_config,
                "SSL handshake failed: the certificate of " + host_ +
                    " is refused: " + X509_verify_cert_error_string(verified),
                "org.apache.kafka.common.errors.SslAuthenticationException");
  if (error == SSL_ERROR_SSL && reason != 0 &&
      (is_refusal(reason) ||
       (!open_ && ERR_GET_REASON(reason) != SSL_R_UNEXPECTED_EOF_WHILE_READING)))
    return fail(ErrorKind::bad_config,
                std::string("SSL handshake failed: ") + ERR_reason_error_string(reason),
                "org.apache.kafka.common.errors.SslAuthenticationException");
  if (error == SSL_ERROR_SYSCALL && system_error != 0) return broken("TLS", system_error);
  if (open_ && error == SSL_ERROR_SSL && reason != 0 && ERR_reason_error_string(reason) != nullptr)
    return fail(ErrorKind::retriable, std::string("TLS: ") + ERR_reason_error_string(reason),
                kDisconnect);
  if (!open_)
    return fail(ErrorKind::retriable,
                "the broker ended the TLS handshake: is the listener one of TLS, as "
                "security.protocol says?",
                kDisconnect);
  return ended();
}

Result<size_t> Stream::read(char* buffer, size_t size) {
  if (tls_) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_read(tls_.get(), buffer, static_cast<int>(size));
    if (result <= 0) return tls_result(result);
    return static_cast<size_t>(result);
  }
  const ssize_t got = recv(descriptor_, buffer, size, 0);
  if (got > 0) return static_cast<size_t>(got);
  if (got == 0) return ended();
  if (errno == EAGAIN || errno == EINTR) return size_t{0};
  return broken("reading", errno);
}

Result<size_t> Stream::write(std::string_view bytes) {
  if (tls_) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (result <= 0) return tls_result(result);
    wants_to_write_ = false;
    return static_cast<size_t>(result);
  }
  const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  wants_to_write_ = sent < 0 && errno == EAGAIN;
  if (sent >= 0) {
    wants_to_write_ = static_cast<size_t>(sent) < bytes.size();
    return static_cast<size_t>(sent);
  }
  if (errno == EAGAIN || errno == EINTR) return size_t{0};
  return broken("writing", errno);
}

}  // namespace millrace::kafka::wire
