#include "kafka/wire/sasl.h"

#include <gtest/gtest.h>

#include "kafka/wire/base64.h"
#include "kafka/wire/oauth_token.h"
#include "kafka/wire/wire_settings.h"

namespace millrace::kafka::wire {
namespace {

constexpr const char* kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

std::unique_ptr<SaslClient> rfc7677_client() {
  return make_scram_client(SaslMechanism::kScramSha256, "user", "pencil", "rOprNGfwEbeRWgbNEkqO");
}

TEST(Scram, FollowsTheExampleOfRfc7677) {
  auto client = rfc7677_client();
  EXPECT_EQ(client->first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  auto final_message = client->answer(kServerFirst);
  ASSERT_TRUE(final_message);
  EXPECT_EQ(*final_message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_FALSE(client->complete());
  ASSERT_TRUE(client->answer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  EXPECT_TRUE(client->complete());
}

TEST(Scram, AServerThatDoesNotKnowThePasswordIsRefused) {
  for (const char* last :
       {"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=", "v=!!!!", "x", "e=other-error"}) {
    auto client = rfc7677_client();
    ASSERT_TRUE(client->answer(kServerFirst));
    EXPECT_FALSE(client->answer(last)) << last;
    EXPECT_FALSE(client->complete());
  }
}

TEST(Scram, BadFirstMessagesAreRefused) {
  for (const char* first :
       {"", "r=abc", "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000",
        "r=rOprNGfwEbeRWgbNEkqOx,s=*,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=4096x"}) {
    auto client = rfc7677_client();
    auto answer = client->answer(first);
    ASSERT_FALSE(answer) << first;
    EXPECT_EQ(answer.error().describe().find("pencil"), std::string::npos);
  }
}

TEST(Scram, NamesAreEscaped) {
  auto client = make_scram_client(SaslMechanism::kScramSha512, "a=b,c", "p", "n0");
  EXPECT_EQ(client->first(), "n,,n=a=3Db=2Cc,r=n0");
  EXPECT_NE(random_nonce(), random_nonce());
}

TEST(Plain, IsOneMessage) {
  auto client = make_plain_client("user", "secret");
  EXPECT_EQ(client->first(), std::string("\0user\0secret", 12));
  ASSERT_TRUE(client->answer(""));
  EXPECT_TRUE(client->complete());
}

TEST(OAuth, ARefusalIsAcknowledged) {
  auto client = make_oauth_client("t0ken");
  EXPECT_EQ(client->first(),
            "n,,\x01"
            "auth=Bearer t0ken\x01\x01");
  auto answer = client->answer("{\"status\":\"invalid_token\"}");
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, "\x01");
  EXPECT_FALSE(client->complete());
}

TEST(OAuth, UnsecuredTokens) {
  const std::string token = unsecured_token("a\"b", 100, 60);
  EXPECT_EQ(token, base64_url(R"({"alg":"none"})") + "." +
                       base64_url(R"({"iat":100,"exp":160,"sub":"a\"b"})") + ".");
}

TEST(OAuth, TokensAreFoundInTheAnswersOfEndPoints) {
  auto body = http_body(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"acc\r\n"
      "1a\r\ness_token\" : \"abc.def\" , \"x\r\n5\r\n\":1} \r\n0\r\n\r\n");
  ASSERT_TRUE(body) << body.error().describe();
  EXPECT_EQ(json_member(*body, "access_token").value_or("-"), "abc.def");
  EXPECT_FALSE(json_member(R"({"access_token":null})", "access_token"));
  EXPECT_FALSE(json_member(R"({"access_token":"a\u0020"})", "access_token"));
  EXPECT_FALSE(json_member(R"({"error":"x"})", "access_token"));
  EXPECT_FALSE(http_body("HTTP/1.1 401 Unauthorized\r\n\r\n"));
  EXPECT_FALSE(http_body("ssh-2.0"));
}

TEST(Base64, RoundTrips) {
  for (const std::string text : {"", "a", "ab", "abc", "abcd"})
    EXPECT_EQ(from_base64(base64(text)).value_or("-"), text);
  EXPECT_FALSE(from_base64("abc"));
}

TEST(WireSettings, JavasPropertiesAndDefaults) {
  auto settings = read_wire_settings({{"bootstrap.servers", "a:1, [::1]:2 ,SSL://b:3"},
                                      {"request.timeout.ms", "7"},
                                      {"client.dns.lookup", "use_all_dns_ips"}});
  ASSERT_TRUE(settings) << settings.error().describe();
  EXPECT_EQ(settings->bootstrap, (std::vector<Endpoint>{{"a", 1}, {"::1", 2}, {"b", 3}}));
  EXPECT_EQ(settings->bootstrap[1].text(), "[::1]:2");
  EXPECT_EQ(settings->request_timeout.count(), 7);
  EXPECT_EQ(settings->retry_backoff.count(), 100);
  EXPECT_FALSE(settings->canonical_bootstrap);
}

TEST(WireSettings, AllThatIsWrongIsNamedAtOnce) {
  auto settings = read_wire_settings({{"bootstrap.servers", "a"},
                                      {"request.timeout.ms", "-1"},
                                      {"retry.backoff.ms", "x"},
                                      {"client.dns.lookup", "y"},
                                      {"security.protocol", "z"}});
  ASSERT_FALSE(settings);
  const std::string message = settings.error().message();
  for (const char* part :
       {"Invalid url in bootstrap.servers: a", "request.timeout.ms: Value must be at least 0",
        "retry.backoff.ms: Not a number", "client.dns.lookup", "security.protocol"})
    EXPECT_NE(message.find(part), std::string::npos) << part << " in\n" << message;
}

TEST(Backoff, GrowsToItsLimit) {
  using std::chrono::milliseconds;
  for (int attempt = 0; attempt < 40; ++attempt) {
    const auto wait = backoff(milliseconds(100), milliseconds(1000), attempt).count();
    const int64_t middle = attempt > 3 ? 1000 : int64_t{100} << attempt;
    EXPECT_GE(wait, middle * 8 / 10 - 1);
    EXPECT_LE(wait, middle * 12 / 10 + 1);
  }
  EXPECT_EQ(backoff(milliseconds(0), milliseconds(0), 5).count(), 0);
}

}  // namespace
}  // namespace millrace::kafka::wire
