#include "data/java_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "data/java_date.h"
#include "data/java_decimal.h"
#include "data/java_hash_map.h"
#include "data/java_number.h"
#include "data/java_string.h"

namespace millrace::data {
namespace {

std::string double_text(double value) {
  std::string text;
  append_java_double(text, value);
  return text;
}

std::string decimal_text(std::string_view number) {
  Arena arena;
  auto decimal = decimal_from_text(arena, number);
  if (!decimal) return "NumberFormatException";
  std::string text;
  append_decimal_text(text, *decimal);
  return text;
}

TEST(JavaNumber, WritesAsDoubleToString) {
  EXPECT_EQ(double_text(100), "100.0");
  EXPECT_EQ(double_text(1e7), "1.0E7");
  EXPECT_EQ(double_text(9999999), "9999999.0");
  EXPECT_EQ(double_text(0.001), "0.001");
  EXPECT_EQ(double_text(0.00099), "9.9E-4");
  EXPECT_EQ(double_text(-0.0), "-0.0");
  EXPECT_EQ(double_text(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(double_text(4.9e-324), "4.9E-324");
  EXPECT_EQ(double_text(1.7976931348623157e308), "1.7976931348623157E308");
  EXPECT_EQ(double_text(-std::numeric_limits<double>::infinity()), "-Infinity");
  std::string text;
  append_java_float(text, 0.1f);
  append_java_float(text, 1e10f);
  EXPECT_EQ(text, "0.11.0E10");
}

TEST(JavaDecimal, ReadsAndWritesAsBigDecimal) {
  EXPECT_EQ(decimal_text("12.30"), "12.30");
  EXPECT_EQ(decimal_text("-0.00"), "0.00");
  EXPECT_EQ(decimal_text("1e3"), "1E+3");
  EXPECT_EQ(decimal_text("0.00000012"), "1.2E-7");
  EXPECT_EQ(decimal_text("0.0000012"), "0.0000012");
  EXPECT_EQ(decimal_text("-123456789012345678901234567890.5"), "-123456789012345678901234567890.5");
  EXPECT_EQ(decimal_text("1e2147483648"), "NumberFormatException");
  EXPECT_EQ(decimal_text("1e"), "NumberFormatException");
  EXPECT_EQ(decimal_text("."), "NumberFormatException");
  Arena arena;
  EXPECT_EQ(decimal_to_int64(*decimal_from_text(arena, "-12.9")), -12);
  EXPECT_EQ(decimal_to_double(*decimal_from_text(arena, "1e400")),
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(unscaled(*decimal_from_text(arena, "-128")), "\x80");
  EXPECT_EQ(unscaled(*decimal_from_text(arena, "128")), std::string_view("\0\x80", 2));
}

TEST(JavaText, WritesStructsMapsAndDates) {
  SchemaRef schema = SchemaBuilder(Kind::kStruct)
                         .field("a", primitive_schema(Kind::kInt32))
                         .field("gone", optional_primitive_schema(Kind::kString))
                         .field("b", primitive_schema(Kind::kString))
                         .build();
  Cell fields[] = {int32_cell(1), null_cell(), string_cell("x")};
  std::string text;
  append_java_text(text, schema.get(), nested_cell(Kind::kStruct, fields, 3));
  EXPECT_EQ(text, "Struct{a=1,b=x}");
  Cell entries[] = {string_cell("k"), null_cell(), string_cell("d"),
                    integer_cell(Kind::kInstant, 1577923200000)};
  text.clear();
  append_java_text(text, nullptr, nested_cell(Kind::kMap, entries, 2));
  EXPECT_EQ(text, "{k=null, d=Thu Jan 02 00:00:00 UTC 2020}");
}

TEST(JavaHashMap, OrdersAsJava) {
  // new HashMap filled with these keys in this order, printed by a JVM.
  const char* names[] = {"zeta", "alpha", "mid", "filename", "position", "topic", "partition"};
  std::vector<Cell> entries;
  for (const char* name : names) {
    entries.push_back(string_cell(name));
    entries.push_back(int32_cell(1));
  }
  HashMapOrder order;
  for (int round = 0; round < 2; ++round) {
    std::vector<Cell> sorted = entries;
    ASSERT_EQ(order.sort(sorted.data(), 7), 7u);
    std::string text;
    for (size_t i = 0; i < sorted.size(); i += 2) text.append(data::text(sorted[i])).append(" ");
    EXPECT_EQ(text, "zeta filename partition alpha mid topic position ");
  }
  EXPECT_EQ(java_string_hash("filename"), -734768633);
}

TEST(JavaString, ReplacesMalformedBytes) {
  Arena arena;
  EXPECT_EQ(decode_utf8("a\xC3", arena), "a\xEF\xBF\xBD");
  EXPECT_EQ(decode_utf8("\xED\xA0\x80", arena), "\xEF\xBF\xBD");
  EXPECT_EQ(encode_utf8("a\xED\xA0\x80", arena), "a?");
  EXPECT_EQ(utf16_length("\xF0\x9D\x84\x9E!"), 3u);
}

}  // namespace
}  // namespace millrace::data
