#include "distributed/session_keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace millrace::distributed {
namespace {

constexpr char kBadRequest[] = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException";
constexpr char kRestException[] =
    "org.apache.kafka.connect.runtime.rest.errors.ConnectRestException";
constexpr char kNoKeyYet[] =
    "This worker is still starting up and has not been able to read a session key from the config "
    "topic yet";
constexpr char kWrongSignature[] = "Internal request contained invalid signature.";

struct Algorithm {
  std::string_view name;  // Java's
  const EVP_MD* (*digest)();
  size_t key_bytes;
};
constexpr std::array<Algorithm, 6> kAlgorithms{{{"HmacSHA256", EVP_sha256, 32},
                                                {"HmacSHA512", EVP_sha512, 64},
                                                {"HmacSHA384", EVP_sha384, 48},
                                                {"HmacSHA224", EVP_sha224, 28},
                                                {"HmacSHA1", EVP_sha1, 64},
                                                {"HmacMD5", EVP_md5, 64}}};

bool same_name(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

const Algorithm* find_algorithm(std::string_view name) {
  for (const Algorithm& each : kAlgorithms)
    if (same_name(each.name, name)) return &each;
  return nullptr;
}

// As Java prints a list.
std::string in_brackets(const std::vector<std::string>& items) {
  std::string text = "[";
  for (size_t i = 0; i < items.size(); ++i) text += (i == 0 ? "" : ", ") + items[i];
  return text + "]";
}

size_t key_bytes(const SessionKeyOptions& options) {
  if (options.key_size) return static_cast<size_t>((*options.key_size + 7) / 8);
  return default_key_bytes(options.generation_algorithm).value_or(32);
}

}  // namespace

std::optional<size_t> default_key_bytes(std::string_view algorithm) {
  const Algorithm* found = find_algorithm(algorithm);
  if (found == nullptr) return std::nullopt;
  return found->key_bytes;
}

std::optional<std::string> message_authentication_code(std::string_view algorithm,
                                                       std::string_view key,
                                                       std::string_view body) {
  const Algorithm* found = find_algorithm(algorithm);
  if (found == nullptr) return std::nullopt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int length = 0;
  if (HMAC(found->digest(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac.data(),
           &length) == nullptr)
    return std::nullopt;
  return std::string(reinterpret_cast<const char*>(mac.data()), length);
}

void SessionKeys::set(const storage::SessionKey& key) {
  std::lock_guard lock(mutex_);
  key_ = key;
}

std::optional<int64_t> SessionKeys::expires_ms() const {
  std::lock_guard lock(mutex_);
  if (!key_ || options_.lifetime.count() <= 0) return std::nullopt;
  return key_->created_ms + options_.lifetime.count();
}

bool SessionKeys::renewal_due(int64_t now_ms) const {
  std::lock_guard lock(mutex_);
  if (!key_) return true;
  if (options_.lifetime.count() > 0 && key_->created_ms + options_.lifetime.count() <= now_ms)
    return true;
  return key_->algorithm != options_.generation_algorithm ||
         key_->key.size() != key_bytes(options_);
}

storage::SessionKey SessionKeys::make(int64_t now_ms) const {
  storage::SessionKey key;
  key.algorithm = options_.generation_algorithm;
  key.created_ms = now_ms;
  key.key.resize(key_bytes(options_));
  RAND_bytes(reinterpret_cast<unsigned char*>(key.key.data()), static_cast<int>(key.key.size()));
  return key;
}

std::optional<RequestSignature> SessionKeys::sign(std::string_view body) const {
  std::lock_guard lock(mutex_);
  if (!key_) return std::nullopt;
  auto mac = message_authentication_code(options_.signature_algorithm, key_->key, body);
  if (!mac) return std::nullopt;
  return RequestSignature{options_.signature_algorithm, *std::move(mac), std::string(body)};
}

Result<void> SessionKeys::verify(const std::optional<RequestSignature>& signature) const {
  if (!signature)
    return fail(ErrorKind::bad_config, "Internal request missing required signature", kBadRequest);
  const std::vector<std::string>& accepted = options_.verification_algorithms;
  if (std::find(accepted.begin(), accepted.end(), signature->algorithm) == accepted.end())
    return fail(ErrorKind::bad_config,
                "This worker does not support the '" + signature->algorithm +
                    "' key signing algorithm used by other workers. This worker is currently "
                    "configured to use: " +
                    in_brackets(accepted) +
                    ". Check that all workers' configuration files permit the same set of "
                    "signature algorithms, and correct any misconfigured worker and restart it.",
                kBadRequest);
  std::lock_guard lock(mutex_);
  if (!key_) return fail(ErrorKind::retriable, kNoKeyYet, kRestException);
  auto expected = message_authentication_code(signature->algorithm, key_->key, signature->body);
  const bool equal = expected && expected->size() == signature->mac.size() &&
                     CRYPTO_memcmp(expected->data(), signature->mac.data(), expected->size()) == 0;
  if (!equal) return fail(ErrorKind::retriable, kWrongSignature, kRestException);
  return {};
}

std::optional<int> internal_request_status(const Error& error) {
  if (error.message() == kNoKeyYet) return 503;
  if (error.message() == kWrongSignature) return 403;
  return std::nullopt;
}

}  // namespace millrace::distributed
