#include "rest/json_value.h"

#include <gtest/gtest.h>

namespace millrace::rest {
namespace {

TEST(JsonValueTest, KeepsWhatWasWritten) {
  constexpr const char* kText =
      R"({"b":1.50,"a":[1e5,-0.0,12345678901234567890123,true,null],"c":"\"ü\n"})";
  auto value = parse_json(kText);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->to_json(), kText);
  EXPECT_EQ(value->find("b")->text, "1.50");
}

TEST(JsonValueTest, TheLastOfARepeatedMemberWins) {
  EXPECT_EQ(parse_json(R"({"a":1,"b":2,"a":3})")->to_json(), R"({"a":3,"b":2})");
}

TEST(JsonValueTest, RefusesWhatIsNoJson) {
  for (const char* bad : {"", "{", "{} x", "nul", "\"\xff\"", "{\"a\":}", "[1,]", "01"}) {
    EXPECT_FALSE(parse_json(bad)) << bad;
  }
  EXPECT_TRUE(parse_json(std::string(1000, '[') + std::string(1000, ']')));
  EXPECT_FALSE(parse_json(std::string(1001, '[') + std::string(1001, ']')));
}

TEST(JsonValueTest, ReplacesBadBytes) { EXPECT_EQ(json_string("a\xff"), "\"a\xEF\xBF\xBD\""); }

}  // namespace
}  // namespace millrace::rest
