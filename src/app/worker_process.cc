#include "app/worker_process.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "app/broker_watch.h"
#include "app/command_line.h"
#include "app/distributed_checks.h"
#include "app/distributed_parts.h"
#include "app/plugin_folders.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/metrics.h"
#include "config/client_config.h"
#include "convert/converter.h"
#include "herder/standalone.h"
#include "kafka/librdkafka/bootstrap_servers.h"
#include "kafka/librdkafka/factory.h"
#include "kafka/wire/producer_fencing.h"
#include "plugin/catalogue.h"
#include "rest/server.h"
#include "rest/tls.h"
#include "runtime/file_offset_store.h"

namespace millrace::app {
namespace {

using Clock = std::chrono::steady_clock;

rest::RestServerOptions rest_options(const config::WorkerConfig& config) {
  rest::RestServerOptions options;
  options.listeners = config.listeners;
  options.admin_listeners = config.admin_listeners;
  options.advertised_host_name = config.rest_advertised_host_name;
  options.advertised_listener = config.rest_advertised_listener;
  options.advertised_port = config.rest_advertised_port;
  options.access_control_allow_origin = config.access_control_allow_origin;
  options.access_control_allow_methods = config.access_control_allow_methods;
  options.response_http_headers_config = config.response_http_headers_config;
  options.tls = rest::listener_tls_settings(config.originals, "listeners.https.");
  options.admin_tls = rest::listener_tls_settings(config.originals, "admin.listeners.https.");
  options.extension_classes = config.rest_extension_classes;
  options.jaas_file = config.rest_jaas_file;
  options.topic_tracking_enable = config.topic_tracking_enable;
  options.topic_tracking_allow_reset = config.topic_tracking_allow_reset;
  return options;
}

std::shared_ptr<const plugin::Catalogue> load_plugins(const config::WorkerConfig& config,
                                                      const Logger& log) {
  auto plugins = std::make_shared<plugin::Catalogue>(
      plugin::Catalogue::scan(plugin_folders(config.plugin_path)));
  for (const auto& each : plugins->classes())
    log.info("Added plugin '{}' version {} from {}", each->class_name(), each->version(),
             each->location());
  for (const plugin::RejectedLibrary& each : plugins->rejected())
    log.error("Failed to load plugin {}: {}", each.path, each.reason);
  return plugins;
}

bool create_connectors(herder::StandaloneHerder& herder, const std::vector<std::string>& paths,
                       const Logger& log) {
  for (const std::string& path : paths) {
    if (stop_signal_pending()) return true;
    Result<ConnectorFile> file = read_connector_file(path);
    if (!file) {
      log.error("Stopping after connector error: {}", file.error().describe());
      return false;
    }
    const config::NullableProperties config(file->config.begin(), file->config.end());
    auto created = herder.put_connector_config(file->name, config, file->initial_state, false,
                                               Clock::now() + std::chrono::seconds(90));
    if (!created) {
      log.error("Failed to create connector for {}: {}", path, created.error().describe());
      return false;
    }
    log.info("Created connector {}", file->name);
  }
  return true;
}

void set_up_process(const config::WorkerConfig& config) {
  const bool json = config.log_format == "json" || config.log_format == "JSON";
  if (json) logging::set_format(LogFormat::kJson);
  MetricWindow::sample = config.metrics_sample_window;
  MetricWindow::samples = config.metrics_samples;
}

// Everything that a running worker owns, in the order in which it is made.
struct Parts {
  MetricRegistry metrics;
  std::unique_ptr<rest::RestServer> server;
  std::shared_ptr<kafka::ClientFactory> clients;
  std::shared_ptr<runtime::OffsetStore> offsets;
  std::unique_ptr<BrokerWatch> brokers;
  // One of the two.
  std::shared_ptr<herder::StandaloneHerder> standalone;
  std::unique_ptr<distributed::DistributedHerder> distributed;

