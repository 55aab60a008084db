// A member step by step: no network, no clock.
#include "kafka/wire/membership.h"

#include <gtest/gtest.h>

#include "kafka/wire/kafka_error.h"

namespace millrace::kafka::wire {
namespace {

using std::chrono::milliseconds;
using Step = Membership::Step;
using State = Membership::State;

class MembershipTest : public ::testing::Test {
 protected:
  static MembershipOptions options() {
    MembershipOptions o;
    o.group_id = "grp";
    o.protocol_type = "connect";
    return o;  // session 10 s, rebalance 60 s, heartbeat 3 s, back-off 100 ms
  }
  void after(int64_t ms) {
    now += milliseconds(ms);
    member.tick(now);
  }
  Step step() { return member.next_step(now); }
  // The one request that the member sends now.
  template <typename T>
  T sent() {
    auto requests = member.take_requests();
    EXPECT_EQ(requests.size(), 1u);
    if (requests.size() != 1 || !std::holds_alternative<T>(requests[0].body)) {
      ADD_FAILURE() << "another request, or none";
      return {};
    }
    as = requests[0].sent;
    timeout = requests[0].timeout;
    return std::get<T>(requests[0].body);
  }
  void quiet() { EXPECT_TRUE(member.take_requests().empty()); }
  JoinGroupRequest join() {
    EXPECT_EQ(step(), Step::kJoin);
    member.begin_join();
    member.offer(now, {{"sessioned", "meta"}});
    return sent<JoinGroupRequest>();
  }
  static JoinGroupResponse in(int32_t generation, const char* leader) {
    JoinGroupResponse r;
    r.generation = generation;
    r.protocol_type = "connect";
    r.protocol_name = "sessioned";
    r.leader = leader;
    r.member_id = "m";
    if (r.leader == "m") r.members = {{"m", "meta"}, {"n", "meta"}};
    return r;
  }
  static JoinGroupResponse join_error(int16_t error) {
    JoinGroupResponse r;
    r.error = error;
    return r;
  }
  static SyncGroupResponse assigned(const char* bytes) {
    SyncGroupResponse r;
    r.protocol_type = "connect";
    r.protocol_name = "sessioned";
    r.assignment = bytes;
    return r;
  }
  static SyncGroupResponse sync_error(int16_t error) {
    SyncGroupResponse r;
    r.error = error;
    return r;
  }
  // A member that follows, in generation 1, and has been told so.
  void follow() {
    member.coordinator_found(now);
    join();
    member.on_join(now, as, in(1, "n"));
    sent<SyncGroupRequest>();
    member.on_sync(now, as, assigned("work"));
    ASSERT_EQ(step(), Step::kJoined);
    EXPECT_EQ(member.take_joined().assignment, "work");
    EXPECT_TRUE(member.in_group());
  }

