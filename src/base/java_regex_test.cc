#include "base/java_regex.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

JavaRegex regex(const std::string& pattern) { return *JavaRegex::compile(pattern); }

TEST(JavaRegex, MatchesTheWholeText) {
  EXPECT_TRUE(regex("topic-.*").matches("topic-1"));
  EXPECT_FALSE(regex("topic").matches("topic-1"));
  EXPECT_TRUE(regex("topic").finds("my-topic-1"));
  EXPECT_TRUE(regex("a|ab").matches("ab"));  // backtracks until the whole text is taken
}

TEST(JavaRegex, ReplacesTheFirstFind) {
  EXPECT_EQ(*regex("(.*)-(\\d+)").replace_first("orders-12", "$2_$1"), "12_orders");
  EXPECT_EQ(*regex("(?<name>\\w+)").replace_first("abc def", "<${name}>"), "<abc> def");
  EXPECT_EQ(*regex("b").replace_first("abcb", "\\$x"), "a$xcb");
  EXPECT_EQ(*regex("(a)").replace_first("a", "$11"), "a1");  // there is no group 11
  EXPECT_EQ(*regex("x").replace_first("abc", "y"), "abc");
}

TEST(JavaRegex, SaysWhatIsWrong) {
  auto broken = JavaRegex::compile("a(b");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message().find("a(b"), std::string::npos);
  EXPECT_FALSE(regex("a").replace_first("a", "$1"));
  EXPECT_FALSE(regex("a").replace_first("a", "\\"));
}

}  // namespace
}  // namespace millrace
