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

// What the Java worker answers to the same texts.
TEST(JsonValueTest, TellsWhatIsWrongAsJacksonDoes) {
  auto problem = [](std::string_view text) {
    std::string message = parse_json(text).error().message();
    const std::string source =
        "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); ";
    for (size_t at; (at = message.find(source)) != std::string::npos;)
      message.replace(at, source.size(), "[");
    return message;
  };
  EXPECT_EQ(problem("{"),
            "Unexpected end-of-input: expected close marker for Object (start marker at [line: 1, "
            "column: 1])\n at [line: 1, column: 2]");
  EXPECT_EQ(problem("{\n  \"a\": 1\n  \"b\"}"),
            "Unexpected character ('\"' (code 34)): was expecting comma to separate Object "
            "entries\n at [line: 3, column: 3]");
  EXPECT_EQ(problem("{\"a\":nulx}"),
            "Unrecognized token 'nulx': was expecting (JSON String, Number, Array, Object or token "
            "'null', 'true' or 'false')\n at [line: 1, column: 6]");
  EXPECT_EQ(problem("{]"),
            "Unexpected close marker ']': expected '}' (for Object starting at [line: 1, column: "
            "1])\n at [line: 1, column: 2]");
  EXPECT_EQ(problem("{\"a\":\"\xff\"}"), "Invalid UTF-8 start byte 0xff\n at [line: 1, column: 8]");
  EXPECT_EQ(problem("{\x01}"),
            "Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is "
            "allowed between tokens\n at [line: 1, column: 3]");
  EXPECT_EQ(problem("{\"a\":-01}"),
            "Invalid numeric value: Leading zeroes not allowed\n at [line: 1, column: 8]");
  EXPECT_EQ(problem("{\"a\":\"b\\"),
            "Unexpected end-of-input in character escape sequence\n at [line: 1, column: 9]");
}

TEST(JsonValueTest, KeepsSurrogatesWithoutTheirOtherHalf) {
  EXPECT_EQ(parse_json(R"(["\ud800x\udc00","\ud83d\ude00"])")->to_json(),
            "[\"\\uD800x\\uDC00\",\"\xF0\x9F\x98\x80\"]");
}

TEST(JsonValueTest, TakesUtf16) {
  using namespace std::string_view_literals;
  EXPECT_EQ(parse_json("\xff\xfe{\0\"\0a\0\"\0:\0\x31\0}\0"sv)->to_json(), R"({"a":1})");
}

TEST(JsonValueTest, KeepsWhatStandsBeforeTheProblem) {
  JsonValue document = parse_json_request(R"({"a":[],"b":{"c":1,}})");
  ASSERT_TRUE(document.broken);
  EXPECT_EQ(document.find("a")->begin.column, 6u);
  EXPECT_TRUE(document.find("b")->broken);
  EXPECT_EQ(document.find("b")->find("c")->text, "1");
  EXPECT_TRUE(parse_json_request(" ").is_null());
  EXPECT_EQ(parse_json_request("{}{}").trailing->trailing_token, "START_OBJECT");
}

TEST(JsonValueTest, ReplacesBadBytes) { EXPECT_EQ(json_string("a\xff"), "\"a\xEF\xBF\xBD\""); }

}  // namespace
}  // namespace millrace::rest
