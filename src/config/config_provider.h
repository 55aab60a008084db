#pragma once
// ConfigProvider: where the values of variables `${provider:[path:]key}` come from.
// org.apache.kafka.common.config.provider: FileConfigProvider, DirectoryConfigProvider and
// EnvVarConfigProvider, with their allow-lists and messages.

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"

namespace millrace::config {

struct ProvidedValues {
  Properties values;  // keys that there are; the others are left out
  // After this time the values are old and what uses them is to be restarted. The three providers
  // give none.
  std::optional<std::chrono::milliseconds> time_to_live;
};

// Thread-safe; may block (reads files). `path` is empty where the variable names none.
class ConfigProvider {
 public:
  virtual ~ConfigProvider() = default;
  virtual Result<ProvidedValues> get(const std::string& path,
                                     const std::set<std::string>& keys) = 0;
};

// By class name or alias (`FileConfigProvider`, `File`). parameters: `config.providers.NAME.param.`
// with the prefix cut off. bad_config: an unknown class, or a parameter that cannot be.
Result<std::unique_ptr<ConfigProvider>> make_config_provider(const std::string& class_name,
                                                             const Properties& parameters);
// Full names of the classes that there are.
std::vector<std::string> config_provider_classes();

}  // namespace millrace::config
