#include "kafka/wire/sasl.h"

#include <cstdio>

#include "kafka/wire/base64.h"

namespace millrace::kafka::wire {
namespace {

class PlainClient final : public SaslClient {
 public:
  PlainClient(const std::string& username, const std::string& password) {
    message_.push_back('\0');
    message_ += username;
    message_.push_back('\0');
    message_ += password;
  }
  std::string first() override { return message_; }
  Result<std::string> answer(std::string_view) override { return complete_ = true, std::string(); }
  bool complete() const override { return complete_; }

 private:
  std::string message_;
  bool complete_ = false;
};

class OAuthClient final : public SaslClient {
 public:
  explicit OAuthClient(const std::string& token)
      : message_(
            "n,,\x01"
            "auth=Bearer " +
            token + "\x01\x01") {}
  std::string first() override { return message_; }
  // A challenge with content says why the token was refused; the lone 0x01 asks the server to fail
  // the login with its own error.
  Result<std::string> answer(std::string_view challenge) override {
    complete_ = challenge.empty();
    return std::string(complete_ ? "" : "\x01");
  }
  bool complete() const override { return complete_; }

 private:
  std::string message_;
  bool complete_ = false;
};

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ') {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      out += escaped;
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + '"';
}

}  // namespace

std::unique_ptr<SaslClient> make_plain_client(const std::string& username,
                                              const std::string& password) {
  return std::make_unique<PlainClient>(username, password);
}

std::unique_ptr<SaslClient> make_oauth_client(const std::string& token) {
  return std::make_unique<OAuthClient>(token);
}

std::string unsecured_token(const std::string& subject, int64_t now_seconds,
                            int64_t lifetime_seconds) {
  const std::string claims = "{\"iat\":" + std::to_string(now_seconds) +
                             ",\"exp\":" + std::to_string(now_seconds + lifetime_seconds) +
                             ",\"sub\":" + json_text(subject) + "}";
  return base64_url("{\"alg\":\"none\"}") + "." + base64_url(claims) + ".";
}

}  // namespace millrace::kafka::wire
