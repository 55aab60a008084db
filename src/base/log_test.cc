#include "base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace {
namespace {

class LogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    logging::set_standard_error(false);
    logging::set_observer([this](const LogLine& line) {
      lines_.push_back(std::string(logging::level_name(line.level)) + " " +
                       std::string(line.context) + std::string(line.message));
    });
  }
  void TearDown() override {
    logging::set_observer({});
    logging::set_level("root", LogLevel::kInfo);
    logging::set_standard_error(true);
  }
  std::vector<std::string> lines_;
};

TEST_F(LogTest, HolesAreFilledInOrder) {
  Logger log("test.Holes", "[sink-a|task-0] ");
  log.info("{} of {} for {} {}", 3, 4.5, std::string("x"), true);
  log.info("no hole", 1);
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_EQ(lines_[0], "INFO [sink-a|task-0] 3 of 4.500000 for x true");
  EXPECT_EQ(lines_[1], "INFO [sink-a|task-0] no hole");
}

TEST_F(LogTest, ALevelReachesEveryLoggerBelowThePrefix) {
  Logger log("test.family.Child");
  log.debug("hidden");
  EXPECT_EQ(logging::set_level("test.family", LogLevel::kDebug),
            (std::vector<std::string>{"test.family", "test.family.Child"}));
  log.debug("shown");
  Logger later("test.family.Later");
  later.debug("shown, too");
  EXPECT_EQ(lines_, (std::vector<std::string>{"DEBUG shown", "DEBUG shown, too"}));
  EXPECT_EQ(logging::level("test.family.Child")->level, LogLevel::kDebug);
  EXPECT_FALSE(logging::level("test.unheard-of").has_value());
}

using Names = std::vector<std::string>;

TEST_F(LogTest, OnlyLoggersWhoseLevelChangedAreTold) {
  EXPECT_EQ(logging::set_level("changes.a", LogLevel::kInfo), Names{}) << "as the root logger";
  EXPECT_EQ(logging::level("changes.a")->modified_ms, -1);
  EXPECT_EQ(logging::set_level("changes.a", LogLevel::kWarn), Names{"changes.a"});
  EXPECT_EQ(logging::set_level("changes.a", LogLevel::kWarn), Names{});
  EXPECT_EQ(logging::set_level("changes.a.b", LogLevel::kWarn), Names{});
  EXPECT_EQ(logging::set_level("changes", LogLevel::kError),
            (Names{"changes", "changes.a", "changes.a.b"}));
  EXPECT_NE(logging::level("changes.a.b")->modified_ms, -1);
}

TEST_F(LogTest, APrefixThatEndsWithinANameReachesOnlyLevelsThatWereSet) {
  Logger logger("prefix.family.Child");
  logging::set_level("prefix.family", LogLevel::kWarn);
  EXPECT_EQ(logging::set_level("prefix.fam", LogLevel::kDebug),
            (Names{"prefix.fam", "prefix.family", "prefix.family.Child"}));
  Logger other("prefix.other.Child");
  EXPECT_EQ(logging::set_level("prefix.oth", LogLevel::kError), Names{"prefix.oth"});
  EXPECT_EQ(logging::level("prefix.other.Child")->level, LogLevel::kInfo);
}

TEST_F(LogTest, WhatIsOffIsNotListedAndAlwaysTold) {
  EXPECT_EQ(logging::set_level("switched.off", LogLevel::kOff), Names{"switched.off"});
  EXPECT_EQ(logging::set_level("switched.off", LogLevel::kOff), Names{"switched.off"});
  EXPECT_EQ(logging::all_levels().count("switched.off"), 0u);
  EXPECT_EQ(logging::level("switched.off")->level, LogLevel::kOff);
  logging::set_level("Root", LogLevel::kTrace);
  EXPECT_EQ(logging::level("switched.off")->level, LogLevel::kTrace);
  EXPECT_EQ(logging::level("ROOT")->level, LogLevel::kTrace);
}

TEST(LogLevelName, IsReadIgnoringCase) {
  EXPECT_EQ(logging::parse_level("warn"), LogLevel::kWarn);
  EXPECT_EQ(logging::parse_level(" ALL\t"), LogLevel::kTrace);
  EXPECT_FALSE(logging::parse_level("loud").has_value());
}

}  // namespace
}  // namespace millrace
