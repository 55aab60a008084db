#include "herder/expiry_restart.h"

#include <gtest/gtest.h>

#include <vector>

#include "herder/manual_schedule.h"

namespace millrace::herder {
namespace {

using namespace std::chrono_literals;

class ExpiryRestartTest : public testing::Test {
 protected:
  ExpiryRestartTest() { logging::set_standard_error(false); }
  ManualSchedule schedule_;
  std::vector<std::string> done_;
  ExpiryRestart restarts_{schedule_, [this](const std::string& name) { done_.push_back(name); }};
};

TEST_F(ExpiryRestartTest, AtTheShortestTime) {
  restarts_.resolved("a", {}, {{"one", 5000ms}, {"two", 3000ms}});
  schedule_.advance(2999ms);
  EXPECT_TRUE(done_.empty());
  schedule_.advance(1ms);
  EXPECT_EQ(done_, std::vector<std::string>{"a"});
}

TEST_F(ExpiryRestartTest, ANewerResolutionReplaces) {
  restarts_.resolved("a", {}, {{"one", 5000ms}});
  schedule_.advance(3s);
  restarts_.resolved("a", {{"config.action.reload", "Restart"}}, {{"one", 5000ms}});
  EXPECT_EQ(schedule_.waiting(), 1u);
  schedule_.advance(4s);
  EXPECT_TRUE(done_.empty());
  schedule_.advance(1s);
  EXPECT_EQ(done_.size(), 1u);
}

TEST_F(ExpiryRestartTest, NotWhereTheConnectorSaysNone) {
  restarts_.resolved("a", {{"config.action.reload", "NONE"}}, {{"one", 5000ms}});
  EXPECT_EQ(schedule_.waiting(), 0u);
}

TEST_F(ExpiryRestartTest, ForgottenWithTheConnector) {
  restarts_.resolved("a", {}, {{"one", 5000ms}, {"two", 1ms}});
  restarts_.resolved("b", {}, {{"one", 5000ms}});
  restarts_.forget("a");
  schedule_.advance(10s);
  EXPECT_EQ(done_, std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace millrace::herder
