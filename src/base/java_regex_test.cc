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

TEST(JavaRegex, ReadsSetsAsJavaDoes) {
  EXPECT_TRUE(regex("[a-z&&[^aeiou]]+").matches("xyz"));
  EXPECT_FALSE(regex("[a-z&&[^aeiou]]+").matches("xya"));
  EXPECT_TRUE(regex("[a-c[x-z]]+").matches("axbz"));
  EXPECT_TRUE(regex("[^a-c[x-z]]+").matches("defg"));
  EXPECT_FALSE(regex("[[:alpha:]]+").matches("orders"));  // the letters of ":alpha:" only
  EXPECT_TRUE(regex("[[:alpha:]]+").matches("pal"));
  EXPECT_TRUE(regex("[]a]+").matches("a]"));
  EXPECT_TRUE(regex("[\\w&&\\D]+").matches("abc"));
  EXPECT_FALSE(regex("[\\w&&\\D]+").matches("ab1"));
}

TEST(JavaRegex, KnowsJavasNamesAndEscapes) {
  EXPECT_TRUE(regex("\\p{IsLatin}+").matches("orders"));
  EXPECT_FALSE(regex("\\p{Alpha}+").matches("\u00e4"));
  EXPECT_TRUE(regex("[\\p{Alpha}\\P{Digit}]+").matches("a-"));
  EXPECT_TRUE(regex("\\u0041\\x{42}\\0103").matches("ABC"));
  EXPECT_TRUE(regex("\\Qa.b\\E").matches("a.b"));
  EXPECT_TRUE(regex("(?iu)ORDERS").matches("orders"));
  EXPECT_FALSE(JavaRegex::compile("(*FAIL)"));
  EXPECT_FALSE(JavaRegex::compile("(?R)"));
  EXPECT_FALSE(JavaRegex::compile("a{x"));
}

TEST(JavaRegex, ReadsReferencesToGroupsAsJavaDoes) {
  EXPECT_TRUE(regex("(o)r\\1").matches("oro"));
  EXPECT_TRUE(regex("(o)\\11").matches("oo1"));  // there is no group 11
  EXPECT_TRUE(regex("a|\\2(b)").matches("a"));   // nor a second: it never matches
  EXPECT_FALSE(regex("\\2(b)").matches("b"));
  EXPECT_TRUE(regex("(?<n>o)\\k<n>").matches("oo"));
  EXPECT_FALSE(JavaRegex::compile("\\k<n>(?<n>o)"));
  EXPECT_FALSE(JavaRegex::compile("[\\1]"));
}

TEST(JavaRegex, RepeatsAssertions) {
  EXPECT_TRUE(regex("\\A+o\\b*\\z?").matches("o"));
  EXPECT_TRUE(regex("\\Z??^*o$*").matches("o"));
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
