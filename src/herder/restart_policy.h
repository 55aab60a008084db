#pragma once
// RestartPolicy: whether a connector wants to be restarted when it or a task of it fails, and when.
//
//   errors.restart.max.attempts      how often in a row; 0 never (the default), -1 without end
//   errors.restart.delay.initial.ms  before the first; doubled before each further one
//   errors.restart.delay.max.ms      at most; one that has run for as long counts as well again
//   errors.restart.on                `transient` failures alone (the default), or `all`

#include <chrono>
#include <cstdint>

#include "base/result.h"
#include "config/config_def.h"
#include "config/config_resolver.h"

namespace millrace::herder {

struct RestartPolicy {
  int64_t maximum_attempts = 0;  // 0: never; below: no limit
  std::chrono::milliseconds initial_delay{1000}, maximum_delay{60000};
  bool all_failures = false;

  // Of a connector's configuration, variables resolved. What is no valid value is as if not given.
  static RestartPolicy from(const config::Properties& config);
  // Variables unresolved. Nearly always nothing is asked for: then nothing is resolved either.
  static RestartPolicy from(const config::Properties& config, config::ConfigResolver& resolver);
};

// Whether a failure may be gone at the next attempt: it or one of its causes is retriable, timed
// out or of the network or files, and none is bad data or bad configuration or went beyond what
// errors.tolerance allows.
bool is_transient(const Error& error);

}  // namespace millrace::herder
