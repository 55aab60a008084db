#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "kafka/wire/base64.h"
#include "kafka/wire/sasl.h"

namespace millrace::kafka::wire {
namespace {

// ScramMechanism.minIterations; the most that a broker's ScramFormatter takes is far less.
constexpr int kLeastIterations = 4096, kMostIterations = 1'000'000;

Failure refused(std::string why) {
  return fail(ErrorKind::bad_config, "Authentication failed: " + std::move(why),
              "org.apache.kafka.common.errors.SaslAuthenticationException");
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// RFC 5802: commas and equals signs in names.
std::string sasl_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (c == '=')
      out += "=3D";
    else if (c == ',')
      out += "=2C";
    else
      out.push_back(c);
  }
  return out;
}

// The value of the attribute `name` in a list "r=...,s=...,i=...".
std::optional<std::string_view> attribute(std::string_view message, char name) {
  while (!message.empty()) {
    const std::string_view part = message.substr(0, message.find(','));
    if (part.size() >= 2 && part[0] == name && part[1] == '=') return part.substr(2);
    message.remove_prefix(std::min(message.size(), part.size() + 1));
  }
  return std::nullopt;
}

class ScramClient final : public SaslClient {
 public:
  ScramClient(SaslMechanism mechanism, const std::string& username, const std::string& password,
              std::string nonce)
      : hash_(mechanism == SaslMechanism::kScramSha512 ? EVP_sha512() : EVP_sha256()),
        password_(password),
        nonce_(std::move(nonce)),
        first_bare_("n=" + sasl_name(username) + ",r=" + nonce_) {}

  std::string first() override { return "n,," + first_bare_; }

  Result<std::string> answer(std::string_view challenge) override {
    return server_signature_.empty() ? final_message(challenge) : verify(challenge);
  }
  bool complete() const override { return complete_; }

 private:
  std::string hmac(std::string_view key, std::string_view text) const {
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    HMAC(hash_, key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
         reinterpret_cast<unsigned char*>(out.data()), &size);
    out.resize(size);
    return out;
  }
  std::string digest(std::string_view text) const {
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), &size, hash_,
               nullptr);
    out.resize(size);
    return out;
  }

  Result<std::string> final_message(std::string_view server_first) {
    const auto nonce = attribute(server_first, 'r'), salt_text = attribute(server_first, 's'),
               iterations_text = attribute(server_first, 'i');
    if (!nonce || !salt_text || !iterations_text)
      return refused("the server's first SCRAM message is no such message");
    if (!nonce->starts_with(nonce_))
      return refused("Invalid server nonce: does not start with client nonce");
    const auto salt = from_base64(*salt_text);
    int iterations = 0;
    const char* end = iterations_text->data() + iterations_text->size();
    if (std::from_chars(iterations_text->data(), end, iterations).ptr != end || !salt)
      return refused("the server's first SCRAM message is no such message");
    if (iterations < kLeastIterations || iterations > kMostIterations)
      return refused("the server asks for " + std::to_string(iterations) +
                     " SCRAM iterations; 4096 to 1000000 are accepted");

    std::string salted(static_cast<size_t>(EVP_MD_size(hash_)), '\0');
    PKCS5_PBKDF2_HMAC(password_.data(), static_cast<int>(password_.size()), bytes_of(*salt),
                      static_cast<int>(salt->size()), iterations, hash_,
                      static_cast<int>(salted.size()),
                      reinterpret_cast<unsigned char*>(salted.data()));
    const std::string without_proof = "c=" + base64("n,,") + ",r=" + std::string(*nonce);
    const std::string auth_message =
        first_bare_ + "," + std::string(server_first) + "," + without_proof;
    const std::string client_key = hmac(salted, "Client Key");
    const std::string signature = hmac(digest(client_key), auth_message);
    std::string proof = client_key;
    for (size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ signature[i]);
    server_signature_ = hmac(hmac(salted, "Server Key"), auth_message);
    OPENSSL_cleanse(salted.data(), salted.size());
    return without_proof + ",p=" + base64(proof);
  }

  Result<std::string> verify(std::string_view server_final) {
    if (const auto error = attribute(server_final, 'e'))
      return refused("the server says " + std::string(*error));
    const auto text = attribute(server_final, 'v');
    const auto signature = text ? from_base64(*text) : std::nullopt;
    if (!signature || signature->size() != server_signature_.size() ||
        CRYPTO_memcmp(signature->data(), server_signature_.data(), signature->size()) != 0)
      return refused("Invalid server signature in server final message");
    complete_ = true;
    return std::string();
  }

  const EVP_MD* hash_;
  std::string password_, nonce_, first_bare_, server_signature_;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<SaslClient> make_scram_client(SaslMechanism mechanism, const std::string& username,
                                              const std::string& password, std::string nonce) {
  return std::make_unique<ScramClient>(mechanism, username, password, std::move(nonce));
}

std::string random_nonce() {
  unsigned char bytes[18];
  if (RAND_bytes(bytes, sizeof bytes) != 1) std::abort();
  return base64_url(std::string_view(reinterpret_cast<const char*>(bytes), sizeof bytes));
}

}  // namespace millrace::kafka::wire
