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

TEST(LogLevelName, IsReadIgnoringCase) {
  EXPECT_EQ(logging::parse_level("warn"), LogLevel::kWarn);
  EXPECT_EQ(logging::parse_level("ALL"), LogLevel::kTrace);
  EXPECT_FALSE(logging::parse_level("loud").has_value());
}

}  // namespace
}  // namespace millrace
