#include "rest/basic_auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/metrics.h"
#include "rest/fake_herder.h"
#include "rest/server.h"
#include "rest/test_client.h"

namespace millrace::rest {
namespace {

using testing::HasSubstr;

constexpr char kModule[] =
    "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";

std::string entry(const std::string& options, const std::string& module = kModule) {
  return "Other { a.B required x=\"y\"; };\n/* a\n comment */ KafkaConnect { // another\n  " +
         module + " required\n  " + options + ";\n};\n";
}

TEST(BasicAuth, ReadsTheJaasFile) {
  EXPECT_EQ(*credentials_file_of(entry("file=\"/a b/users.properties\"")), "/a b/users.properties");
  EXPECT_EQ(*credentials_file_of(entry("debug=true file='/u'")), "/u");
  auto problem = [](const std::string& text) {
    return credentials_file_of(text).error().message();
  };
  EXPECT_EQ(problem(""), "No LoginModules configured for KafkaConnect");
  EXPECT_EQ(problem("KafkaConnect {"), "No LoginModules configured for KafkaConnect");
  EXPECT_EQ(problem(entry("")), "Property Credentials file must be specified");
  EXPECT_THAT(problem(entry("", "a.Ldap")), HasSubstr("'a.Ldap'"));
  EXPECT_THAT(problem(entry("file=a; a.B required")), HasSubstr("one login module"));
}

TEST(BasicAuth, FindsTheFileInJavaOptions) {
  EXPECT_EQ(jaas_file_of("-Xmx1g -Djava.security.auth.login.config=/etc/jaas.conf -Da=b"),
            "/etc/jaas.conf");
  EXPECT_EQ(jaas_file_of("-Djava.security.auth.login.config='/a b'"), "/a b");
  EXPECT_EQ(jaas_file_of("-Xmx1g"), "");
}

class BasicAuthUsers : public testing::Test {
 protected:
  BasicAuthUsers() {
    char name[] = "/tmp/basic-auth-XXXXXX";
    folder_ = mkdtemp(name);
    write("jaas.conf", entry("file=\"" + folder_ + "/users\""));
  }
  ~BasicAuthUsers() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }
  static bool allows(const BasicAuth& auth, const std::string& header) {
    HttpRequest request;
    if (!header.empty()) request.headers.emplace_back("authorization", header);
    return auth.allows(request);
  }
  std::string folder_;
};

TEST_F(BasicAuthUsers, AsksForNameAndPassword) {
  write("users", "alice=wonder:land\n");
  auto auth = BasicAuth::make(folder_ + "/jaas.conf");
  ASSERT_TRUE(auth) << auth.error().describe();
  EXPECT_FALSE((*auth)->allows_everybody());
  EXPECT_TRUE(allows(**auth, "Basic YWxpY2U6d29uZGVyOmxhbmQ="));  // alice:wonder:land
  EXPECT_TRUE(allows(**auth, "bASIC YWxpY2U6d29uZGVyOmxhbmQ="));
  for (const char* header :
       {"", "Basic", "Basic ", "Basic YWxpY2U6eA==", "Basic Ojp4", "Basic %%%",
        "Bearer YWxpY2U6d29uZGVyOmxhbmQ=", "Basic YWxpY2U=", "Basic Ym9iOndvbmRlcjpsYW5k"})
    EXPECT_FALSE(allows(**auth, header)) << header;
}

TEST_F(BasicAuthUsers, TheServerAsksOfWhatItServes) {
  write("users", "alice=wonder:land\n");
  RestServerOptions options;
  options.listeners = {"http://127.0.0.1:0"};
  options.extension_classes = {std::string(BasicAuth::kExtension)};
  options.jaas_file = folder_ + "/jaas.conf";
  auto server = RestServer::open(options);
  ASSERT_TRUE(server) << server.error().describe();
  FakeHerder herder;
  MetricRegistry metrics;
  (*server)->attach(herder, metrics);
  const std::string url = (*server)->bound_urls().front();
  TestClient client(std::stoi(url.substr(url.rfind(':') + 1)));
  const std::string user = "Authorization: Basic YWxpY2U6d29uZGVyOmxhbmQ=\r\n";
  for (const char* path : {"/connectors", "/openapi.json", "/admin/loggers", "/metrics"}) {
    EXPECT_EQ(client.request("GET", path).status, 401) << path;
    EXPECT_EQ(client.request("GET", path, "", user).status, 200) << path;
  }
  EXPECT_EQ(client.request("GET", "/connectors").body, "User cannot access the resource.");
  EXPECT_EQ(client.request("OPTIONS", "/connectors").status, 401);
  EXPECT_EQ(client.request("DELETE", "/connectors/c").status, 401);
  EXPECT_EQ(client.request("GET", "/nowhere").status, 404);
  (*server)->stop();
}

TEST(RestExtensions, OneThatIsNotThereIsRefused) {
  RestServerOptions options;
  options.listeners = {"http://127.0.0.1:0"};
  options.extension_classes = {"com.example.Guard"};
  auto server = RestServer::open(options);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message(), HasSubstr("com.example.Guard"));
}

TEST_F(BasicAuthUsers, AnEmptyFileLetsEveryoneIn) {
  write("users", "# nobody\n");
  auto auth = BasicAuth::make(folder_ + "/jaas.conf");
  ASSERT_TRUE(auth);
  EXPECT_TRUE((*auth)->allows_everybody());
  EXPECT_TRUE(allows(**auth, ""));
}

TEST_F(BasicAuthUsers, WithoutItsFilesItRefusesToStart) {
  unsetenv("KAFKA_OPTS");
  EXPECT_THAT(BasicAuth::make("").error().message(), HasSubstr("KAFKA_OPTS"));
  EXPECT_THAT(BasicAuth::make("/no/such").error().message(), HasSubstr("/no/such"));
  EXPECT_THAT(BasicAuth::make(folder_ + "/jaas.conf").error().message(),
              HasSubstr("Property Credentials"));
}

}  // namespace
}  // namespace millrace::rest
