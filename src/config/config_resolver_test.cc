#include "config/config_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/config_provider.h"

namespace millrace::config {
namespace {

using testing::Contains;
using testing::HasSubstr;

class ConfigResolverTest : public testing::Test {
 protected:
  ConfigResolverTest() {
    char name[] = "/tmp/config-resolver-XXXXXX";
    folder_ = mkdtemp(name);
    std::filesystem::create_directories(folder_ + "/allowed");
    write("allowed/secrets.properties", "user = me\npassword=p:a}ss \\u00e4\n");
    write("outside.properties", "password=other\n");
    write("allowed/token", "the token\n");
  }
  ~ConfigResolverTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }
  std::shared_ptr<ConfigResolver> make(const Properties& more = {}) const {
    Properties worker{
        {"config.providers", "file, dir,env"},
        {"config.providers.file.class",
         "org.apache.kafka.common.config.provider.FileConfigProvider"},
        {"config.providers.dir.class",
         "org.apache.kafka.common.config.provider.DirectoryConfigProvider"},
        {"config.providers.env.class",
         "org.apache.kafka.common.config.provider.EnvVarConfigProvider"},
    };
    for (const auto& [key, value] : more) worker[key] = value;
    auto made = make_config_resolver(worker);
    EXPECT_TRUE(made) << made.error().describe();
    return *made;
  }
  std::string one(ConfigResolver& resolver, const std::string& text) const {
    auto resolved = resolver.resolve({{"k", text}});
    return resolved ? resolved->at("k") : "failed: " + resolved.error().message();
  }

  std::string folder_;
};

TEST_F(ConfigResolverTest, ReplacesVariablesOfFiles) {
  auto resolver = make();
  const std::string file = folder_ + "/allowed/secrets.properties";
  EXPECT_EQ(one(*resolver, "${file:" + file + ":user}/${file:" + file + ":password}!"),
            "me/p:a}ss \xc3\xa4!");
  EXPECT_EQ(one(*resolver, "${dir:" + folder_ + "/allowed:token}"), "the token\n");
  setenv("MILLRACE_TEST_VALUE", "from the environment", 1);
  EXPECT_EQ(one(*resolver, "${env:MILLRACE_TEST_VALUE}"), "from the environment");
  EXPECT_EQ(one(*resolver, "${env::MILLRACE_TEST_VALUE}"), "from the environment");
}

TEST_F(ConfigResolverTest, LeavesWhatItDoesNotKnow) {
  auto resolver = make();
  const std::string file = folder_ + "/allowed/secrets.properties";
  for (const std::string& text :
       {std::string("${nobody:a:b}"), "${file:" + file + ":nothing}", std::string("${plain}"),
        std::string("${env:MILLRACE_TEST_UNSET}"), std::string("${file:"), std::string("$${x}"),
        "${dir:" + folder_ + "/allowed:../outside.properties}", std::string("${file:user}")})
    EXPECT_EQ(one(*resolver, text), text);
  setenv("MILLRACE_TEST_VALUE", "v", 1);
  EXPECT_EQ(one(*resolver, "${nobody:x} ${env:MILLRACE_TEST_VALUE} ${y}"), "${nobody:x} v ${y}");
}

TEST_F(ConfigResolverTest, ProvidersThatFailFailTheWhole) {
  auto resolver = make();
  EXPECT_EQ(one(*resolver, "${file:/no/such/file:a}"),
            "failed: Could not read properties from file /no/such/file");
  EXPECT_EQ(one(*resolver, "${env:some/path:a}"),
            "failed: Path is not supported for EnvVarConfigProvider, invalid value 'some/path'");
}

TEST_F(ConfigResolverTest, AllowListsHold) {
  auto resolver = make({{"config.providers.file.param.allowed.paths", folder_ + "/allowed/"},
                        {"config.providers.dir.param.allowed.paths", folder_ + "/allowed"},
                        {"config.providers.env.param.allowlist.pattern", "MILLRACE_.*"}});
  const std::string file = folder_ + "/allowed/secrets.properties";
  EXPECT_EQ(one(*resolver, "${file:" + file + ":user}"), "me");
  for (const std::string& path :
       {folder_ + "/outside.properties", folder_ + "/allowed/../outside.properties",
        folder_ + "/allowedly"}) {
    const std::string text = "${file:" + path + ":password}";
    EXPECT_EQ(one(*resolver, text), text);
  }
  const std::string folder = "${dir:" + folder_ + ":outside.properties}";
  EXPECT_EQ(one(*resolver, folder), folder);
  setenv("OTHER_TEST_VALUE", "v", 1);
  EXPECT_EQ(one(*resolver, "${env:OTHER_TEST_VALUE}"), "${env:OTHER_TEST_VALUE}");
}

TEST_F(ConfigResolverTest, SaysWhatItReplaced) {
  auto resolver = make();
  setenv("MILLRACE_TEST_VALUE", "secret", 1);
  auto resolution = resolver->resolution({{"a", "x${env:MILLRACE_TEST_VALUE}"}, {"b", "y"}});
  ASSERT_TRUE(resolution);
  EXPECT_EQ(resolution->resolved_keys, std::set<std::string>{"a"});
  EXPECT_THAT(resolution->secrets, Contains("secret"));
  EXPECT_TRUE(resolution->times_to_live.empty());
}

TEST_F(ConfigResolverTest, BadDeclarationsAreNamed) {
  auto problem = [](const Properties& worker) {
    auto made = make_config_resolver(worker);
    return made ? std::string() : made.error().message();
  };
  EXPECT_THAT(problem({{"config.providers", "a"}}), HasSubstr("\"config.providers.a.class\""));
  EXPECT_THAT(problem({{"config.providers", "a"}, {"config.providers.a.class", "x.Vault"}}),
              HasSubstr("Class x.Vault could not be found"));
  EXPECT_THAT(problem({{"config.providers", "a"},
                       {"config.providers.a.class", "File"},
                       {"config.providers.a.param.allowed.paths", "relative"}}),
              HasSubstr("Path relative is not absolute"));
  EXPECT_THAT(problem({{"config.providers", "a"},
                       {"config.providers.a.class", "File"},
                       {"config.providers.a.param.allowed.paths", "/no/such"}}),
              HasSubstr("Path /no/such does not exist"));
}

TEST(RestoreVariables, WholeValuesGoBackToTheRawText) {
  Properties task{{"password", "resolved"}, {"file", "f"}, {"other", "o"}};
  restore_variables({{"password", "x${env:A}"}, {"file", "f"}, {"missing", "${env:B}"}}, task);
  EXPECT_EQ(task, (Properties{{"password", "x${env:A}"}, {"file", "f"}, {"other", "o"}}));
}

}  // namespace
}  // namespace millrace::config
