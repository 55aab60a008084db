#include "data/number_format.h"

#include <gtest/gtest.h>

namespace millrace::data {
namespace {

// The texts are those of the JDK.

TEST(NumberFormat, Integers) {
  EXPECT_EQ(integer_format("", Kind::kInt32).message(), "For input string: \"\"");
  EXPECT_EQ(integer_format("1.5", Kind::kInt64).message(), "For input string: \"1.5\"");
  EXPECT_EQ(integer_format("300", Kind::kInt8).message(),
            "Value out of range. Value:\"300\" Radix:10");
  EXPECT_EQ(integer_format("+40000", Kind::kInt16).message(),
            "Value out of range. Value:\"+40000\" Radix:10");
  EXPECT_EQ(integer_format("99999999999", Kind::kInt8).message(),
            "For input string: \"99999999999\"");
}

TEST(NumberFormat, FloatingPoint) {
  EXPECT_EQ(floating_format(" ").message(), "empty String");
  EXPECT_EQ(floating_format(" x ").message(), "For input string: \"x\"");
}

TEST(NumberFormat, Decimals) {
  EXPECT_EQ(decimal_format("-").message(), "No digits found.");
  EXPECT_EQ(decimal_format("e5").message(), "No digits found.");
  EXPECT_EQ(decimal_format("***").message(),
            "Character * is neither a decimal digit number, decimal point, nor \"e\" notation "
            "exponential mark.");
  EXPECT_EQ(decimal_format("1.2.3").message(),
            "Character array contains more than one decimal point.");
  EXPECT_EQ(decimal_format(".").message(), "No digits found.");
  EXPECT_EQ(decimal_format("1ex").message(), "Not a digit.");
  EXPECT_EQ(decimal_format("1e9999999999").message(), "Exponent overflow.");
  EXPECT_EQ(decimal_format("1e99999999999").message(), "Too many nonzero exponent digits.");
  EXPECT_EQ(decimal_format("a long text that is no number").message(),
            "Character array is missing \"e\" notation exponential mark.");
}

}  // namespace
}  // namespace millrace::data
