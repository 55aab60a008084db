#include "kafka/wire/kafka_error.h"

namespace millrace::kafka::wire {
namespace {

constexpr ErrorKind kRetry = ErrorKind::retriable, kUser = ErrorKind::bad_config,
                    kFatal = ErrorKind::fatal;

struct Known {
  int16_t code;
  ErrorKind kind;
  const char* name;
  const char* class_name;
  const char* text;
};

#define MILLRACE_CLASS(name) "org.apache.kafka.common.errors." name "Exception"
constexpr Known kKnown[] = {
    {-1, kFatal, "UNKNOWN_SERVER_ERROR", MILLRACE_CLASS("UnknownServer"),
     "The server experienced an unexpected error when processing the request."},
    {7, kRetry, "REQUEST_TIMED_OUT", MILLRACE_CLASS("Timeout"), "The request timed out."},
    {14, kRetry, "COORDINATOR_LOAD_IN_PROGRESS", MILLRACE_CLASS("CoordinatorLoadInProgress"),
     "The coordinator is loading and hence can't process requests."},
    {15, kRetry, "COORDINATOR_NOT_AVAILABLE", MILLRACE_CLASS("CoordinatorNotAvailable"),
     "The coordinator is not available."},
    {16, kRetry, "NOT_COORDINATOR", MILLRACE_CLASS("NotCoordinator"),
     "This is not the correct coordinator."},
    {22, kRetry, "ILLEGAL_GENERATION", MILLRACE_CLASS("IllegalGeneration"),
     "Specified group generation id is not valid."},
    {23, kUser, "INCONSISTENT_GROUP_PROTOCOL", MILLRACE_CLASS("InconsistentGroupProtocol"),
     "The group member's supported protocols are incompatible with those of existing members or "
     "first group member tried to join with empty protocol type or empty protocol list."},
    {24, kUser, "INVALID_GROUP_ID", MILLRACE_CLASS("InvalidGroupId"), "The group id is invalid."},
    {25, kRetry, "UNKNOWN_MEMBER_ID", MILLRACE_CLASS("UnknownMemberId"),
     "The coordinator is not aware of this member."},
    {26, kUser, "INVALID_SESSION_TIMEOUT", MILLRACE_CLASS("InvalidSessionTimeout"),
     "The session timeout is not within the range allowed by the broker (as configured by "
     "group.min.session.timeout.ms and group.max.session.timeout.ms)."},
    {27, kRetry, "REBALANCE_IN_PROGRESS", MILLRACE_CLASS("RebalanceInProgress"),
     "The group is rebalancing, so a rejoin is needed."},
    {30, kUser, "GROUP_AUTHORIZATION_FAILED", MILLRACE_CLASS("GroupAuthorization"),
     "Group authorization failed."},
    {33, kUser, "UNSUPPORTED_SASL_MECHANISM", MILLRACE_CLASS("UnsupportedSaslMechanism"),
     "The broker does not support the requested SASL mechanism."},
    {34, kUser, "ILLEGAL_SASL_STATE", MILLRACE_CLASS("IllegalSaslState"),
     "Request is not valid given the current SASL state."},
    {35, kUser, "UNSUPPORTED_VERSION", MILLRACE_CLASS("UnsupportedVersion"),
     "The version of API is not supported."},
    {42, kFatal, "INVALID_REQUEST", MILLRACE_CLASS("InvalidRequest"),
     "This most likely occurs because of a request being malformed by the client library or the "
     "message was sent to an incompatible broker. See the broker logs for more details."},
    {51, kRetry, "CONCURRENT_TRANSACTIONS", MILLRACE_CLASS("ConcurrentTransactions"),
     "The producer attempted to update a transaction while another concurrent operation on the "
     "same transaction was ongoing."},
    {53, kUser, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
     MILLRACE_CLASS("TransactionalIdAuthorization"), "Transactional Id authorization failed."},
    {58, kUser, "SASL_AUTHENTICATION_FAILED", MILLRACE_CLASS("SaslAuthentication"),
     "SASL Authentication failed."},
    {79, kRetry, "MEMBER_ID_REQUIRED", MILLRACE_CLASS("MemberIdRequired"),
     "The group member needs to have a valid member id before actually entering a consumer "
     "group."},
    {81, kUser, "GROUP_MAX_SIZE_REACHED", MILLRACE_CLASS("GroupMaxSizeReached"),
     "The group has reached its maximum size."},
    {82, kFatal, "FENCED_INSTANCE_ID", MILLRACE_CLASS("FencedInstanceId"),
     "The broker rejected this static consumer since another consumer with the same "
     "group.instance.id has registered with a different member.id."},
    {90, kFatal, "PRODUCER_FENCED", MILLRACE_CLASS("ProducerFenced"),
     "There is a newer producer with the same transactionalId which fences the current one."},
};
#undef MILLRACE_CLASS

const Known* find(int16_t code) {
  for (const Known& known : kKnown)
    if (known.code == code) return &known;
  return nullptr;
}

}  // namespace

std::string error_name(int16_t code) {
  const Known* known = find(code);
  return known != nullptr ? known->name : "error " + std::to_string(code);
}

std::string error_class(int16_t code) {
  const Known* known = find(code);
  if (known == nullptr) return "UnknownServerException";
  const std::string name = known->class_name;
  return name.substr(name.rfind('.') + 1);
}

std::string error_text(int16_t code) {
  const Known* known = find(code);
  return known != nullptr ? known->text
                          : "The broker answered with the error " + std::to_string(code) +
                                ", which this client does not know: see the broker's log";
}

bool is_retriable(int16_t code) {
  const Known* known = find(code);
  return known != nullptr && known->kind == ErrorKind::retriable;
}

Error to_error(int16_t code, std::string message) {
  if (message.empty()) message = error_text(code);
  const Known* known = find(code);
  if (known == nullptr)
    return {kFatal, std::move(message), "org.apache.kafka.common.KafkaException"};
  return {known->kind, std::move(message), known->class_name};
}

}  // namespace millrace::kafka::wire
