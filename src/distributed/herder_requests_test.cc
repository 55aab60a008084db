#include "distributed/herder_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::distributed {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HerderRequestsTest : public ::testing::Test {
 protected:
  using Clock = HerderRequest::Clock;

  HerderRequest request(const std::string& name, const std::string& connector = "",
                        Gate gate = Gate::kResolved) {
    HerderRequest made;
    made.gate = gate;
    made.connector = connector;
    made.serve = [this, name] { seen.push_back(name); };
    made.refuse = [this, name](const Error& error) {
      seen.push_back(name + ": " + error.message());
    };
    return made;
  }
  void add(HerderRequest made) { requests.add(std::move(made)); }
  std::vector<std::string> serve(Gate until = Gate::kSettled) {
    seen.clear();
    requests.serve(now, [until](Gate gate) { return gate <= until; });
    return seen;
  }
  HerderRequests requests;
  Clock::time_point now = Clock::time_point() + seconds(100);
  std::vector<std::string> seen;
};

TEST_F(HerderRequestsTest, AreServedOnceInTheOrderInWhichTheyCame) {
  add(request("a"));
  add(request("b"));
  EXPECT_THAT(serve(), ElementsAre("a", "b"));
  EXPECT_THAT(serve(), IsEmpty());
}

TEST_F(HerderRequestsTest, WaitForTheirGateWithoutHoldingUpOthers) {
  add(request("settled", "", Gate::kSettled));
  add(request("started", "", Gate::kStarted));
  add(request("resolved"));
  EXPECT_THAT(serve(Gate::kStarted), ElementsAre("started"));
  EXPECT_THAT(serve(Gate::kResolved), ElementsAre("resolved"));
  EXPECT_THAT(serve(Gate::kSettled), ElementsAre("settled"));
}

TEST_F(HerderRequestsTest, ForOneConnectorDoNotOvertakeEachOther) {
  add(request("first", "x", Gate::kSettled));
  add(request("second", "x"));
  add(request("other", "y"));
  EXPECT_THAT(serve(Gate::kResolved), ElementsAre("other"));
  EXPECT_THAT(serve(Gate::kSettled), ElementsAre("first", "second"));
}

TEST_F(HerderRequestsTest, OfAHeldConnectorWaitUntilAllWhoHoldItHaveLetGo) {
  requests.hold("x");
  requests.hold("x");
  add(request("held", "x"));
  add(request("free", "y"));
  EXPECT_THAT(serve(), ElementsAre("free"));
  requests.release("x");
  EXPECT_THAT(serve(), IsEmpty());
  requests.release("x");
  EXPECT_THAT(serve(), ElementsAre("held"));
}

TEST_F(HerderRequestsTest, OneThatHoldsItsConnectorKeepsTheNextWaiting) {
  HerderRequest first = request("first", "x");
  first.serve = [this] { requests.hold("x"); };
  add(std::move(first));
  add(request("second", "x"));
  EXPECT_THAT(serve(), IsEmpty());
  requests.release("x");
  EXPECT_THAT(serve(), ElementsAre("second"));
}

TEST_F(HerderRequestsTest, OneThatIsAddedWhileOthersAreServedIsServedToo) {
  HerderRequest first = request("first");
  first.serve = [this] { add(request("second")); };
  add(std::move(first));
  EXPECT_THAT(serve(), ElementsAre("second"));
}

TEST_F(HerderRequestsTest, WaitForTheirTimeAndAreRefusedAfterTheirDeadline) {
  HerderRequest later = request("later");
  later.not_before = now + seconds(5);
  add(std::move(later));
  HerderRequest patient = request("patient", "", Gate::kSettled);
  patient.deadline = now + seconds(3);
  add(std::move(patient));
  EXPECT_THAT(serve(Gate::kResolved), IsEmpty());
  EXPECT_EQ(requests.next_time(now), now + seconds(3));
  now += seconds(3);
  EXPECT_THAT(serve(Gate::kResolved), ElementsAre("patient: Request timed out"));
  EXPECT_EQ(requests.next_time(now), now + seconds(2));
  now += seconds(2);
  EXPECT_THAT(serve(Gate::kResolved), ElementsAre("later"));
  EXPECT_EQ(requests.next_time(now), Clock::time_point::max());
}

TEST_F(HerderRequestsTest, AllThatIsLeftIsRefusedAtTheEnd) {
  add(request("a", "x"));
  HerderRequest silent = request("b");
  silent.refuse = nullptr;
  add(std::move(silent));
  requests.refuse_all(Error(ErrorKind::cancelled, "over"));
  EXPECT_THAT(seen, ElementsAre("a: over"));
  EXPECT_THAT(serve(), IsEmpty());
}

}  // namespace
}  // namespace millrace::distributed
