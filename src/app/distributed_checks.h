#pragma once
// What the settings of a distributed worker may not say together, or at all, beyond what the table
// of keys checks. The Java worker refuses it as it makes its parts: DistributedConfig, the three
// stores, AbstractCoordinator.

#include "base/result.h"
#include "config/distributed_settings.h"

namespace millrace::app {

// The first that is wrong: bad_config, naming the setting and its value.
Result<void> check_distributed_settings(const config::DistributedSettings& settings);

}  // namespace millrace::app
