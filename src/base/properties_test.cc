// Expected values were obtained from java.util.Properties.load.

#include "base/properties.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::map<std::string, std::string> load(std::string_view text) {
  auto file = parse_properties(text);
  EXPECT_TRUE(file.has_value());
  return file ? file->values : std::map<std::string, std::string>{};
}
using Values = std::map<std::string, std::string>;

TEST(PropertiesTest, TakesAllThreeSeparators) {
  EXPECT_EQ(load("a=1\nb:2\nc 3\nd = 4\ne\t:\t5\nf\n"),
            (Values{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"e", "5"}, {"f", ""}}));
}

TEST(PropertiesTest, OnlyTheFirstSeparatorSeparates) {
  EXPECT_EQ(load("a==1\nb=:2\nc  = = 3\nd :: 4"),
            (Values{{"a", "=1"}, {"b", ":2"}, {"c", "= 3"}, {"d", ": 4"}}));
}

TEST(PropertiesTest, KeepsTrailingBlanksOfValues) { EXPECT_EQ(load("a = x  \n")["a"], "x  "); }

TEST(PropertiesTest, SkipsCommentsAndBlankLines) {
  EXPECT_EQ(load("# one\n  ! two \\\na=1\n\n \t\f\nb=2#x\r\n"), (Values{{"a", "1"}, {"b", "2#x"}}));
}

TEST(PropertiesTest, JoinsContinuedLines) {
  EXPECT_EQ(load("a=x,\\\n   y,\\\r\n\tz\nb=1\\\\\nc=2\\\\\\\n3"),
            (Values{{"a", "x,y,z"}, {"b", "1\\"}, {"c", "2\\3"}}));
}

TEST(PropertiesTest, ContinuedLineIsNoComment) {
  EXPECT_EQ(load("a=1\\\n#2\n"), (Values{{"a", "1#2"}}));
}

TEST(PropertiesTest, BlankLineEndsContinuation) {
  EXPECT_EQ(load("a=1\\\n\nb=2\n"), (Values{{"a", "1"}, {"b", "2"}}));
}

TEST(PropertiesTest, BackslashAtTheEndIsDropped) { EXPECT_EQ(load("a=1\\"), (Values{{"a", "1"}})); }

TEST(PropertiesTest, LoneBackslashLineStartsOver) {
  EXPECT_EQ(load("\\\n# c\na=1"), (Values{{"a", "1"}}));
}

TEST(PropertiesTest, Unescapes) {
  EXPECT_EQ(load("a\\ b\\=c\\:d=\\t\\n\\r\\f\\z\\\\ \\u0041\\u00e9"),
            (Values{{"a b=c:d", "\t\n\r\fz\\ A\xc3\xa9"}}));
}

TEST(PropertiesTest, SurrogatePairsAreOneCharacter) {
  EXPECT_EQ(load("a=\\uD83D\\uDE00")["a"], "\xf0\x9f\x98\x80");
}

TEST(PropertiesTest, KeepsUtf8) { EXPECT_EQ(load("a=\xc3\xa9")["a"], "\xc3\xa9"); }

TEST(PropertiesTest, FilesAreLatin1AsInJava) {
  auto values = [](std::string_view bytes) { return parse_properties_file(bytes, "f")->values; };
  EXPECT_EQ(values("a=\xe9\\u00e9"), (Values{{"a", "\xc3\xa9\xc3\xa9"}}));
  EXPECT_EQ(values("\xe9=\xc3\xa9"), (Values{{"\xc3\xa9", "\xc3\x83\xc2\xa9"}}));
}

TEST(PropertiesTest, LaterKeysWin) { EXPECT_EQ(load("a=1\na=2\n"), (Values{{"a", "2"}})); }

TEST(PropertiesTest, EmptyKey) { EXPECT_EQ(load("=1"), (Values{{"", "1"}})); }

TEST(PropertiesTest, BackslashThatEndsTheText) {
  EXPECT_EQ(load("a=1\n\\"), (Values{{"a", "1"}, {"", ""}}));
  EXPECT_EQ(load("a=1\\"), (Values{{"a", "1"}}));
  EXPECT_EQ(load("a=1\n\\\n"), (Values{{"a", "1"}}));
}

TEST(PropertiesTest, KnowsTheLineOfEachKey) {
  auto file = parse_properties("# c\r\na=1\\\r\n  2\r\n\r\nb=3\ra=4");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->lines["b"], 5);
  EXPECT_EQ(file->lines["a"], 6);
}

TEST(PropertiesTest, MalformedUnicodeNamesTheLine) {
  for (std::string_view bad : {"x=1\na=\\u00g0", "x=1\na=\\u12", "x=1\n\\u=2"}) {
    auto file = parse_properties(bad);
    ASSERT_FALSE(file.has_value()) << bad;
    EXPECT_EQ(file.error().kind(), ErrorKind::bad_config);
    EXPECT_EQ(file.error().message().substr(0, 31), "line 2: Malformed \\uxxxx encodi");
  }
}

TEST(PropertiesTest, MissingFileIsNamed) {
  auto file = read_properties_file("/nonexistent/worker.properties");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().message(),
            "/nonexistent/worker.properties: cannot be read: No such file or directory");
}

TEST(PropertiesTest, FolderIsNoFile) { EXPECT_FALSE(read_properties_file("/tmp").has_value()); }

}  // namespace
}  // namespace millrace
