#pragma once
// The mock cluster knows no CreateTopics request: admins of this process reach the dev broker
// directly, by its address.

#include <optional>
#include <string>

#include "kafka/client.h"

namespace millrace::kafka {

// nullopt: `bootstrap_servers` is not a dev broker of this process.
std::optional<Result<void>> create_on_dev_broker(const std::string& bootstrap_servers,
                                                 const NewTopic& topic);

}  // namespace millrace::kafka
