#include "herder/restart_policy.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace millrace::herder {
namespace {

using std::chrono::milliseconds;

constexpr char kKeys[] = "errors.restart.";

std::optional<int64_t> number_of(const config::Properties& config, const char* key) {
  auto given = config.find(key);
  if (given == config.end()) return {};
  const std::string_view text = config::trim(given->second);
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Classes by which a failure of the network or of files is known where its kind says no more.
bool names_network_or_files(std::string_view exception_class) {
  constexpr std::string_view kErrors = "org.apache.kafka.common.errors.";
  if (exception_class == "org.apache.kafka.connect.errors.RetriableException" ||
      exception_class == "java.io.IOException" || starts_with(exception_class, "java.net."))
    return true;
  if (!starts_with(exception_class, kErrors)) return false;
  const std::string_view name = exception_class.substr(kErrors.size());
  return name == "TimeoutException" || name == "RetriableException" || name == "NetworkException" ||
         name == "DisconnectException" || name == "UnknownTopicOrPartitionException" ||
         name == "RebalanceInProgressException";
}

constexpr std::string_view kToleranceExceeded = "Tolerance exceeded in error handler";

}  // namespace

RestartPolicy RestartPolicy::from(const config::Properties& config) {
  RestartPolicy policy;
  policy.maximum_attempts = number_of(config, "errors.restart.max.attempts").value_or(0);
  const auto initial = number_of(config, "errors.restart.delay.initial.ms");
  if (initial && *initial >= 0) policy.initial_delay = milliseconds(*initial);
  const auto maximum = number_of(config, "errors.restart.delay.max.ms");
  if (maximum && *maximum >= 0) policy.maximum_delay = milliseconds(*maximum);
  auto on = config.find("errors.restart.on");
  policy.all_failures = on != config.end() && config::trim(on->second) == "all";
  return policy;
}

RestartPolicy RestartPolicy::from(const config::Properties& config,
                                  config::ConfigResolver& resolver) {
  config::Properties keys;
  for (auto key = config.lower_bound(kKeys); key != config.end() && key->first.starts_with(kKeys);
       ++key)
    keys.insert(*key);
  if (keys.empty()) return {};
  Result<config::Properties> resolved = resolver.resolve(keys);
  return from(resolved ? *resolved : keys);
}

bool is_transient(const Error& error) {
  bool transient = false;
  for (const Error* each = &error; each != nullptr; each = each->cause()) {
    switch (each->kind()) {
      case ErrorKind::bad_data:
      case ErrorKind::bad_config: return false;
      case ErrorKind::retriable:
      case ErrorKind::timed_out: transient = true; break;
      default: break;
    }
    if (starts_with(each->message(), kToleranceExceeded)) return false;
    if (names_network_or_files(each->exception_class())) transient = true;
  }
  return transient;
}

}  // namespace millrace::herder
