// A member's way through one rebalance: JoinGroup, assignment, SyncGroup.

#include <algorithm>

#include "kafka/wire/kafka_error.h"
#include "kafka/wire/membership.h"

namespace millrace::kafka::wire {
namespace {

using std::chrono::milliseconds;

// AbstractCoordinator.JOIN_GROUP_TIMEOUT_LAPSE
constexpr milliseconds kJoinTimeoutLapse(5'000);
constexpr milliseconds kAtOnce(0);

std::string class_of(const Error& error) {
  const std::string_view name = error.exception_class();
  return std::string(name.substr(name.rfind('.') + 1));
}

}  // namespace

Generation Membership::begin_join() {
  asking_ = true;
  // A request to join again from now on concerns what is offered after this.
  rejoin_needed_ = false;
  return generation_;
}

void Membership::offer(TimePoint now, std::vector<GroupProtocol> protocols) {
  asking_ = false;
  if (protocols.empty()) {
    rejoin_needed_ = true;
    return;
  }
  offered_ = std::move(protocols);
  if (!has_coordinator_) return join_failed(now, "CoordinatorNotAvailableException", kAtOnce);
  log_.info("(Re-)joining group");
  send_join(rejoin_reason_);
}

void Membership::send_join(const std::string& reason) {
  state_ = State::kPreparingRebalance;
  question_.reset();
  join_in_flight_ = true;
  JoinGroupRequest request;
  request.group_id = options_.group_id;
  request.session_timeout_ms = static_cast<int32_t>(options_.session_timeout.count());
  request.rebalance_timeout_ms = static_cast<int32_t>(options_.rebalance_timeout.count());
  request.member_id = generation_.member_id;
  request.protocol_type = options_.protocol_type;
  request.protocols = offered_;
  request.reason = reason;
  send(std::move(request),
       std::max(options_.request_timeout, options_.rebalance_timeout + kJoinTimeoutLapse));
}

void Membership::join_failed(TimePoint now, const std::string& cause, milliseconds pause) {
  join_not_before_ = now + pause;
  // Before the first join of a member there may be many; one line each is enough.
  request_rejoin("rebalance failed due to " + cause);
}

void Membership::join_failed_for_good(TimePoint now, Error error) {
  log_.error("JoinGroup failed due to fatal error: {}", error.message());
  join_failed(now, class_of(error), options_.retry_backoff);
  failure_ = std::move(error);
}

void Membership::on_join(TimePoint now, const Generation& sent,
                         Result<JoinGroupResponse> response) {
  join_in_flight_ = false;
  if (!response) {
    if (response.error().kind() == ErrorKind::bad_config)
      return join_failed_for_good(now, std::move(response).error());
    return join_failed(now, class_of(response.error()), options_.retry_backoff);
  }
  const int16_t error = response->error;
  switch (error) {
    case code::kNone: return joined_group(now, std::move(*response));
    case code::kMemberIdRequired:
      if (state_ != State::kPreparingRebalance || stopped_) return;  // left meanwhile
      // What is offered is a moment old: it is not asked for again.
      generation_ = Generation{-1, response->member_id, ""};
      return send_join("need to re-join with the given member-id: " + response->member_id);
    case code::kUnknownMemberId:
      log_.info("JoinGroup failed: {} Need to re-join the group.", error_text(error));
      if (generation_ == sent)
        expel("encountered UNKNOWN_MEMBER_ID from JOIN_GROUP response", true);
      return join_failed(now, error_class(error), kAtOnce);
    case code::kGroupMaxSizeReached:
      return join_failed_for_good(
          now, to_error(error, "Consumer group " + options_.group_id +
                                   " already has the configured maximum number of members."));
    case code::kInconsistentGroupProtocol:
    case code::kInvalidSessionTimeout:
    case code::kInvalidGroupId:
    case code::kUnsupportedVersion: return join_failed_for_good(now, to_error(error));
    default:
      log_.info("JoinGroup failed: {}", error_text(error));
      return rebalance_failed(now, error, "Unexpected error in join group response: ");
  }
}

void Membership::rebalance_failed(TimePoint now, int16_t error, const std::string& unexpected) {
  switch (error) {
    case code::kCoordinatorNotAvailable:
    case code::kNotCoordinator:
      distrust("error response " + error_name(error));
      return join_failed(now, error_class(error), options_.retry_backoff);
    case code::kGroupAuthorizationFailed:
      return join_failed_for_good(
          now, to_error(error, "Not authorized to access group: " + options_.group_id));
    case code::kFencedInstanceId: return join_failed_for_good(now, to_error(error));
    default: break;
  }
  if (is_retriable(error)) return join_failed(now, error_class(error), options_.retry_backoff);
  join_failed_for_good(now, Error(ErrorKind::fatal, unexpected + error_text(error),
                                  "org.apache.kafka.common.KafkaException"));
}

void Membership::joined_group(TimePoint now, JoinGroupResponse response) {
  if (response.protocol_type && *response.protocol_type != options_.protocol_type)
    return join_failed_for_good(now, to_error(code::kInconsistentGroupProtocol));
  if (state_ != State::kPreparingRebalance) {  // it has left meanwhile
    if (!rejoin_needed_) request_rejoin("rebalance failed due to UnjoinedGroupException");
    return;
  }
  state_ = State::kCompletingRebalance;
  generation_ = {response.generation, response.member_id, response.protocol_name};
  heartbeat_in_flight_ = false;
  failed_heartbeats_ = 0;
  heartbeat_at_ = now + options_.heartbeat_interval;
  session_deadline_ = now + options_.session_timeout;
  log_.info("Successfully joined group with generation {} as member {}, protocol '{}'",
            generation_.id, generation_.member_id, generation_.protocol);
  if (response.leader != response.member_id) return send_sync({});
  if (response.skip_assignment)
    return join_failed_for_good(
        now, Error(ErrorKind::fatal,
                   "Can't skip assignment because Connect does not support static membership.",
                   "java.lang.IllegalStateException"));
  question_ = Question{generation_, response.leader, std::move(response.members)};
}

void Membership::answer(TimePoint now, const Generation& of,
                        Result<std::map<std::string, std::string>> assignments) {
  if (!question_ || of != generation_) return;  // of a rebalance that is over
  question_.reset();
  if (!assignments) {
    log_.error("The assignment failed: {}", assignments.error().describe());
    return join_failed(now, class_of(assignments.error()), options_.retry_backoff);
  }
  if (!has_coordinator_)
    return join_failed(now, "CoordinatorNotAvailableException", options_.retry_backoff);
  send_sync(std::move(*assignments));
}

void Membership::send_sync(std::map<std::string, std::string> assignments) {
  sync_in_flight_ = true;
  send(SyncGroupRequest{options_.group_id, generation_.id, generation_.member_id,
                        options_.protocol_type, generation_.protocol, std::move(assignments)},
       options_.request_timeout);
}

void Membership::on_sync(TimePoint now, const Generation& sent,
                         Result<SyncGroupResponse> response) {
  sync_in_flight_ = false;
  session_deadline_ = now + options_.session_timeout;
  if (!response) {
    if (response.error().kind() == ErrorKind::bad_config)
      return join_failed_for_good(now, std::move(response).error());
    return join_failed(now, class_of(response.error()), options_.retry_backoff);
  }
  const int16_t error = response->error;
  switch (error) {
    case code::kNone:
      if (generation_ != sent || state_ != State::kCompletingRebalance)
        return join_failed(now, error_class(code::kIllegalGeneration), kAtOnce);
      return synced_group(now, std::move(*response));
    case code::kRebalanceInProgress:
      log_.info("SyncGroup failed: The group began another rebalance. Need to re-join the group.");
      return join_failed(now, error_class(error), kAtOnce);
    case code::kUnknownMemberId:
    case code::kIllegalGeneration:
      log_.info("SyncGroup failed: {} Need to re-join the group.", error_text(error));
      if (generation_ == sent)
        expel("encountered " + error_name(error) + " from SYNC_GROUP response",
              error != code::kIllegalGeneration);
      return join_failed(now, error_class(error), kAtOnce);
    default: return rebalance_failed(now, error, "Unexpected error from SyncGroup: ");
  }
}

void Membership::synced_group(TimePoint now, SyncGroupResponse response) {
  if ((response.protocol_type && *response.protocol_type != options_.protocol_type) ||
      (response.protocol_name && *response.protocol_name != generation_.protocol))
    return join_failed_for_good(now, to_error(code::kInconsistentGroupProtocol));
  log_.info("Successfully synced group in generation {}", generation_.id);
  state_ = State::kStable;
  heartbeat_at_ = std::min(heartbeat_at_, now + options_.heartbeat_interval);
  joined_ = Joined{generation_, std::move(response.assignment)};
  if (!rejoin_needed_) rejoin_reason_.clear();
}

}  // namespace millrace::kafka::wire
