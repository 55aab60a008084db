#pragma once
// ConfigResolver: replaces variables `${provider:[path:]key}` in configurations:
// org.apache.kafka.common.config.ConfigTransformer. Configurations are stored and shown
// unresolved, and resolved where they are used.
//
//   auto resolver = make_config_resolver(worker_properties);     // config.providers=...
//   auto resolution = (*resolver)->resolution(connector_config);
//   redaction::note(connector, resolution->secrets);             // before anything can log them

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"

namespace millrace::config {

struct Resolution {
  Properties values;
  std::set<std::string> resolved_keys;  // whose text held a variable that was replaced
  // What stands in place of variables, to be hidden: the replacements and the whole new values.
  std::vector<std::string> secrets;
  // By path, where a provider says so: when to resolve again.
  std::map<std::string, std::chrono::milliseconds> times_to_live;
};

// Thread-safe. May block (a provider reads files).
class ConfigResolver {
 public:
  virtual ~ConfigResolver() = default;
  virtual Result<Properties> resolve(const Properties& properties) = 0;
  virtual Result<Resolution> resolution(const Properties& properties) {
    Result<Properties> values = resolve(properties);
    if (!values) return fail(std::move(values).error());
    return Resolution{*std::move(values), {}, {}, {}};
  }
};

// No provider is configured: every text stays as it is.
class IdentityResolver : public ConfigResolver {
 public:
  Result<Properties> resolve(const Properties& properties) override { return properties; }
};

// With the providers that a worker's properties declare: config.providers and
// config.providers.NAME.class, .param.*. A variable of an unknown provider or of a key that is not
// there stays as it is; a provider that fails fails the whole.
Result<std::shared_ptr<ConfigResolver>> make_config_resolver(const Properties& worker_properties);

// Whether a text holds anything of the form of a variable.
bool has_variables(std::string_view text);

// A task's configuration as it is stored: what the connector's raw configuration has with variables
// goes back to that raw text. Java: AbstractHerder.reverseTransform.
void restore_variables(const Properties& raw_connector_config, Properties& task_config);

}  // namespace millrace::config
