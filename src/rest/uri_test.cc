#include "rest/uri.h"

#include <gtest/gtest.h>

namespace millrace::rest {
namespace {

TEST(UriTest, SplitsTargets) {
  auto target = split_target("/a/b?x=1&y#z");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a/b");
  EXPECT_EQ(target->query, "x=1&y");
  EXPECT_EQ(split_target("http://host:1/a?b")->path, "/a");
  EXPECT_FALSE(split_target("*"));
  EXPECT_FALSE(split_target(""));
  EXPECT_FALSE(split_target("http://host"));
}

TEST(UriTest, DecodesPercent) {
  EXPECT_EQ(percent_decode("a%20b+%C3%BC%2f"), "a b+ü/");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
  for (const char* bad : {"%", "%4", "%zz", "%00", "%ff", "%C3", "%ED%A0%80", "%F4%90%80%80"}) {
    EXPECT_FALSE(percent_decode(bad)) << bad;
  }
}

TEST(UriTest, EncodedPathsComeBack) {
  std::string all;
  for (int c = 1; c < 128; ++c) all.push_back(static_cast<char>(c));
  all += "ü€𝄞";
  EXPECT_EQ(percent_decode(percent_encode_path(all)), all);
  EXPECT_EQ(percent_encode_path("a b/%ü"), "a%20b/%25%C3%BC");
}

TEST(UriTest, ReadsQueries) {
  Query query = Query::parse("a=1&b&a=2&&c=x+y%21&d=%zz&E=TRUE&blank=+%00&n=no");
  EXPECT_EQ(*query.find("a"), "1");
  EXPECT_EQ(query.all("a"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(*query.find("b"), "");
  EXPECT_EQ(*query.find("c"), "x y!");
  EXPECT_EQ(*query.find("d"), "%zz");
  EXPECT_EQ(query.find("x"), nullptr);
  EXPECT_TRUE(query.boolean("E", false));
  EXPECT_FALSE(query.boolean("n", true));
  EXPECT_TRUE(query.boolean("b", true));
  EXPECT_FALSE(query.boolean("blank", false));
  EXPECT_TRUE(query.boolean("none", true));
}

}  // namespace
}  // namespace millrace::rest
