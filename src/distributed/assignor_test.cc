// Both assignors on groups whose members take what they are given. The comparison with Java's, over
// thousands of histories, is tests/assignor.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "distributed/eager_assignor.h"
#include "distributed/incremental_cooperative_assignor.h"

namespace millrace::distributed {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Group {
 public:
  explicit Group(milliseconds max_delay) : assignor_(max_delay) {}

  void configure(int connectors, int tasks) {
    state_.connectors.clear();
    for (int i = 0; i < connectors; ++i)
      state_.connectors["c" + std::to_string(i)].edit().task_count = tasks;
  }
  void join(const std::string& member) { held_.emplace(member, Assignment()); }
  void leave(const std::string& member) { held_.erase(member); }
  void sleep(int64_t ms) { now_ms_ += ms; }

  void rebalance() {
    AssignmentRound round;
    round.leader = held_.begin()->first;
    round.now_ms = now_ms_;
    round.generation = ++generation_;
    round.last_completed_generation = generation_ - 1;
    for (const auto& [member, assignment] : held_) {
      MemberMetadata metadata;
      metadata.allocation = assignment;
      round.members.emplace(member, metadata);
    }
    revoked = 0;
    for (auto& [member, got] : assignor_.assign(round, state_, 1)) {
      Load& load = held_.at(member).assigned;
      for (const auto& c : got.revoked.connectors) revoked += std::erase(load.connectors, c);
      for (const auto& t : got.revoked.tasks) revoked += std::erase(load.tasks, t);
      for (const auto& c : got.assigned.connectors) load.connectors.push_back(c);
      for (const auto& t : got.assigned.tasks) load.tasks.push_back(t);
      delay = got.delay_ms;
    }
  }
  std::vector<size_t> connectors() const {
    std::vector<size_t> counts;
    for (const auto& [member, held] : held_) counts.push_back(held.assigned.connectors.size());
    std::sort(counts.begin(), counts.end());
    return counts;
  }
  std::vector<size_t> tasks() const {
    std::vector<size_t> counts;
    for (const auto& [member, held] : held_) counts.push_back(held.assigned.tasks.size());
    std::sort(counts.begin(), counts.end());
    return counts;
  }

  size_t revoked = 0;
  int32_t delay = 0;

 private:
  IncrementalCooperativeAssignor assignor_;
  storage::ClusterState state_;
  std::map<std::string, Assignment> held_;
  int32_t generation_ = 0;
  int64_t now_ms_ = 1;
};

constexpr milliseconds kDelay{300'000};

TEST(IncrementalCooperativeAssignorTest, AWorkerThatJoinsGetsItsShareInTheSecondRound) {
  Group group(kDelay);
  group.configure(2, 4);
  group.join("w1");
  group.rebalance();
  EXPECT_THAT(group.connectors(), ElementsAre(2));
  EXPECT_THAT(group.tasks(), ElementsAre(8));
  group.join("w2");
  group.rebalance();
  EXPECT_EQ(group.delay, 0);
  EXPECT_THAT(group.connectors(), ElementsAre(0, 1));
  EXPECT_THAT(group.tasks(), ElementsAre(0, 4));
  group.rebalance();
  EXPECT_THAT(group.connectors(), ElementsAre(1, 1));
  EXPECT_THAT(group.tasks(), ElementsAre(4, 4));
  EXPECT_EQ(group.revoked, 0u);
}

TEST(IncrementalCooperativeAssignorTest, WhatALostWorkerHeldWaitsForItsReturn) {
  Group group(kDelay);
  group.configure(2, 4);
  group.join("w1");
  group.rebalance();
  group.join("w2");
  group.rebalance();
  group.rebalance();
  group.leave("w2");
  group.rebalance();
  EXPECT_EQ(group.delay, 300'000);
  EXPECT_THAT(group.tasks(), ElementsAre(4));
  group.sleep(150'000);
  group.rebalance();
  EXPECT_EQ(group.delay, 150'000);
  group.sleep(75'000);
  group.join("w2");
  group.rebalance();
  EXPECT_EQ(group.delay, 75'000);
  EXPECT_THAT(group.tasks(), ElementsAre(0, 4));
  group.sleep(75'000);
  group.rebalance();
  EXPECT_THAT(group.connectors(), ElementsAre(1, 1));
  EXPECT_THAT(group.tasks(), ElementsAre(4, 4));
  EXPECT_EQ(group.revoked, 0u);
}

TEST(IncrementalCooperativeAssignorTest, WithoutADelayLostWorkMovesAtOnce) {
  Group group(milliseconds(0));
  group.configure(3, 4);
  for (const char* worker : {"w1", "w2", "w3"}) {
    group.join(worker);
    group.rebalance();
    group.rebalance();
  }
  EXPECT_THAT(group.connectors(), ElementsAre(1, 1, 1));
  EXPECT_THAT(group.tasks(), ElementsAre(4, 4, 4));
  group.leave("w3");
  group.rebalance();
  EXPECT_THAT(group.connectors(), ElementsAre(1, 2));
  EXPECT_THAT(group.tasks(), ElementsAre(6, 6));
}

TEST(IncrementalCooperativeAssignorTest, WorkersThatJoinInARowAreThrottled) {
  Group group(kDelay);
  group.configure(3, 4);
  group.join("w1");
  group.rebalance();
  group.join("w2");
  group.rebalance();
  EXPECT_THAT(group.tasks(), ElementsAre(0, 6));
  group.join("w3");
  group.rebalance();
  EXPECT_EQ(group.delay, 40);
  EXPECT_THAT(group.connectors(), ElementsAre(0, 1, 2));
  EXPECT_THAT(group.tasks(), ElementsAre(3, 3, 6));
}

TEST(IncrementalCooperativeAssignorTest, DeletedConnectorsAreRevokedEverywhere) {
  Group group(kDelay);
  group.configure(3, 4);
  group.join("w1");
  group.join("w2");
  group.rebalance();
  EXPECT_THAT(group.tasks(), ElementsAre(6, 6));
  group.configure(2, 4);
  group.rebalance();
  group.rebalance();
  EXPECT_THAT(group.connectors(), ElementsAre(1, 1));
  EXPECT_THAT(group.tasks(), ElementsAre(4, 4));
}

TEST(EagerAssignorTest, ConnectorsThenTasksAreDealtOut) {
  storage::ClusterState state;
  state.connectors["a"].edit().task_count = 2;
  state.connectors["b"].edit().task_count = 1;
  state.connectors["broken"].edit().task_count = 3;
  state.connectors["broken"].edit().inconsistent = true;
  AssignmentRound round;
  round.leader = "m1";
  round.protocol = ConnectProtocol::kEager;
  round.members["m1"].url = "u1";
  round.members["m2"].url = "u2";
  auto assignments = EagerAssignor().assign(round, state, 9);
  EXPECT_EQ(assignments["m1"].assigned, (Load{{"a", "broken"}, {{"a", 1}}}));
  EXPECT_EQ(assignments["m2"].assigned, (Load{{"b"}, {{"a", 0}, {"b", 0}}}));
  EXPECT_EQ(assignments["m2"].leader_url, "u1");
  EXPECT_EQ(assignments["m2"].config_offset, 9);
  EXPECT_EQ(assignments["m2"].version, 0);
}

}  // namespace
}  // namespace millrace::distributed
