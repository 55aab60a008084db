#include "distributed/worker_coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::distributed {
namespace {

using storage::NullableProperties;
using storage::Properties;
using storage::TargetState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Only what was read from the topic counts here.
class Configs : public storage::ConfigStore {
 public:
  Result<void> start(storage::ConfigListener&) override { return {}; }
  void stop() override {}
  std::shared_ptr<const storage::ClusterState> snapshot() const override {
    return std::make_shared<const storage::ClusterState>(state);
  }
  void refresh(Done) override { unexpected(); }
  void claim_write_privileges(Done) override { unexpected(); }
  void put_connector(const std::string&, const NullableProperties&, std::optional<TargetState>,
                     Done) override {
    unexpected();
  }
  void remove_connector(const std::string&, Done) override { unexpected(); }
  void put_tasks(const std::string&, const std::vector<Properties>&, Done) override {
    unexpected();
  }
  void put_target_state(const std::string&, TargetState, Done) override { unexpected(); }
  void put_session_key(const storage::SessionKey&, Done) override { unexpected(); }
  void put_restart_request(const storage::RestartRequest&, Done) override { unexpected(); }
  void put_task_count_record(const std::string&, int32_t, Done) override { unexpected(); }
  void put_logging_level(const std::string&, const std::string&, Done) override { unexpected(); }
  storage::ClusterState state;

