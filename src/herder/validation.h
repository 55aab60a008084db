#pragma once
// Validation of a connector's configuration: all problems at once.
// org.apache.kafka.connect.runtime.AbstractHerder.validateConnectorConfig.

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/client_config.h"
#include "config/config_resolver.h"
#include "herder/cluster_validation.h"
#include "herder/herder.h"
#include "herder/key_order.h"
#include "plugin/catalogue.h"
#include "runtime/framework_keys.h"

namespace millrace::herder {

// Names of classes that were not found: from the second time on Java tells of them as the cause of
// another exception (org.apache.kafka.connect.runtime.CachedConnectors). Any thread.
class UnknownClasses {
 public:
  // The message, as it is now to be told.
  std::string told(const std::string& name, const Error& error);

 private:
  static constexpr size_t kMost = 10'000;
  std::mutex mutex_;
  std::set<std::string, std::less<>> names_;
};

struct ValidationParts {
  std::shared_ptr<const plugin::Catalogue> plugins;
  std::shared_ptr<config::ConfigResolver> resolver;
  const config::ClientOverridePolicy* client_overrides = nullptr;
  runtime::Enrichment enrichment = {};
  std::optional<ClusterRules> cluster = std::nullopt;  // of a worker in a cluster
  std::shared_ptr<UnknownClasses> unknown_classes = std::make_shared<UnknownClasses>();
};

// Resolves variables, then: the framework's keys, what they may not say together, null values, the
// converters that the connector names, client overrides, the connector's own keys and its own
// judgement (on a thread of its own, waited for until the deadline).
// bad_config: there is nothing to validate against: no connector.class, an unknown one, or a
// version that is none. fatal: a client override that its key cannot take (as in Java).
// order: of the keys in the request, for messages that print them.
Result<ConfigInfos> validate_connector(const ValidationParts& parts,
                                       const NullableProperties& config, Herder::Deadline deadline,
                                       const KeyOrder& order = {});

// The text with which a configuration with errors is refused; nothing where there are none.
std::optional<std::string> refusal(const ConfigInfos& infos);

// Keys of one plug-in, with those that every connector has. version: `latest`, a version or a range
// (KIP-891). bad_config: no range, or no such version. Java: connectorPluginConfig.
Result<std::vector<config::ConfigKey>> keys_of_plugin(const plugin::Catalogue& plugins,
                                                      const std::string& plugin,
                                                      const std::string& version = "latest");

}  // namespace millrace::herder
