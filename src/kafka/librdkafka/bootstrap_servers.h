#pragma once
// What Java's clients demand of `bootstrap.servers` before they connect to anything.
// Java: org.apache.kafka.clients.ClientUtils.parseAndValidateAddresses.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::kafka {

struct ServerAddress {
  std::string host;  // an IPv6 address without its brackets
  std::string port;
};

// Of host:port, [host]:port, or either behind a protocol://. bad_config with Java's message.
Result<std::vector<ServerAddress>> parse_bootstrap_servers(std::string_view list);

// Looks the names up, one after the other until one is known; takes as long as the resolver does.
// bad_config, where the list is wrong or no name in it can be resolved.
Result<void> resolve_bootstrap_servers(std::string_view list);

}  // namespace millrace::kafka