 private:
  static void unexpected() { ADD_FAILURE() << "a coordinator decides, it does not write"; }
};

class Listener : public RebalanceListener {
 public:
  void revoked(const Load& load) override { revocations.push_back(load); }
  bool may_join() override { return stopped; }
  void assigned(const Assignment& held, int32_t generation) override {
    assignments.push_back(held);
    generations.push_back(generation);
  }
  std::vector<Load> revocations;
  std::vector<Assignment> assignments;
  std::vector<int32_t> generations;
  bool stopped = true;
};

class WorkerCoordinatorTest : public ::testing::Test {
 protected:
  WorkerCoordinatorTest() {
    configs.state.offset = 7;
    configs.state.connectors["x"].edit().task_count = 2;
  }
  std::unique_ptr<WorkerCoordinator> make(ConnectProtocol protocol = ConnectProtocol::kSessioned) {
    CoordinatorOptions options;
    options.url = "http://me/";
    options.protocol = protocol;
    options.max_delay = std::chrono::milliseconds(0);
    return std::make_unique<WorkerCoordinator>(
        options, [] { return 0; }, configs, listener);
  }
  static MemberMetadata offered(const std::vector<kafka::GroupProtocol>& protocols, size_t index) {
    return *decode_metadata(protocols.at(index).metadata);
  }
  static Assignment given(const Load& assigned, const Load& revoked = {}) {
    Assignment made;
    made.leader = "m1";
    made.leader_url = "http://me/";
    made.config_offset = 7;
    made.assigned = assigned;
    made.revoked = revoked;
    return made;
  }
  void join(WorkerCoordinator& coordinator, const Assignment& assignment, int32_t generation = 1) {
    coordinator.joining(generation, "m1");
    coordinator.joined(generation, "m1", "sessioned", encode(assignment));
  }
  Configs configs;
  Listener listener;
};

const Load kAll{{"x"}, {{"x", 0}, {"x", 1}}};

TEST_F(WorkerCoordinatorTest, OffersItsProtocolAndAllBelowNewestFirst) {
  auto coordinator = make();
  const auto protocols = coordinator->joining(-1, "");
  ASSERT_THAT(protocols, SizeIs(3));
  EXPECT_EQ(protocols[0].name, "sessioned");
  EXPECT_EQ(protocols[1].name, "compatible");
  EXPECT_EQ(protocols[2].name, "default");
  EXPECT_EQ(offered(protocols, 0).url, "http://me/");
  EXPECT_EQ(offered(protocols, 0).config_offset, 7);
  EXPECT_FALSE(offered(protocols, 0).allocation);
  EXPECT_THAT(make(ConnectProtocol::kEager)->joining(-1, ""), SizeIs(1));
}

TEST_F(WorkerCoordinatorTest, KeepsWhatItHasFromRoundToRoundAndSaysSo) {
  auto coordinator = make();
  join(*coordinator, given({{"x"}, {{"x", 0}}}));
  const auto protocols = coordinator->joining(1, "m1");
  EXPECT_EQ(offered(protocols, 0).allocation->assigned, (Load{{"x"}, {{"x", 0}}}));
  EXPECT_FALSE(offered(protocols, 2).allocation) << "eager members have nothing while they join";
  coordinator->joined(2, "m1", "sessioned", encode(given({{}, {{"x", 1}}})));
  EXPECT_THAT(listener.revocations, IsEmpty());
  EXPECT_THAT(listener.assignments.back().assigned.tasks,
              ElementsAre(TaskId{"x", 1}, TaskId{"x", 0}));
  EXPECT_THAT(listener.generations, ElementsAre(1, 2));
}

TEST_F(WorkerCoordinatorTest, GivesUpWhatARoundRevokes) {
  auto coordinator = make();
  join(*coordinator, given(kAll));
  join(*coordinator, given({}, {{}, {{"x", 0}}}), 2);
  EXPECT_THAT(listener.revocations, ElementsAre(Load{{}, {{"x", 0}}}));
  EXPECT_EQ(listener.assignments.back().assigned, (Load{{"x"}, {{"x", 1}}}));
}

TEST_F(WorkerCoordinatorTest, DoesNotJoinBeforeWhatWasRevokedHasStopped) {
  auto coordinator = make();
  listener.stopped = false;
  EXPECT_THAT(coordinator->joining(-1, ""), IsEmpty());
}

TEST_F(WorkerCoordinatorTest, GivesUpAllBeforeAnEagerRoundAndOnlyOnce) {
  auto coordinator = make(ConnectProtocol::kEager);
  coordinator->joining(-1, "");
  Assignment assignment = given(kAll);
  assignment.version = 0;
  coordinator->joined(1, "m1", "default", encode(assignment));
  listener.stopped = false;
  EXPECT_THAT(coordinator->joining(1, "m1"), IsEmpty());
  EXPECT_THAT(coordinator->joining(1, "m1"), IsEmpty());
  EXPECT_THAT(listener.revocations, ElementsAre(kAll));
  listener.stopped = true;
  EXPECT_THAT(coordinator->joining(1, "m1"), SizeIs(1));
}

TEST_F(WorkerCoordinatorTest, KeepsWhatItRunsWhenItIsExpelledAndCountsThat) {
  auto coordinator = make();
  join(*coordinator, given(kAll));
  EXPECT_TRUE(coordinator->leads());
  coordinator->expelled("UNKNOWN_MEMBER_ID");
  EXPECT_FALSE(coordinator->leads());
  EXPECT_EQ(coordinator->expulsions(), 1U);
  EXPECT_THAT(listener.revocations, IsEmpty());
  EXPECT_EQ(offered(coordinator->joining(-1, ""), 0).allocation->assigned, kAll);
}

TEST_F(WorkerCoordinatorTest, GivesUpAllWhenTheGroupIsLost) {
  auto coordinator = make();
  join(*coordinator, given(kAll));
  coordinator->lost("the coordinator cannot be reached");
  EXPECT_THAT(listener.revocations, ElementsAre(kAll));
  EXPECT_FALSE(coordinator->holds_assignment());
  EXPECT_FALSE(offered(coordinator->joining(-1, ""), 0).allocation);
}

TEST_F(WorkerCoordinatorTest, TakesAnAssignmentThatCannotBeReadForAFailedOne) {
  auto coordinator = make();
  coordinator->joining(-1, "");
  coordinator->joined(1, "m1", "sessioned", "\x00");
  ASSERT_THAT(listener.assignments, SizeIs(1));
  EXPECT_TRUE(listener.assignments[0].failed());
}

TEST_F(WorkerCoordinatorTest, AsLeaderAssignsEverythingAndKnowsWhoHasWhat) {
  auto coordinator = make();
  const std::string metadata = coordinator->joining(-1, "").front().metadata;
  auto assignments = coordinator->assign("m1", 1, "sessioned", {{"m1", metadata}});
  ASSERT_TRUE(assignments);
  coordinator->joined(1, "m1", "sessioned", assignments->at("m1"));
  EXPECT_EQ(listener.assignments.back().assigned.connectors, kAll.connectors);
  EXPECT_THAT(listener.assignments.back().assigned.tasks, SizeIs(2));
  EXPECT_EQ(coordinator->owner_url("x"), "http://me/");
  EXPECT_EQ(coordinator->owner_url(TaskId{"x", 1}), "http://me/");
  EXPECT_FALSE(coordinator->owner_url("y"));
  coordinator->joining(1, "m1");
  EXPECT_FALSE(coordinator->owner_url("x")) << "until the next round is over nobody knows";
}

TEST_F(WorkerCoordinatorTest, AsLeaderThatKnowsLessThanOthersAssignsNothing) {
  auto coordinator = make();
  MemberMetadata ahead = offered(coordinator->joining(-1, ""), 0);
  ahead.config_offset = 8;
  auto assignments = coordinator->assign("m1", 1, "sessioned", {{"m2", encode(ahead)}});
  ASSERT_TRUE(assignments);
  EXPECT_EQ(decode_assignment(assignments->at("m2"))->error, Assignment::kConfigMismatch);
  configs.state.offset = 8;  // it reads on
  assignments = coordinator->assign("m1", 2, "sessioned", {{"m2", encode(ahead)}});
  EXPECT_FALSE(decode_assignment(assignments->at("m2"))->failed());
}

TEST_F(WorkerCoordinatorTest, RefusesMetadataThatCannotBeRead) {
  auto coordinator = make();
  coordinator->joining(-1, "");
  auto assignments = coordinator->assign("m1", 1, "sessioned", {{"m2", std::string(1, '\0')}});
  ASSERT_FALSE(assignments);
  EXPECT_EQ(assignments.error().message(), "Metadata of member m2");
}

}  // namespace
}  // namespace millrace::distributed
