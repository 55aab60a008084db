#include "kafka/wire/api.h"

#include <algorithm>
#include <string>

namespace millrace::kafka::wire {
namespace {

struct Known {
  Api api;
  const char* name;
  VersionRange ours;
  int16_t flexible_from;
};

constexpr int16_t kNever = 32767;
constexpr Known kKnown[] = {
    {Api::kMetadata, "METADATA", {1, 12}, 9},
    {Api::kFindCoordinator, "FIND_COORDINATOR", {0, 6}, 3},
    {Api::kJoinGroup, "JOIN_GROUP", {0, 9}, 6},
    {Api::kHeartbeat, "HEARTBEAT", {0, 4}, 4},
    {Api::kLeaveGroup, "LEAVE_GROUP", {0, 5}, 4},
    {Api::kSyncGroup, "SYNC_GROUP", {0, 5}, 4},
    {Api::kSaslHandshake, "SASL_HANDSHAKE", {1, 1}, kNever},
    {Api::kApiVersions, "API_VERSIONS", {0, 3}, 3},
    {Api::kInitProducerId, "INIT_PRODUCER_ID", {0, 5}, 2},
    {Api::kSaslAuthenticate, "SASL_AUTHENTICATE", {0, 2}, 2},
};

const Known& known(Api api) {
  return *std::find_if(std::begin(kKnown), std::end(kKnown),
                       [&](const Known& one) { return one.api == api; });
}

}  // namespace

const char* name_of(Api api) { return known(api).name; }

bool is_flexible(Api api, int16_t version) { return version >= known(api).flexible_from; }

Result<int16_t> ApiVersions::pick(Api api) const {
  const Known& one = known(api);
  const auto found = broker_.find(static_cast<int16_t>(api));
  if (found == broker_.end())
    return fail(ErrorKind::bad_config,
                std::string("The node does not support ") + one.name +
                    ": use brokers of Apache Kafka 2.4 or later",
                "org.apache.kafka.common.errors.UnsupportedVersionException");
  const VersionRange theirs = found->second;
  const int16_t version = std::min(one.ours.most, theirs.most);
  if (version < one.ours.least || version < theirs.least)
    return fail(ErrorKind::bad_config,
                std::string("The node does not support ") + one.name + " with version in range [" +
                    std::to_string(one.ours.least) + "," + std::to_string(one.ours.most) +
                    "]. The supported range is [" + std::to_string(theirs.least) + "," +
                    std::to_string(theirs.most) + "].",
                "org.apache.kafka.common.errors.UnsupportedVersionException");
  return version;
}

}  // namespace millrace::kafka::wire
