#pragma once
// The Java client properties that this client follows, checked. Connect's defaults
// (DistributedConfig) where a property is not given.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/client.h"
#include "kafka/security/security_settings.h"

namespace millrace::kafka::wire {

struct Endpoint {
  std::string host;
  uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
  std::string text() const;  // "host:port"
};

struct WireSettings {
  using Milliseconds = std::chrono::milliseconds;
  std::vector<Endpoint> bootstrap;
  bool canonical_bootstrap = false;  // client.dns.lookup=resolve_canonical_bootstrap_servers_only
  std::string client_id;
  Milliseconds request_timeout{40'000};
  Milliseconds retry_backoff{100}, retry_backoff_max{1'000};
  Milliseconds reconnect_backoff{50}, reconnect_backoff_max{1'000};
  Milliseconds metadata_max_age{300'000};
  Milliseconds connections_max_idle{540'000};
  Milliseconds connection_setup_timeout{10'000};
  SecuritySettings security;
};

// An error lists every wrong property, one line each.
Result<WireSettings> read_wire_settings(const ClientProperties& java);

// Delay before attempt number `attempt` (from 0): doubled each time up to `most`, 20 % more or less
// by chance, as Java's ExponentialBackoff.
std::chrono::milliseconds backoff(std::chrono::milliseconds first, std::chrono::milliseconds most,
                                  int attempt);

}  // namespace millrace::kafka::wire
