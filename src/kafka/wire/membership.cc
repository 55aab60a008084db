#include "kafka/wire/membership.h"

#include <algorithm>

#include "kafka/wire/kafka_error.h"
#include "kafka/wire/wire_settings.h"

namespace millrace::kafka::wire {

using std::chrono::milliseconds;

Membership::Membership(MembershipOptions options, TimePoint now, const Logger& log)
    : options_(std::move(options)),
      log_(log),
      join_not_before_(now),
      coordinator_lost_at_(now),
      heartbeat_at_(now),
      session_deadline_(now + options_.session_timeout),
      poll_deadline_(now + options_.rebalance_timeout) {}

// ------------------------------------------------------------------ the network

void Membership::coordinator_found(TimePoint now) {
  has_coordinator_ = true;
  lost_ = false;
  session_deadline_ = now + options_.session_timeout;
}

void Membership::coordinator_lost(TimePoint now) {
  if (!has_coordinator_) return;
  has_coordinator_ = false;
  coordinator_lost_at_ = now;
  distrust_.reset();
}

void Membership::coordinator_failed(TimePoint now, Error error) {
  coordinator_lost(now);
  failure_ = std::move(error);
}

std::vector<Membership::Request> Membership::take_requests() {
  return std::exchange(requests_, {});
}

std::optional<std::string> Membership::take_distrust() { return std::exchange(distrust_, {}); }

void Membership::distrust(const std::string& reason) { distrust_ = reason; }

void Membership::send(decltype(Request::body) body, milliseconds timeout) {
  requests_.push_back({std::move(body), timeout, generation_});
}

// ------------------------------------------------------------------ the clock

void Membership::tick(TimePoint now) {
  if (!has_coordinator_) {
    if (holds_assignment_ && !lost_ && now - coordinator_lost_at_ >= options_.heartbeat_interval) {
      lost_ = true;
      lost_reason_ = "Broker coordinator was unreachable for " +
                     std::to_string(options_.heartbeat_interval.count()) + "ms";
    }
    return;
  }
  if (!is_member()) return;
  // An answer to SyncGroup comes when the leader is ready; meanwhile the broker takes the member
  // for alive, and would not answer a heartbeat behind it.
  if (sync_in_flight_) return;
  if (now >= session_deadline_) {
    session_deadline_ = now + options_.session_timeout;
    distrust("session timed out without receiving a heartbeat response");
  } else if (now >= poll_deadline_) {
    log_.warn(
        "worker poll timeout has expired. This means the time between subsequent calls to "
        "poll() in the herder's thread was longer than rebalance.timeout.ms, which typically "
        "implies that it spends too much time in a call to a connector or to Kafka");
    leave("worker poll timeout has expired.");
    expelled_reason_ = "worker poll timeout has expired.";
  } else if (now >= heartbeat_at_ && !heartbeat_in_flight_) {
    send_heartbeat(now);
  }
}

TimePoint Membership::next_tick() const {
  if (!has_coordinator_)
    return holds_assignment_ && !lost_ ? coordinator_lost_at_ + options_.heartbeat_interval
                                       : TimePoint::max();
  if (!is_member() || sync_in_flight_) return TimePoint::max();
  const TimePoint next = std::min(session_deadline_, poll_deadline_);
  return heartbeat_in_flight_ ? next : std::min(next, heartbeat_at_);
}

void Membership::send_heartbeat(TimePoint now) {
  heartbeat_in_flight_ = true;
  heartbeat_at_ = now + options_.heartbeat_interval;
  send(HeartbeatRequest{options_.group_id, generation_.id, generation_.member_id},
       options_.request_timeout);
}

void Membership::heartbeat_failed(TimePoint now) {
  heartbeat_in_flight_ = false;
  heartbeat_at_ =
      now + backoff(options_.retry_backoff, options_.retry_backoff_max, failed_heartbeats_++);
}

void Membership::on_heartbeat(TimePoint now, const Generation& sent, Result<int16_t> error) {
  if (!error) return heartbeat_failed(now);
  const bool rebalancing = *error == code::kRebalanceInProgress;
  if (*error == code::kNone || rebalancing) {
    heartbeat_in_flight_ = false;
    failed_heartbeats_ = 0;
    session_deadline_ = now + options_.session_timeout;
    if (rebalancing && state_ == State::kStable && generation_ == sent)
      request_rejoin("group is already rebalancing");
    return;
  }
  heartbeat_failed(now);
  if (*error == code::kCoordinatorNotAvailable || *error == code::kNotCoordinator) {
    distrust("error response " + error_name(*error));
  } else if (*error == code::kIllegalGeneration || *error == code::kUnknownMemberId ||
             *error == code::kFencedInstanceId) {
    if (generation_ != sent) return;
    expel("encountered " + error_name(*error) + " from HEARTBEAT response",
          *error != code::kIllegalGeneration);
  } else {
    log_.warn("Heartbeat failed: {}", error_text(*error));
  }
}

// ------------------------------------------------------------------ what the caller does

Membership::Step Membership::next_step(TimePoint now) const {
  if (expelled_reason_) return Step::kExpelled;
  if (lost_reason_) return Step::kLost;
  if (failure_) return Step::kFailed;
  if (joined_) return Step::kJoined;
  if (question_) return Step::kAssign;
  return now >= next_join() ? Step::kJoin : Step::kNothing;
}

TimePoint Membership::next_join() const {
  const bool may_join = rejoin_needed_ && has_coordinator_ && !stopped_ && !join_in_flight_ &&
                        !sync_in_flight_ && !asking_;
  return may_join ? join_not_before_ : TimePoint::max();
}

std::string Membership::take_reason() {
  const bool expelled = expelled_reason_.has_value();
  std::string reason = expelled ? std::move(*expelled_reason_) : std::move(*lost_reason_);
  (expelled ? expelled_reason_ : lost_reason_).reset();
  if (expelled) return reason;
  holds_assignment_ = false;
  // Java: with no assignment of its own a member always needs to join.
  if (!rejoin_needed_) request_rejoin(reason);
  return reason;
}

Error Membership::take_failure() {
  Error error = std::move(*failure_);
  failure_.reset();
  return error;
}

Membership::Joined Membership::take_joined() {
  Joined joined = std::move(*joined_);
  joined_.reset();
  holds_assignment_ = true;
  return joined;
}

void Membership::request_rejoin(const std::string& reason) {
  log_.info("Request joining group due to: {}", reason);
  rejoin_reason_ = reason;
  rejoin_needed_ = true;
}

void Membership::leave(const std::string& reason) {
  if (has_coordinator_ && state_ != State::kUnjoined && !generation_.member_id.empty()) {
    log_.info("Member {} sending LeaveGroup request to coordinator due to {}",
              generation_.member_id, reason);
    leave_in_flight_ = true;
    send(LeaveGroupRequest{options_.group_id, generation_.member_id, reason},
         options_.request_timeout);
  }
  reset("consumer pro-actively leaving the group", true);
}

void Membership::on_leave(TimePoint, Result<int16_t> error) {
  leave_in_flight_ = false;
  if (!error)
    log_.info("LeaveGroup got no answer: {}", error.error().describe());
  else if (*error != code::kNone)
    log_.error("LeaveGroup request failed with error: {}", error_text(*error));
}

// The coordinator knows the member (or only its generation) no more.
void Membership::expel(const std::string& reason, bool with_member_id) {
  if (generation_.id >= 0 || holds_assignment_) expelled_reason_ = reason;
  reset(reason, with_member_id);
}

// AbstractCoordinator.resetStateAndRejoin. What is asked or answered from now on is of the past.
void Membership::reset(const std::string& reason, bool with_member_id) {
  log_.info("Resetting generation {}due to: {}", with_member_id ? "and member id " : "", reason);
  state_ = State::kUnjoined;
  generation_ = Generation{-1, with_member_id ? "" : generation_.member_id, ""};
  question_.reset();
  joined_.reset();
  request_rejoin(reason);
}

}  // namespace millrace::kafka::wire
