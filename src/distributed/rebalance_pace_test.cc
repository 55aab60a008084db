#include "distributed/rebalance_pace.h"

#include <gtest/gtest.h>

namespace millrace::distributed {
namespace {

using namespace std::chrono_literals;

struct RebalancePaceTest : ::testing::Test {
  // A change now, and the rebalance that it asks for. Gives how long it waited.
  std::chrono::milliseconds one() {
    pace.changed(now);
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(pace.due() - now);
    now = pace.due();
    pace.rebalanced(now);
    return wait;
  }
  RebalancePace pace;
  RebalancePace::Clock::time_point now{1h};
};

TEST_F(RebalancePaceTest, AConnectorAloneDoesNotWait) {
  EXPECT_EQ(one(), 0ms) << "its own";
  EXPECT_EQ(one(), 0ms) << "that of its tasks";
}

TEST_F(RebalancePaceTest, WaitsLongerTheMoreComeAndNoLongerAfterAQuietTime) {
  auto last = one();
  for (int i = 0; i < 20; ++i) {
    const auto wait = one();
    EXPECT_GE(wait, last == 300ms ? 60ms : last) << "grows while rebalances follow each other";
    EXPECT_LE(wait, 300ms);
    last = wait;
  }
  EXPECT_GT(last, 0ms);
  now += 1min;
  EXPECT_EQ(one(), 0ms);
}

TEST_F(RebalancePaceTest, WhatComesWhileOneWaitsDoesNotPutItOff) {
  for (int i = 0; i < 4; ++i) (void)one();
  pace.changed(now);
  const auto due = pace.due();
  EXPECT_GT(due, now);
  now += 10ms;
  pace.changed(now);
  EXPECT_EQ(pace.due(), due);
}

TEST_F(RebalancePaceTest, ARebalanceThatOthersAskedForSettlesWhatWaits) {
  for (int i = 0; i < 4; ++i) (void)one();
  pace.changed(now);
  pace.rebalanced(now);
  EXPECT_LT(pace.due(), now);
}

}  // namespace
}  // namespace millrace::distributed
