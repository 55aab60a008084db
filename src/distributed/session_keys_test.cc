#include "distributed/session_keys.h"

#include <gtest/gtest.h>

namespace millrace::distributed {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[static_cast<uint8_t>(c) >> 4];
    text += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

storage::SessionKey zero_key() { return {std::string(32, '\0'), "HmacSHA256", 1'000}; }

// As the Java worker signs them, in base64: thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0= and
// grFGAKMHFhv2reBSk0scY8+E2IBWmPCw4mKPyvfUm2k=.
TEST(SessionKeys, SignsAsJavaDoes) {
  SessionKeys keys({});
  EXPECT_FALSE(keys.sign(""));
  keys.set(zero_key());
  EXPECT_EQ(hex(keys.sign("")->mac),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(hex(keys.sign("[{\"a\":\"b\"}]")->mac),
            "82b14600a307161bf6ade052934b1c63cf84d8805698f0b0e2628fcaf7d49b69");
}

TEST(SessionKeys, VerifiesInJavasOrder) {
  SessionKeys keys({});
  EXPECT_EQ(keys.verify(std::nullopt).error().message(),
            "Internal request missing required signature");
  RequestSignature signature{"HmacSHA1", "x", "body"};
  EXPECT_EQ(keys.verify(signature).error().kind(), ErrorKind::bad_config);
  signature.algorithm = "HmacSHA256";
  EXPECT_EQ(internal_request_status(keys.verify(signature).error()), 503);
  keys.set(zero_key());
  EXPECT_EQ(internal_request_status(keys.verify(signature).error()), 403);
  EXPECT_TRUE(keys.verify(keys.sign("body")).has_value());
  auto other = keys.sign("body");
  other->body = "Body";
  EXPECT_FALSE(keys.verify(other).has_value());
}

TEST(SessionKeys, AreRenewed) {
  SessionKeyOptions options;
  options.lifetime = std::chrono::milliseconds(500);
  SessionKeys keys(options);
  EXPECT_TRUE(keys.renewal_due(0));
  keys.set(zero_key());
  EXPECT_FALSE(keys.renewal_due(1'499));
  EXPECT_TRUE(keys.renewal_due(1'500));
  EXPECT_EQ(keys.expires_ms(), 1'500);
  storage::SessionKey other = zero_key();
  other.key.resize(16);
  keys.set(other);
  EXPECT_TRUE(keys.renewal_due(1'000));
  const storage::SessionKey made = keys.make(7);
  EXPECT_EQ(made.key.size(), 32U);
  EXPECT_EQ(made.created_ms, 7);
  EXPECT_NE(made.key, keys.make(7).key);
}

}  // namespace
}  // namespace millrace::distributed
