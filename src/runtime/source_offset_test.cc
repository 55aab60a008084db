#include "runtime/source_offset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace millrace::runtime {
namespace {

using data::Cell;
using data::Kind;
using ::testing::HasSubstr;

class SourceOffsetTest : public ::testing::Test {
 protected:
  const Cell* map(std::vector<std::pair<Cell, Cell>> entries) {
    auto* cells = arena_.allocate_array<Cell>(1 + 2 * entries.size());
    cells[0] = data::nested_cell(Kind::kMap, cells + 1, static_cast<uint32_t>(entries.size()));
    for (size_t i = 0; i < entries.size(); ++i) {
      cells[1 + 2 * i] = entries[i].first;
      cells[2 + 2 * i] = entries[i].second;
    }
    return cells;
  }
  std::string text(const Cell& value) {
    return offset_value(map({{data::string_cell("v"), value}})).value().value();
  }
  Arena arena_;
};

// The expected texts are Java's: JsonConverter with schemas.enable=false.
TEST_F(SourceOffsetTest, TextsAreJavas) {
  EXPECT_EQ(offset_key("c", map({{data::string_cell("filename"), data::string_cell("/x")}})),
            R"(["c",{"filename":"/x"}])");
  EXPECT_EQ(offset_key("a \"b\"", nullptr), R"(["a \"b\"",null])");
  EXPECT_EQ(offset_key("c", map({})), R"(["c",{}])");
  EXPECT_EQ(text(data::int64_cell(-42)), R"({"v":-42})");
  EXPECT_EQ(text(data::boolean_cell(true)), R"({"v":true})");
  EXPECT_EQ(text(data::null_cell()), R"({"v":null})");
  EXPECT_EQ(text(data::float64_cell(1)), R"({"v":1.0})");
  EXPECT_EQ(text(data::float64_cell(1e7)), R"({"v":1.0E7})");
  EXPECT_EQ(text(data::float_cell(Kind::kFloat32, 0.1f)), R"({"v":0.1})");
  EXPECT_EQ(text(data::float64_cell(NAN)), R"({"v":"NaN"})");
  EXPECT_EQ(text(data::bytes_cell("abcd")), R"({"v":"YWJjZA=="})");
  EXPECT_EQ(text(data::string_cell("\t\x01/\xc3\xa9\\")), "{\"v\":\"\\t\\u0001/\xc3\xa9\\\\\"}");
  EXPECT_EQ(offset_value(nullptr).value(), std::nullopt);
}

TEST_F(SourceOffsetTest, OnlyFlatMapsOfPrimitives) {
  const auto message = [&](const Cell* offset) { return offset_value(offset).error().message(); };
  EXPECT_EQ(message(map({{data::int32_cell(1), data::int32_cell(1)}})),
            "Offsets may only use String keys");
  EXPECT_EQ(message(map({{data::string_cell("k"), data::nested_cell(Kind::kArray, nullptr, 0)}})),
            "Offsets may only contain primitive types as values, but field k contains ARRAY");
  EXPECT_EQ(message(map({{data::string_cell("k"), data::integer_cell(Kind::kInstant, 1)}})),
            "Offsets may only contain primitive types as values, but field k contains class "
            "java.util.Date");
  const Cell number = data::int32_cell(1);
  EXPECT_EQ(message(&number), "Offsets must be specified as a Map");
}

TEST_F(SourceOffsetTest, ReadsWhatItWrites) {
  for (const Cell& value :
       {data::int64_cell(INT64_MIN), data::float64_cell(1.5), data::null_cell(),
        data::string_cell("\xf0\x9f\x98\x80\n\"\\"), data::boolean_cell(false)}) {
    const Cell* offset = map({{data::string_cell("k"), value}});
    const std::string text = *offset_value(offset).value();
    auto parsed = parse_offset(text, arena_);
    ASSERT_TRUE(parsed) << parsed.error().describe();
    EXPECT_TRUE(data::equal(*parsed, *offset)) << text;
  }
}

TEST_F(SourceOffsetTest, ReadsOtherWritersTexts) {
  auto parsed =
      parse_offset(" { \"a\" : \"\\u00e9\\ud83d\\ude00\\u4e2d\\/\" , \"b\" : 1e3 } ", arena_);
  ASSERT_TRUE(parsed) << parsed.error().describe();
  EXPECT_EQ(data::text(parsed->as.cells[1]), "\xc3\xa9\xf0\x9f\x98\x80\xe4\xb8\xad/");
  EXPECT_EQ(parsed->as.cells[3].as.f64, 1000);
  EXPECT_TRUE(data::is_null(parse_offset("null", arena_).value()));
}

TEST_F(SourceOffsetTest, RefusesWhatIsNoOffset) {
  for (const char* text :
       {"{", "[1]", "{\"a\":[1]}", "{\"a\":{}}", "{\"a\"}", "{1:2}", "{\"a\":1,}", "{\"a\":tru}",
        "{\"a\":\"\\x\"}", "{\"a\":\"b", "nullx", "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud83d\\u"})
    EXPECT_FALSE(parse_offset(text, arena_)) << text;
}

}  // namespace
}  // namespace millrace::runtime
