#pragma once
// The key by which workers of one cluster know each other's requests (KIP-507): made and renewed by
// the leader, spread through the config topic.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/cluster_state.h"

namespace millrace::distributed {

// inter.worker.*
struct SessionKeyOptions {
  std::string generation_algorithm = "HmacSHA256";
  std::optional<int> key_size;                    // bits; nothing: the algorithm's own
  std::chrono::milliseconds lifetime{3'600'000};  // 0 or less: for ever
  std::string signature_algorithm = "HmacSHA256";
  std::vector<std::string> verification_algorithms{"HmacSHA256"};
};

// What the two headers X-Connect-Request-Signature-Algorithm and X-Connect-Authorization say, and
// the bytes of the body that they speak of.
struct RequestSignature {
  std::string algorithm;
  std::string mac;  // raw bytes
  std::string body;
};

// Thread-safe.
class SessionKeys {
 public:
  explicit SessionKeys(SessionKeyOptions options) : options_(std::move(options)) {}

  // The newest that was read; no key before is good any more.
  void set(const storage::SessionKey& key);
  // The leader is to make a new one: there is none, it has expired, or it is not of the kind that
  // this worker is configured to make.
  bool renewal_due(int64_t now_ms) const;
  // Since the epoch; nothing: never.
  std::optional<int64_t> expires_ms() const;
  storage::SessionKey make(int64_t now_ms) const;

  // nullopt while there is no key.
  std::optional<RequestSignature> sign(std::string_view body) const;
  // Java's answers: bad_config (400), and those of which internal_request_status knows 403 and 503.
  Result<void> verify(const std::optional<RequestSignature>& signature) const;

  const SessionKeyOptions& options() const { return options_; }

 private:
  const SessionKeyOptions options_;
  mutable std::mutex mutex_;
  std::optional<storage::SessionKey> key_;
};

// The HTTP status of an answer to a worker's request that its kind does not tell: 403, 503.
std::optional<int> internal_request_status(const Error& error);

// Raw bytes; nullopt: no such algorithm. Java's names: HmacSHA256 ...; any case.
std::optional<std::string> message_authentication_code(std::string_view algorithm,
                                                       std::string_view key, std::string_view body);
// Bytes of a key that Java's KeyGenerator makes where no size is given; nullopt: no such algorithm.
std::optional<size_t> default_key_bytes(std::string_view algorithm);

}  // namespace millrace::distributed
