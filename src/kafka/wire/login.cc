// What a connection does between being connected and being open: versions and SASL, as Java's
// SaslClientAuthenticator.

#include <ctime>
#include <random>

#include "kafka/wire/connection.h"
#include "kafka/wire/kafka_error.h"
#include "kafka/wire/messages.h"
#include "kafka/wire/oauth_token.h"

namespace millrace::kafka::wire {
namespace {

constexpr const char* kSaslException = "org.apache.kafka.common.errors.SaslAuthenticationException";

std::unique_ptr<SaslClient> client_of(const SaslSettings& sasl) {
  if (sasl.mechanism == SaslMechanism::kPlain)
    return make_plain_client(sasl.username, sasl.password);
  return make_scram_client(sasl.mechanism, sasl.username, sasl.password, random_nonce());
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

void Connection::ask_versions(TimePoint now, int16_t version) {
  write_request(Api::kApiVersions, version, encode_api_versions(version),
                now + settings_.request_timeout, [this, now, version](Result<Answer> answer) {
                  if (!answer) return;
                  auto response = decode_api_versions(answer->version, answer->body);
                  if (!response) return close(std::move(response).error());
                  // Brokers before 2.4.
                  if (response->error == code::kUnsupportedVersion && version > 0)
                    return ask_versions(now, 0);
                  if (response->error != code::kNone) return close(to_error(response->error));
                  versions_ = std::move(response->versions);
                  if (settings_.security.sasl) return begin_login(now);
                  state_ = State::kOpen;
                  send_waiting(now);
                });
}

void Connection::begin_login(TimePoint now) {
  login_again_at_.reset();
  const SaslSettings& sasl = settings_.security.sasl_settings;
  if (sasl.mechanism == SaslMechanism::kOAuthBearer) {
    state_ = State::kToken;
    token_ = fetch_token(sasl.oauth);
    return;
  }
  sasl_ = client_of(sasl);
  shake_hands(now);
}

void Connection::shake_hands(TimePoint now) {
  state_ = State::kLogin;
  auto version = versions_.pick(Api::kSaslHandshake);
  if (!version) return close(std::move(version).error());
  const std::string mechanism = name_of(settings_.security.sasl_settings.mechanism);
  write_request(
      Api::kSaslHandshake, *version, encode_sasl_handshake(mechanism),
      now + settings_.request_timeout, [this, now, mechanism](Result<Answer> answer) {
        if (!answer) return;
        auto response = decode_sasl_handshake(answer->body);
        if (!response) return close(std::move(response).error());
        if (response->error == 33)
          return close(Error(ErrorKind::bad_config,
                             "Client SASL mechanism '" + mechanism +
                                 "' not enabled in the server, enabled mechanisms are [" +
                                 joined(response->mechanisms) + "]",
                             "org.apache.kafka.common.errors.UnsupportedSaslMechanismException"));
        if (response->error != code::kNone) return close(to_error(response->error));
        authenticate(now, sasl_->first());
      });
}

void Connection::authenticate(TimePoint now, const std::string& bytes) {
  auto version = versions_.pick(Api::kSaslAuthenticate);
  if (!version) return close(std::move(version).error());
  write_request(Api::kSaslAuthenticate, *version, encode_sasl_authenticate(*version, bytes),
                now + settings_.request_timeout, [this, now](Result<Answer> answer) {
                  if (!answer) return;
                  auto response = decode_sasl_authenticate(answer->version, answer->body);
                  if (!response) return close(std::move(response).error());
                  if (response->error != code::kNone)
                    return close(Error(
                        ErrorKind::bad_config,
                        response->message.empty() ? error_text(response->error) : response->message,
                        kSaslException));
                  auto next = sasl_->answer(response->bytes);
                  if (!next) return close(std::move(next).error());
                  if (sasl_->complete()) return logged_in(now, response->session_lifetime_ms);
                  authenticate(now, *next);
                });
}

void Connection::logged_in(TimePoint now, int64_t session_lifetime_ms) {
  sasl_.reset();
  if (logged_in_before_) log_.debug("Logged in again at {}", endpoint_.text());
  logged_in_before_ = true;
  if (session_lifetime_ms > 0) {
    // As Java: at 85 to 95 % of the session, so that not all clients come back at once.
    static thread_local std::minstd_rand random(std::random_device{}());
    const double share = std::uniform_real_distribution<double>(0.85, 0.95)(random);
    const double wait = static_cast<double>(std::min<int64_t>(session_lifetime_ms, 1LL << 40));
    login_again_at_ = now + std::chrono::milliseconds(static_cast<int64_t>(wait * share));
  }
  state_ = State::kOpen;
  send_waiting(now);
}

}  // namespace millrace::kafka::wire
