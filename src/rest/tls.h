#pragma once
// TlsContext: what an https listener needs, from the worker's `ssl.*` settings. Key and trust
// stores are PEM or PKCS12, told apart by content; JKS is refused with the command that converts
// it. Follows org.apache.kafka.connect.runtime.rest.util.SSLUtils.

#include <memory>
#include <string>

#include "base/result.h"
#include "config/config_def.h"

namespace boost::asio::ssl {
class context;
}

namespace millrace::rest {

class TlsContext {
 public:
  // settings: named `ssl.*`. Failures name the setting and the file, never a password.
  static Result<std::shared_ptr<TlsContext>> make(const config::Properties& settings);
  ~TlsContext();

  boost::asio::ssl::context& context() const { return *context_; }
  // ssl.client.auth=required: who has no trusted certificate gets no answer.
  bool client_certificate_required() const { return required_; }

 private:
  TlsContext();
  std::unique_ptr<boost::asio::ssl::context> context_;
  bool required_ = false;
};

// The other side: who is trusted, and as whom this worker shows itself, in an SSL_CTX of a client.
Result<void> use_client_tls(void* ssl_context, const config::Properties& settings);

// The `ssl.*` settings of a kind of listeners, of all of a worker's properties. Where any has the
// prefix ("listeners.https."), only those that have it count.
config::Properties listener_tls_settings(const config::Properties& worker,
                                         const std::string& prefix);

}  // namespace millrace::rest
