#pragma once
// ConfigResolver: replaces variables `${provider:[path:]key}` in configurations:
// org.apache.kafka.common.config.ConfigTransformer. Configurations are stored and shown
// unresolved, and resolved where they are used.

#include "base/result.h"
#include "config/config_def.h"

namespace millrace::config {

// Thread-safe. May block (a provider reads files).
class ConfigResolver {
 public:
  virtual ~ConfigResolver() = default;
  virtual Result<Properties> resolve(const Properties& properties) = 0;
};

// No provider is configured: every text stays as it is.
class IdentityResolver : public ConfigResolver {
 public:
  Result<Properties> resolve(const Properties& properties) override { return properties; }
};

}  // namespace millrace::config
