#include "kafka/librdkafka/iso_duration.h"

#include <gtest/gtest.h>

namespace millrace::kafka {
namespace {

int64_t parsed(std::string_view text) {
  auto duration = parse_iso_duration(text);
  return duration ? duration->count() : -1;
}

// What java.time.Duration.parse makes of them.
TEST(IsoDuration, IsReadAsByJava) {
  EXPECT_EQ(parsed("PT1H"), 3'600'000);
  EXPECT_EQ(parsed("pt1h"), 3'600'000);
  EXPECT_EQ(parsed("P1D"), 86'400'000);
  EXPECT_EQ(parsed("PT0S"), 0);
  EXPECT_EQ(parsed("-PT1H"), -3'600'000);
  EXPECT_EQ(parsed("+P1DT1H1M1S"), 90'061'000);
  EXPECT_EQ(parsed("PT1,5S"), 1500);
  EXPECT_EQ(parsed("PT1.S"), 1000);
  EXPECT_EQ(parsed("PT-1.5S"), -1500);
  EXPECT_EQ(parsed("PT-0.5S"), -500);
  EXPECT_EQ(parsed("PT-6H3M"), -21'420'000);
  EXPECT_EQ(parsed("PT1.123456789S"), 1123);
  EXPECT_EQ(parsed("PT0.0005S"), 0);
  EXPECT_EQ(parsed("P2DT3H4M20.345S"), 183'860'345);
}

TEST(IsoDuration, IsRefusedAsByJava) {
  for (const char* text :
       {"", "P", "PT", "P1DT", "PT.5S", "PT1M1H", "PT1.1234567891S", "P1W", "P1Y", "P1D ", "PT++1S",
        "PT1H1H", "P1DT1D", "PT--1S", "PT1", "1H", "PT9223372036854775807S", "PT1.5H"})
    EXPECT_FALSE(parse_iso_duration(text).has_value()) << text;
}

}  // namespace
}  // namespace millrace::kafka
