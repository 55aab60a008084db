#include "app/distributed_checks.h"

#include <algorithm>
#include <optional>
#include <string>

namespace millrace::app {
namespace {

using config::DistributedSettings;
using Problem = std::optional<Error>;

constexpr const char* kConfigException = "org.apache.kafka.common.config.ConfigException";
constexpr int32_t kLeastKeySize = 40;  // bits; of every generator of keys for a Mac

Error refused(std::string message, const char* java_class = kConfigException) {
  return Error(ErrorKind::bad_config, std::move(message), java_class);
}

Problem check_keys(const DistributedSettings& settings) {
  const auto& accepted = settings.verification_algorithms;
  if (std::find(accepted.begin(), accepted.end(), settings.signature_algorithm) == accepted.end())
    return refused("Invalid value " + settings.signature_algorithm +
                   " for configuration inter.worker.signature.algorithm: Signature algorithm must "
                   "be present in inter.worker.verification.algorithms list");
  if (settings.key_size && *settings.key_size < kLeastKeySize)
    return refused("Unable to create key generator with algorithm " +
                   settings.key_generation_algorithm + " and key size " +
                   std::to_string(*settings.key_size) + " (inter.worker.key.size): Key length " +
                   "must be at least " + std::to_string(kLeastKeySize) + " bits");
  return {};
}

Problem check_topics(const DistributedSettings& settings) {
  if (settings.offset_topic.name.empty())
    return refused("Offset storage topic must be specified: offset.storage.topic is empty");
  if (settings.status_topic.name.empty())
    return refused("Must specify topic for connector status: status.storage.topic is empty");
  if (settings.config_topic.name.empty())
    return refused("Must specify topic for connector configuration: config.storage.topic is empty");
  return {};
}

Problem check_membership(const DistributedSettings& settings) {
  constexpr const char* kIllegalArgument = "java.lang.IllegalArgumentException";
  if (settings.group_id.empty())
    return refused("The configured group.id should not be an empty string or whitespace.",
                   "org.apache.kafka.common.errors.InvalidGroupIdException");
  const auto heartbeat = settings.heartbeat_interval.count();
  const auto session = settings.session_timeout.count();
  if (heartbeat >= session)
    return refused("Heartbeat must be set lower than the session timeout: heartbeat.interval.ms " +
                       std::to_string(heartbeat) + ", session.timeout.ms " +
                       std::to_string(session),
                   kIllegalArgument);
  if (heartbeat < 0)
    return refused("Invalid negative timeout " + std::to_string(heartbeat) +
                       " for configuration heartbeat.interval.ms",
                   kIllegalArgument);
  if (settings.rebalance_timeout.count() < 0)
    return refused("Invalid negative timeout " +
                       std::to_string(settings.rebalance_timeout.count()) +
                       " for configuration rebalance.timeout.ms",
                   kIllegalArgument);
  return {};
}

}  // namespace

Result<void> check_distributed_settings(const DistributedSettings& settings) {
  for (auto check : {check_keys, check_topics, check_membership})
    if (Problem problem = check(settings)) return fail(*std::move(problem));
  return {};
}

}  // namespace millrace::app
