#pragma once
// OpenSSL's context of a client: trusted certificates, own key and certificate, versions.

#include <memory>
#include <string>

#include "base/result.h"
#include "kafka/security/security_settings.h"

struct ssl_ctx_st;
struct ssl_st;

namespace millrace::kafka::wire {

struct FreeTls {
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_st* connection) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, FreeTls>;
using TlsHandle = std::unique_ptr<ssl_st, FreeTls>;

// Errors name the property whose file or text cannot be used, never a password.
Result<TlsContext> make_tls_context(const TlsSettings& settings);

// A client's handle on a connected socket; the server's name is sent and, unless
// verify_host_name is off, verified (ssl.endpoint.identification.algorithm).
Result<TlsHandle> make_tls_handle(ssl_ctx_st* context, int descriptor, const std::string& host,
                                  bool verify_host_name);

}  // namespace millrace::kafka::wire
