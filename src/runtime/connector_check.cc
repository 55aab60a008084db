#include "runtime/connector_check.h"

#include "config/connector_config.h"
#include "runtime/topic_creation.h"

namespace millrace::runtime {
namespace {

using config::ConnectorKind;

Result<void> check_keys(const config::ConfigDef& keys, const config::Properties& config) {
  const config::NullableProperties given(config.begin(), config.end());
  for (const config::ConfigValue& value : keys.validate(given))
    if (!value.errors.empty() && config.count(value.name) != 0)
      return fail(ErrorKind::bad_config, value.errors.front(),
                  "org.apache.kafka.common.config.ConfigException");
  return {};
}

}  // namespace

Result<void> check_common_config(const config::Properties& config) {
  return check_keys(config::common_connector_keys(), config);
}

Result<void> check_connector_config(const config::WorkerConfig& worker, plugin::ConnectorType type,
                                    const config::Properties& config) {
  static const config::ConfigDef source_keys =
      config::connector_config_def(ConnectorKind::kSource, {}, {});
  static const config::ConfigDef sink_keys =
      config::connector_config_def(ConnectorKind::kSink, {}, {});
  const bool source = type == plugin::ConnectorType::kSource;
  if (auto checked = check_keys(source ? source_keys : sink_keys, config); !checked) return checked;
  return check_topic_creation(worker, type, config);
}

}  // namespace millrace::runtime
