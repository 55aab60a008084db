#pragma once
// The state of a group member and what follows from each event: AbstractCoordinator without a
// network, a clock or threads, so that it can be tested step by step. Not thread-safe.
//
// Three parties: the network, which sends what take_requests() gives and reports answers; the
// clock, as tick(now); the caller, who does what next_step() says.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "kafka/group_member.h"
#include "kafka/wire/messages.h"

namespace millrace::kafka::wire {

using TimePoint = std::chrono::steady_clock::time_point;

// Two are equal if the member is the same in the same generation: an answer to a request of an
// earlier one changes nothing.
struct Generation {
  int32_t id = -1;
  std::string member_id;
  std::string protocol;
  bool operator==(const Generation&) const = default;
};

struct MembershipOptions {
  std::string group_id, protocol_type;
  std::chrono::milliseconds session_timeout{10'000}, rebalance_timeout{60'000},
      heartbeat_interval{3'000}, request_timeout{40'000}, retry_backoff{100},
      retry_backoff_max{1'000};
};

class Membership {
 public:
  // AbstractCoordinator.MemberState
  enum class State : uint8_t { kUnjoined, kPreparingRebalance, kCompletingRebalance, kStable };
  // What the caller is to do, in this order.
  enum class Step : uint8_t {
    kNothing,
    kExpelled,  // take_reason(), GroupMemberListener::expelled
    kLost,      // take_reason(), GroupMemberListener::lost
    kFailed,    // take_failure(): give it to the user
    kJoined,    // take_joined()
    kAssign,    // question(), then answer()
    kJoin,      // begin_join(), then offer()
  };
  struct Request {
    std::variant<JoinGroupRequest, SyncGroupRequest, HeartbeatRequest, LeaveGroupRequest> body;
    std::chrono::milliseconds timeout;
    Generation sent;
  };
  struct Question {
    Generation generation;
    std::string leader_id;
    std::map<std::string, std::string> metadata_by_member;
  };
  struct Joined {
    Generation generation;
    std::string assignment;
  };

  Membership(MembershipOptions options, TimePoint now, const Logger& log);

  // --- the network
  void coordinator_found(TimePoint now);
  void coordinator_lost(TimePoint now);
  // An error that trying again will not mend by itself.
  void coordinator_failed(TimePoint now, Error error);
  std::vector<Request> take_requests();
  // Why the coordinator is to be given up and looked for anew.
  std::optional<std::string> take_distrust();
  void on_join(TimePoint now, const Generation& sent, Result<JoinGroupResponse> response);
  void on_sync(TimePoint now, const Generation& sent, Result<SyncGroupResponse> response);
  void on_heartbeat(TimePoint now, const Generation& sent, Result<int16_t> error);
  void on_leave(TimePoint now, Result<int16_t> error);

  // --- the clock
  void tick(TimePoint now);
  TimePoint next_tick() const;

  // --- the caller
  void polled(TimePoint now) { poll_deadline_ = now + options_.rebalance_timeout; }
  Step next_step(TimePoint now) const;
  TimePoint next_join() const;  // when kJoin comes by itself
  std::string take_reason();
  Error take_failure();
  Joined take_joined();
  Question question() const { return *question_; }
  void answer(TimePoint now, const Generation& of,
              Result<std::map<std::string, std::string>> assignments);
  Generation begin_join();
  void offer(TimePoint now, std::vector<GroupProtocol> protocols);
  void request_rejoin(const std::string& reason);
  void leave(const std::string& reason);
  void stop_joining() { stopped_ = true; }

  bool in_group() const { return state_ == State::kStable && !rejoin_needed_ && !joined_; }
  bool leaving() const { return leave_in_flight_; }
  State state() const { return state_; }
  const Generation& generation() const { return generation_; }

 private:
  bool is_member() const {
    return state_ == State::kCompletingRebalance || state_ == State::kStable;
  }
  void send(decltype(Request::body) body, std::chrono::milliseconds timeout);
  void send_join(const std::string& reason);
  void send_sync(std::map<std::string, std::string> assignments);
  void send_heartbeat(TimePoint now);
  void joined_group(TimePoint now, JoinGroupResponse response);
  void synced_group(TimePoint now, SyncGroupResponse response);
  void join_failed(TimePoint now, const std::string& cause, std::chrono::milliseconds pause);
  void join_failed_for_good(TimePoint now, Error error);
  // By an error that JoinGroup and SyncGroup answer alike. unexpected: what to say before any
  // other.
  void rebalance_failed(TimePoint now, int16_t error, const std::string& unexpected);
  void distrust(const std::string& reason);
  void reset(const std::string& reason, bool with_member_id);
  void expel(const std::string& reason, bool with_member_id);
  void heartbeat_failed(TimePoint now);
  std::string fatal_join_text(int16_t error) const;

  const MembershipOptions options_;
  const Logger& log_;
  State state_ = State::kUnjoined;
  Generation generation_;
  bool rejoin_needed_ = true, stopped_ = false, leave_in_flight_ = false;
  std::string rejoin_reason_;
  TimePoint join_not_before_;
  bool join_in_flight_ = false, sync_in_flight_ = false, asking_ = false;
  std::vector<GroupProtocol> offered_;
  std::vector<Request> requests_;
  std::optional<std::string> distrust_;

  bool has_coordinator_ = false;
  TimePoint coordinator_lost_at_;
  bool holds_assignment_ = false, lost_ = false;

  bool heartbeat_in_flight_ = false;
  int failed_heartbeats_ = 0;
  TimePoint heartbeat_at_, session_deadline_, poll_deadline_;

  std::optional<std::string> expelled_reason_, lost_reason_;
  std::optional<Error> failure_;
  std::optional<Question> question_;
  std::optional<Joined> joined_;
};

}  // namespace millrace::kafka::wire
