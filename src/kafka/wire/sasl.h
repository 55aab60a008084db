#pragma once
// The client's side of SASL mechanisms: PLAIN (RFC 4616), SCRAM (RFC 5802, as KIP-84 narrows it)
// and OAUTHBEARER (RFC 7628, KIP-255).

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kafka/security/security_settings.h"

namespace millrace::kafka::wire {

// One login over one connection. Errors never hold a credential.
class SaslClient {
 public:
  virtual ~SaslClient() = default;
  virtual std::string first() = 0;
  // The server's answer was accepted and `challenge` came with it: what to send next. Not to be
  // called any more when complete().
  virtual Result<std::string> answer(std::string_view challenge) = 0;
  // Nothing more is to be sent, and the server has proved what it must prove.
  virtual bool complete() const = 0;
};

// nonce: printable, without commas; random but in tests.
std::unique_ptr<SaslClient> make_scram_client(SaslMechanism mechanism, const std::string& username,
                                              const std::string& password, std::string nonce);
std::string random_nonce();

std::unique_ptr<SaslClient> make_plain_client(const std::string& username,
                                              const std::string& password);
std::unique_ptr<SaslClient> make_oauth_client(const std::string& token);

// A token that nobody signed, for tests and development (OAuthBearerUnsecuredLoginCallbackHandler).
std::string unsecured_token(const std::string& subject, int64_t now_seconds,
                            int64_t lifetime_seconds);

}  // namespace millrace::kafka::wire
