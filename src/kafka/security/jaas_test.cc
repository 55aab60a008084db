#include "kafka/security/jaas.h"

#include <gmock/gmock.h>

namespace millrace::kafka {
namespace {

TEST(Jaas, QuotesEscapesCommentsAndBareWords) {
  auto module = parse_jaas(
      "a.b.Module REQUIRED /* c */ one=\"a \\\"b\\\" = ;\" two='x\\ty' // rest\n three=w-0.r_d "
      "\"four\"=\"\\101\" ;");
  ASSERT_TRUE(module) << module.error().message();
  EXPECT_EQ(module->login_module, "a.b.Module");
  EXPECT_THAT(
      module->options,
      testing::ElementsAre(testing::Pair("four", "A"), testing::Pair("one", "a \"b\" = ;"),
                           testing::Pair("three", "w-0.r_d"), testing::Pair("two", "x\ty")));
}

TEST(Jaas, MistakesSayWhatWasExpected) {
  for (const char* text :
       {"", ";", "a.Module", "a.Module perhaps;", "a.Module required", "a.Module required x;",
        "a.Module required x=;", "a.Module required x=\"open;", "a.Module required x=1; more",
        "a.Module required; b.Module required;"}) {
    auto module = parse_jaas(text);
    ASSERT_FALSE(module) << text;
    EXPECT_THAT(module.error().message(), testing::StartsWith("expected ")) << text;
  }
}

}  // namespace
}  // namespace millrace::kafka