  Logger log{"membership-test"};
  TimePoint now{std::chrono::hours(1)};
  Membership member{options(), now, log};
  Generation as;
  milliseconds timeout{};
};

TEST_F(MembershipTest, JoinsWithTheIdThatTheBrokerGives) {
  EXPECT_EQ(step(), Step::kNothing);
  member.coordinator_found(now);
  JoinGroupRequest first = join();
  EXPECT_EQ(first.member_id, "");
  EXPECT_EQ(first.session_timeout_ms, 10000);
  EXPECT_EQ(first.rebalance_timeout_ms, 60000);
  EXPECT_EQ(timeout, milliseconds(65000));  // rebalance timeout + 5 s
  JoinGroupResponse again = join_error(code::kMemberIdRequired);
  again.member_id = "m";
  member.on_join(now, as, again);
  JoinGroupRequest second = sent<JoinGroupRequest>();
  EXPECT_EQ(second.member_id, "m");
  EXPECT_EQ(second.protocols[0].metadata, "meta");
  EXPECT_EQ(second.reason, "need to re-join with the given member-id: m");
  EXPECT_EQ(member.state(), State::kPreparingRebalance);
}

TEST_F(MembershipTest, ALeaderIsAskedAndItsAnswerSent) {
  member.coordinator_found(now);
  join();
  member.on_join(now, as, in(1, "m"));
  quiet();
  ASSERT_EQ(step(), Step::kAssign);
  EXPECT_EQ(member.question().metadata_by_member.size(), 2u);
  after(3000);  // it is slow; heartbeats go on
  sent<HeartbeatRequest>();
  member.on_heartbeat(now, as, int16_t{0});
  member.answer(now, member.question().generation, {{{"m", "a"}, {"n", "b"}}});
  SyncGroupRequest sync = sent<SyncGroupRequest>();
  EXPECT_EQ(sync.generation, 1);
  EXPECT_EQ(sync.protocol_name, "sessioned");
  EXPECT_EQ(sync.assignments.size(), 2u);
  EXPECT_FALSE(member.in_group());
  member.on_sync(now, as, assigned("a"));
  EXPECT_EQ(step(), Step::kJoined);
  EXPECT_EQ(member.take_joined().generation.id, 1);
  EXPECT_TRUE(member.in_group());
}

TEST_F(MembershipTest, AnErrorOfTheAssignmentMeansJoiningAgainAfterABackoff) {
  member.coordinator_found(now);
  join();
  member.on_join(now, as, in(1, "m"));
  member.answer(now, member.question().generation, fail(ErrorKind::fatal, "no"));
  quiet();
  EXPECT_EQ(step(), Step::kNothing);
  after(100);
  EXPECT_EQ(join().member_id, "m");
}

TEST_F(MembershipTest, HeartbeatsAtTheirIntervalAndOneAtATime) {
  follow();
  after(2999);
  quiet();
  EXPECT_EQ(member.next_tick(), now + milliseconds(1));
  after(1);
  EXPECT_EQ(sent<HeartbeatRequest>().generation, 1);
  after(3000);
  quiet();
  member.on_heartbeat(now, as, int16_t{0});
  after(0);
  sent<HeartbeatRequest>();
}

TEST_F(MembershipTest, ARebalanceIsJoinedAndKeepsTheSession) {
  follow();
  after(3000);
  sent<HeartbeatRequest>();
  member.on_heartbeat(now, as, code::kRebalanceInProgress);
  EXPECT_FALSE(member.in_group());
  after(3000);  // until the caller comes, heartbeats go on
  sent<HeartbeatRequest>();
  const Generation beat = as;
  JoinGroupRequest again = join();
  EXPECT_EQ(again.member_id, "m");
  EXPECT_EQ(again.reason, "group is already rebalancing");
  member.on_heartbeat(now, beat, code::kRebalanceInProgress);
  after(9000);  // the broker knows that it waits: neither heartbeats nor a session's end
  quiet();
  EXPECT_FALSE(member.take_distrust());
  member.on_join(now, as, in(2, "n"));
  sent<SyncGroupRequest>();
  member.on_sync(now, as, assigned("more"));
  EXPECT_EQ(member.take_joined().assignment, "more");
  EXPECT_TRUE(member.in_group());
}

TEST_F(MembershipTest, ARequestToRejoinDuringARebalanceIsKept) {
  follow();
  member.request_rejoin("one");
  join();
  member.request_rejoin("two");
  member.on_join(now, as, in(2, "n"));
  sent<SyncGroupRequest>();
  member.on_sync(now, as, assigned("x"));
  member.take_joined();
  EXPECT_FALSE(member.in_group());
  EXPECT_EQ(join().reason, "two");
}

TEST_F(MembershipTest, AListenerThatIsNotReadyIsAskedAgain) {
  follow();
  member.request_rejoin("x");
  member.begin_join();
  member.offer(now, {});
  quiet();
  EXPECT_EQ(member.state(), State::kStable);
  after(3000);
  sent<HeartbeatRequest>();
  EXPECT_EQ(join().member_id, "m");
}

TEST_F(MembershipTest, AnExpelledMemberJoinsAnew) {
  follow();
  after(3000);
  sent<HeartbeatRequest>();
  member.on_heartbeat(now, as, code::kUnknownMemberId);
  ASSERT_EQ(step(), Step::kExpelled);
  EXPECT_EQ(member.take_reason(), "encountered UNKNOWN_MEMBER_ID from HEARTBEAT response");
  EXPECT_EQ(join().member_id, "");
}

TEST_F(MembershipTest, AMemberOfAnOldGenerationKeepsItsId) {
  follow();
  after(3000);
  sent<HeartbeatRequest>();
  member.on_heartbeat(now, as, code::kIllegalGeneration);
  ASSERT_EQ(step(), Step::kExpelled);
  member.take_reason();
  EXPECT_EQ(member.generation().id, -1);
  EXPECT_EQ(join().member_id, "m");
}

TEST_F(MembershipTest, AnErrorOfAnEarlierGenerationIsIgnored) {
  follow();
  after(3000);
  sent<HeartbeatRequest>();
  const Generation old = as;
  member.request_rejoin("x");
  join();
  member.on_join(now, as, in(2, "n"));
  sent<SyncGroupRequest>();
  member.on_sync(now, as, assigned("x"));
  member.take_joined();
  member.on_heartbeat(now, old, code::kUnknownMemberId);
  EXPECT_EQ(step(), Step::kNothing);
  EXPECT_TRUE(member.in_group());
}

TEST_F(MembershipTest, AnAssignmentOfARebalanceThatIsOverIsNotGivenOut) {
  member.coordinator_found(now);
  join();
  member.on_join(now, as, in(1, "n"));
  sent<SyncGroupRequest>();
  const Generation first = as;
  member.leave("enough");
  sent<LeaveGroupRequest>();
  member.on_sync(now, first, assigned("stale"));
  EXPECT_EQ(step(), Step::kJoin);
}

TEST_F(MembershipTest, TheCoordinatorIsGivenUpWhenTheSessionIsOver) {
  follow();
  after(3000);
  sent<HeartbeatRequest>();
  after(6999);
  EXPECT_FALSE(member.take_distrust());
  after(1);
  EXPECT_EQ(member.take_distrust().value_or("-"),
            "session timed out without receiving a heartbeat response");
}

TEST_F(MembershipTest, AFailedHeartbeatIsRepeatedSoon) {
  follow();
  after(3000);
  sent<HeartbeatRequest>();
  member.on_heartbeat(now, as, fail(ErrorKind::retriable, "gone"));
  after(120);
  sent<HeartbeatRequest>();
}

TEST_F(MembershipTest, AMemberWithoutACoordinatorLosesItsAssignmentOnce) {
  follow();
  member.coordinator_lost(now);
  EXPECT_TRUE(member.in_group());
  after(2999);
  EXPECT_EQ(step(), Step::kNothing);
  after(1);
  ASSERT_EQ(step(), Step::kLost);
  EXPECT_EQ(member.take_reason(), "Broker coordinator was unreachable for 3000ms");
  EXPECT_FALSE(member.in_group());
  after(60000);
  EXPECT_EQ(step(), Step::kNothing);
  quiet();
  member.coordinator_found(now);
  EXPECT_EQ(join().member_id, "m");  // as Java: the id may still be good
}

TEST_F(MembershipTest, ACoordinatorThatMovesQuicklyDisturbsNobody) {
  follow();
  after(3000);
  sent<HeartbeatRequest>();
  member.on_heartbeat(now, as, code::kNotCoordinator);
  EXPECT_EQ(member.take_distrust().value_or("-"), "error response NOT_COORDINATOR");
  member.coordinator_lost(now);
  after(500);
  member.coordinator_found(now);
  after(120);
  sent<HeartbeatRequest>();
  EXPECT_TRUE(member.in_group());
}

TEST_F(MembershipTest, ACallerThatDoesNotPollLeaves) {
  follow();
  member.polled(now);
  for (int i = 0; i < 19; ++i) {
    after(3000);
    sent<HeartbeatRequest>();
    member.on_heartbeat(now, as, int16_t{0});
  }
  after(3000);
  EXPECT_EQ(sent<LeaveGroupRequest>().reason, "worker poll timeout has expired.");
  ASSERT_EQ(step(), Step::kExpelled);
  EXPECT_EQ(member.take_reason(), "worker poll timeout has expired.");
  member.polled(now);
  EXPECT_EQ(join().member_id, "");
}

TEST_F(MembershipTest, RetriableErrorsOfJoiningWaitForTheBackoff) {
  for (const int16_t error : {code::kCoordinatorLoadInProgress, code::kRebalanceInProgress}) {
    Membership fresh(options(), now, log);
    fresh.coordinator_found(now);
    fresh.begin_join();
    fresh.offer(now, {{"p", ""}});
    fresh.take_requests();
    fresh.on_join(now, {}, join_error(error));
    EXPECT_EQ(fresh.next_step(now), Step::kNothing) << error;
    EXPECT_EQ(fresh.next_step(now + milliseconds(100)), Step::kJoin) << error;
  }
}

TEST_F(MembershipTest, AMovedCoordinatorIsLookedForWhileJoining) {
  member.coordinator_found(now);
  join();
  member.on_join(now, as, join_error(code::kNotCoordinator));
  EXPECT_TRUE(member.take_distrust());
  member.coordinator_lost(now);
  after(1000);
  EXPECT_EQ(step(), Step::kNothing);
  member.coordinator_found(now);
  EXPECT_EQ(join().reason, "rebalance failed due to NotCoordinatorException");
}

TEST_F(MembershipTest, FatalErrorsAreGivenToTheCallerAndTriedAgain) {
  struct Case {
    int16_t error;
    const char* exception;
    const char* message;
  };
  for (const Case& one : {
           Case{code::kGroupAuthorizationFailed, "GroupAuthorizationException",
                "Not authorized to access group: grp"},
           Case{code::kGroupMaxSizeReached, "GroupMaxSizeReachedException",
                "Consumer group grp already has the configured maximum number of members."},
           Case{code::kInconsistentGroupProtocol, "InconsistentGroupProtocolException",
                "The group member's supported protocols are incompatible"},
           Case{code::kInvalidSessionTimeout, "InvalidSessionTimeoutException",
                "The session timeout is not within the range"},
           Case{code::kUnsupportedVersion, "UnsupportedVersionException", "The version of API"},
           Case{-1, "KafkaException", "Unexpected error in join group response: The server"},
       }) {
    Membership fresh(options(), now, log);
    fresh.coordinator_found(now);
    fresh.begin_join();
    fresh.offer(now, {{"p", ""}});
    fresh.take_requests();
    fresh.on_join(now, {}, join_error(one.error));
    ASSERT_EQ(fresh.next_step(now), Step::kFailed) << one.error;
    const Error error = fresh.take_failure();
    EXPECT_TRUE(error.exception_class().ends_with(one.exception)) << error.trace();
    EXPECT_TRUE(error.message().starts_with(one.message)) << error.message();
    EXPECT_EQ(fresh.next_step(now), Step::kNothing);
    EXPECT_EQ(fresh.next_step(now + milliseconds(100)), Step::kJoin);
  }
}

TEST_F(MembershipTest, SkippingTheAssignmentIsAnError) {
  member.coordinator_found(now);
  join();
  JoinGroupResponse response = in(1, "m");
  response.skip_assignment = true;
  member.on_join(now, as, response);
  ASSERT_EQ(step(), Step::kFailed);
  EXPECT_EQ(member.take_failure().message(),
            "Can't skip assignment because Connect does not support static membership.");
}

TEST_F(MembershipTest, AnotherProtocolTypeOrNameIsRefused) {
  member.coordinator_found(now);
  join();
  JoinGroupResponse consumer = in(1, "n");
  consumer.protocol_type = "consumer";
  member.on_join(now, as, consumer);
  ASSERT_EQ(step(), Step::kFailed);
  EXPECT_TRUE(
      member.take_failure().exception_class().ends_with("InconsistentGroupProtocolException"));
  after(100);
  join();
  member.on_join(now, as, in(2, "n"));
  sent<SyncGroupRequest>();
  SyncGroupResponse other = assigned("x");
  other.protocol_name = "default";
  member.on_sync(now, as, other);
  EXPECT_EQ(step(), Step::kFailed);
}

TEST_F(MembershipTest, AFailedSyncIsJoinedAgain) {
  struct Case {
    int16_t error;
    bool at_once;
    const char* id;
  };
  for (const Case& one :
       {Case{code::kRebalanceInProgress, true, "m"}, Case{code::kIllegalGeneration, true, "m"},
        Case{code::kUnknownMemberId, true, ""}, Case{code::kNotCoordinator, false, "m"},
        Case{code::kCoordinatorLoadInProgress, false, "m"}}) {
    Membership fresh(options(), now, log);
    fresh.coordinator_found(now);
    fresh.begin_join();
    fresh.offer(now, {{"p", ""}});
    fresh.take_requests();
    fresh.on_join(now, {}, in(1, "n"));
    auto sync = fresh.take_requests();
    ASSERT_EQ(sync.size(), 1u);
    fresh.on_sync(now, sync[0].sent, sync_error(one.error));
    while (fresh.next_step(now) == Step::kExpelled) fresh.take_reason();
    EXPECT_EQ(fresh.next_step(now) == Step::kJoin, one.at_once) << one.error;
    EXPECT_EQ(fresh.next_step(now + milliseconds(100)), Step::kJoin) << one.error;
    EXPECT_EQ(fresh.generation().member_id, one.id) << one.error;
  }
}

TEST_F(MembershipTest, LeavingIsOneRequestAndAnEnd) {
  follow();
  member.stop_joining();
  member.leave("bye");
  EXPECT_EQ(sent<LeaveGroupRequest>().member_id, "m");
  EXPECT_TRUE(member.leaving());
  member.on_leave(now, int16_t{0});
  EXPECT_FALSE(member.leaving());
  EXPECT_EQ(step(), Step::kNothing);
  member.leave("again");
  quiet();
}

TEST_F(MembershipTest, WhatTheCoordinatorSaysBeforeJoiningIsGivenToTheCaller) {
  member.coordinator_failed(now, to_error(code::kGroupAuthorizationFailed));
  ASSERT_EQ(step(), Step::kFailed);
  EXPECT_EQ(member.take_failure().message(), "Group authorization failed.");
  EXPECT_EQ(step(), Step::kNothing);
}

}  // namespace
}  // namespace millrace::kafka::wire