  // False: a plug-in hangs; the process must leave by _exit.
  bool stop() {
    if (brokers) brokers->stop();
    if (server) server->stop();
    const bool all = (standalone == nullptr || standalone->stop()) &&
                     (distributed == nullptr || distributed->stop());
    if (offsets) offsets->stop();
    // Its resources speak to the herder, so it goes first; unless a plug-in hangs in one of them.
    if (all) server.reset();
    return all;
  }
};

// What no broker can mend: the Java worker, too, ends where its admin client cannot be made.
Result<void> check_client_settings(kafka::ClientFactory& clients,
                                   const config::WorkerConfig& config) {
  const kafka::ClientProperties properties = config::worker_admin_properties(config);
  if (auto admin = clients.make_admin(properties, ""); !admin)
    return fail(std::move(admin).error());
  auto servers = properties.find("bootstrap.servers");
  return servers == properties.end() ? Result<void>()
                                     : kafka::resolve_bootstrap_servers(servers->second);
}

Result<std::shared_ptr<runtime::OffsetStore>> make_offset_store(
    const config::WorkerConfig& config) {
  if (config.distributed) return make_offset_topic(config);
  return std::make_shared<runtime::FileOffsetStore>(config.offset_storage_file);
}

Result<void> start_distributed(Parts& parts, runtime::WorkerParts worker,
                               std::function<std::string()> cluster_id) {
  auto herder = make_distributed_herder(
      std::move(worker),
      {parts.server->advertised_address(), parts.server->advertised_url(), std::move(cluster_id)});
  if (!herder) return fail(std::move(herder).error());
  parts.distributed = *std::move(herder);
  if (auto started = start_distributed_herder(*parts.distributed); !started) return started;
  parts.server->attach(*parts.distributed, parts.metrics);
  return {};
}

Result<void> start(Parts& parts, const config::WorkerConfig& config, const Logger& log) {
  if (config.distributed)
    if (auto checked = check_distributed_settings(*config.distributed); !checked) return checked;
  auto server = rest::RestServer::open(rest_options(config));
  if (!server) return fail(std::move(server).error());
  parts.server = *std::move(server);
  auto overrides = config::ClientOverridePolicy::make(config);
  if (!overrides) return fail(std::move(overrides).error());
  parts.clients = kafka::make_librdkafka_factory();
  if (auto checked = check_client_settings(*parts.clients, config); !checked) return checked;
  auto offsets = make_offset_store(config);
  if (!offsets) return fail(std::move(offsets).error());
  parts.offsets = *std::move(offsets);
  if (auto opened = parts.offsets->start(); !opened) return opened;
  parts.brokers =
      std::make_unique<BrokerWatch>(parts.clients, config::worker_admin_properties(config));

  runtime::WorkerParts worker;
  worker.config = config;
  worker.client_overrides = *std::move(overrides);
  worker.plugins = load_plugins(config, log);
  worker.clients = parts.clients;
  worker.offsets = parts.offsets;
  if (config.distributed) {
    worker.open_offset_topic = make_offset_topics(config);
    worker.fence_producers = kafka::fence_producers;
  }
  auto resolver = config::make_config_resolver(config.originals);
  if (!resolver) return fail(std::move(resolver).error());
  worker.resolver = *std::move(resolver);
  worker.metrics = &parts.metrics;
  auto cluster_id = [&brokers = *parts.brokers] {
    return brokers.cluster_id(std::chrono::milliseconds(500));
  };
  if (config.distributed) return start_distributed(parts, std::move(worker), cluster_id);
  herder::StandaloneOptions options;
  options.worker_id = parts.server->advertised_address();
  options.kafka_version = rest::kafka_version();
  options.kafka_cluster_id = cluster_id;
  parts.standalone = herder::StandaloneHerder::make(std::move(options), std::move(worker));
  parts.server->attach(*parts.standalone, parts.metrics);
  return {};
}

[[noreturn]] void leave_at_once(int code) {
  std::fflush(nullptr);
  _exit(code);
}

}  // namespace

int run_worker(WorkerProcessOptions options) {
  const Clock::time_point begin = Clock::now();
  set_up_process(options.config);
  const Logger log(options.config.distributed ? "org.apache.kafka.connect.cli.ConnectDistributed"
                                              : "org.apache.kafka.connect.cli.ConnectStandalone");
  log.info("Kafka Connect worker initializing ... (Millrace {}, Kafka Connect {})",
           MILLRACE_VERSION, rest::kafka_version());
  // Not destroyed where a plug-in hangs: its thread may use any of it.
  auto parts = std::make_unique<Parts>();
  auto started = [&] {
    const StartInterruptible interruptible;
    return start(*parts, options.config, log);
  }();
  if (!started) {
    complain(started.error().describe());
    parts->stop();
    return kWorkerError;
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  log.info("Kafka Connect worker initialization took {}ms", took.count());
  for (const std::string& url : parts->server->bound_urls()) log.info("REST API at {}", url);
  log.info("Advertised URI: {}", parts->server->advertised_url());
  log.info("Kafka Connect started");
  if (options.started) options.started(parts->server->bound_urls().front());

  int code = 0;
  if (parts->distributed) {
    wait_for_stop_signal();
  } else if (create_connectors(*parts->standalone, options.connector_files, log)) {
    parts->standalone->set_ready();
    wait_for_stop_signal();
  } else {
    code = kConnectorError;
  }
  log.info("Kafka Connect stopping");
  const bool all = parts->stop();
  log.info("Kafka Connect stopped");
  if (!all) leave_at_once(code);
  return code;
}

}  // namespace millrace::app
