#pragma once
// Error codes of Kafka's protocol: name, message and Java class, as
// org.apache.kafka.common.protocol. Errors has them; those that a group member, a login or a
// fencing meets.

#include <cstdint>
#include <string>

#include "base/result.h"

namespace millrace::kafka::wire {

namespace code {
inline constexpr int16_t kNone = 0, kRequestTimedOut = 7, kCoordinatorLoadInProgress = 14,
                         kCoordinatorNotAvailable = 15, kNotCoordinator = 16,
                         kIllegalGeneration = 22, kInconsistentGroupProtocol = 23,
                         kInvalidGroupId = 24, kUnknownMemberId = 25, kInvalidSessionTimeout = 26,
                         kRebalanceInProgress = 27, kGroupAuthorizationFailed = 30,
                         kUnsupportedVersion = 35, kConcurrentTransactions = 51,
                         kMemberIdRequired = 79, kGroupMaxSizeReached = 81, kFencedInstanceId = 82;
}  // namespace code

std::string error_name(int16_t code);   // "NOT_COORDINATOR"; of an unknown one its number
std::string error_class(int16_t code);  // "NotCoordinatorException"
std::string error_text(int16_t code);   // what Java prints of it
bool is_retriable(int16_t code);
// Kind: retriable, or bad_config where the user must act, or fatal.
Error to_error(int16_t code, std::string message = {});

}  // namespace millrace::kafka::wire
