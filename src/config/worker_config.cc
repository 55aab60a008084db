#include "config/worker_config.h"

namespace millrace::config {
namespace {

std::string join(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
  return text;
}

void read_rest_settings(const Config& values, WorkerConfig& config) {
  config.listeners = values.list("listeners");
  if (!values.is_null("admin.listeners")) config.admin_listeners = values.list("admin.listeners");
  config.rest_advertised_host_name = values.nullable_text("rest.advertised.host.name");
  config.rest_advertised_listener = values.nullable_text("rest.advertised.listener");
  if (!values.is_null("rest.advertised.port"))
    config.rest_advertised_port = static_cast<int>(values.number("rest.advertised.port"));
  config.access_control_allow_origin = values.text("access.control.allow.origin");
  config.access_control_allow_methods = values.text("access.control.allow.methods");
  config.response_http_headers_config = values.text("response.http.headers.config");
  config.rest_extension_classes = values.list("rest.extension.classes");
  config.rest_jaas_file = values.text("millrace.rest.jaas.config");
}

}  // namespace

std::vector<WorkerConfigProblem> check_worker_config(const Properties& properties,
                                                     WorkerMode mode) {
  // Duplicates in lists are dropped by `parse` only, so each key is parsed by itself.
  std::vector<WorkerConfigProblem> problems;
  for (const ConfigKey& key : worker_config_def(mode).keys()) {
    ConfigDef single;
    single.define(key);
    if (Result<Config> parsed = single.parse(properties); !parsed)
      problems.push_back({key.name, parsed.error().message()});
  }
  return problems;
}

Result<WorkerConfig> make_worker_config(const Properties& properties, WorkerMode mode) {
  Result<Config> parsed = worker_config_def(mode).parse(properties);
  if (!parsed) return fail(std::move(parsed).error());
  const Config& values = *parsed;
  WorkerConfig config;
  config.originals = properties;
  config.bootstrap_servers = join(values.list("bootstrap.servers"));
  config.key_converter = values.text("key.converter");
  config.value_converter = values.text("value.converter");
  config.header_converter = values.text("header.converter");
  config.task_shutdown_graceful_timeout = values.milliseconds("task.shutdown.graceful.timeout.ms");
  config.offset_flush_interval = values.milliseconds("offset.flush.interval.ms");
  config.offset_flush_timeout = values.milliseconds("offset.flush.timeout.ms");
  config.plugin_path = values.list("plugin.path");
  config.client_override_policy = values.text("connector.client.config.override.policy");
  config.topic_creation_enable = values.boolean("topic.creation.enable");
  config.topic_tracking_enable = values.boolean("topic.tracking.enable");
  config.topic_tracking_allow_reset = values.boolean("topic.tracking.allow.reset");
  config.metrics_sample_window = values.milliseconds("metrics.sample.window.ms");
  config.metrics_samples = static_cast<int>(values.number("metrics.num.samples"));
  read_rest_settings(values, config);
  if (mode == WorkerMode::kDistributed)
    config.distributed = read_distributed_settings(values);
  else
    config.offset_storage_file = values.text("offset.storage.file.filename");
  config.log_format = values.text("millrace.log.format");
  return config;
}

Properties WorkerConfig::originals_with_prefix(std::string_view prefix) const {
  Properties found;
  for (auto entry = originals.lower_bound(std::string(prefix));
       entry != originals.end() && entry->first.compare(0, prefix.size(), prefix) == 0; ++entry)
    if (entry->first.size() > prefix.size())
      found.emplace(entry->first.substr(prefix.size()), entry->second);
  return found;
}

}  // namespace millrace::config
