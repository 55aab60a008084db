// What servers say while a client logs in: SCRAM messages and answers of token end points.
#include <cstddef>
#include <cstdint>

#include "kafka/wire/oauth_token.h"
#include "kafka/wire/sasl.h"

using namespace millrace::kafka::wire;
using millrace::kafka::SaslMechanism;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto body = http_body(text)) (void)json_member(*body, "access_token");
  (void)json_member(text, "access_token");
  auto client = make_scram_client(SaslMechanism::kScramSha256, "user", "secret", "n");
  const size_t split = text.find('\n');
  if (client->answer(text.substr(0, split)) && split != std::string_view::npos)
    (void)client->answer(text.substr(split + 1));
  // Nobody but who knows the password can give the right signature.
  if (client->complete()) __builtin_trap();
  return 0;
}
