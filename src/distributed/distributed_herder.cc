#include "distributed/distributed_herder.h"

#include <algorithm>

#include "base/redaction.h"
#include "herder/key_order.h"
#include "herder/offset_listing.h"
#include "herder/plugin_listing.h"
#include "herder/record_preview.h"
#include "herder/restart_notices.h"

namespace millrace::distributed {
namespace {

using config::given_of;
using std::chrono::milliseconds;

constexpr char kNotFound[] = "org.apache.kafka.connect.errors.NotFoundException";
constexpr milliseconds kWriteTimeout{35'000};  // the stores give up after 30 s
constexpr milliseconds kLongestPoll{1'000};
constexpr milliseconds kLeaveTimeout{2'000};

Failure connector_not_found(const std::string& name) {
  return fail(ErrorKind::not_found, "Connector " + name + " not found", kNotFound);
}

}  // namespace

DistributedHerder::DistributedHerder(DistributedOptions options, runtime::WorkerParts parts,
                                     DistributedStores stores)
    : options_(std::move(options)),
      log_("org.apache.kafka.connect.runtime.distributed.DistributedHerder"),
      stores_(std::move(stores)),
      worker_(std::move(parts), *this),
      port_(worker_),
      validation_{worker_.parts().plugins,
                  worker_.parts().resolver,
                  &worker_.parts().client_overrides,
                  {&worker_.parts().config, options_.kafka_version},
                  herder::ClusterRules{options_.herder.group_id, options_.herder.exactly_once}},
      core_(options_.herder, core_parts()),
      queue_("HerderRestarts"),
      automatic_restarts_(
          queue_, worker_.parts().metrics,
          [this](const herder::AutomaticRestart::Part& part) { restart_automatically(part); }),
      expiry_restarts_(
          queue_, [this](const std::string& connector) { restart_for_new_values(connector); }) {}

DistributedHerder::~DistributedHerder() { stop(); }

HerderParts DistributedHerder::core_parts() {
  HerderParts parts;
  parts.configs = stores_.configs.get();
  parts.statuses = stores_.statuses.get();
  parts.worker = &port_;
  parts.listener = this;
  parts.forward_task_configs = [this](const std::string& url, const std::string& connector,
                                      const std::vector<Properties>& configs,
                                      const WorkerPort::Started& done) {
    port_.run([this, url, connector, configs, done] {
      forward_task_configs(url, connector, configs, done);
    });
  };
  parts.forward_fencing = [this](const std::string& url, const std::string& connector,
                                 const WorkerPort::Started& done) {
    port_.run([this, url, connector, done] { done(forward_fencing(url, connector)); });
  };
  parts.now = [] { return std::chrono::steady_clock::now(); };
  parts.wall_ms = [] {
    return std::chrono::duration_cast<milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  parts.set_log_level = [](const std::string& logger, const std::string& level) {
    if (auto parsed = logging::parse_level(level)) logging::set_level(logger, *parsed);
  };
  return parts;
}

// ---- The thread

Result<void> DistributedHerder::start(const kafka::GroupMemberFactory& make_member) {
  auto member = make_member(options_.group, core_.coordinator());
  if (!member) return fail(std::move(member).error());
  member_ = *std::move(member);
  core_.attach(*member_);
  core_.set_wake([this] { wake(); });
  if (auto started = core_.start(); !started) return started;
  if (worker_.parts().metrics != nullptr)
    metrics_ = worker_.parts().metrics->add({"connect-worker-rebalance-metrics", {}},
                                            [this](Sample& sample) { read_metrics(sample); });
  thread_ = std::thread([this] { run(); });
  return {};
}

void DistributedHerder::wake() {
  {
    std::lock_guard lock(mutex_);
    wake_ = true;
    woken_.notify_one();
  }
  member_->wake();
}

void DistributedHerder::run() {
  while (!core_.stopped()) {
    const HerderCore::Next next = core_.tick();
    const auto wait =
        std::clamp(std::chrono::ceil<milliseconds>(next.at - std::chrono::steady_clock::now()),
                   milliseconds(0), kLongestPoll);
    if (next.poll) {
      if (auto polled = member_->poll(wait); !polled) {
        log_.error("The group could not be joined; will try again: {}", polled.error().describe());
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, milliseconds(100), [this] { return stop_; });
      }
      continue;
    }
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, wait, [this] { return wake_; });
    wake_ = false;
  }
  member_->close(kLeaveTimeout);
}

bool DistributedHerder::stop() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(stop_, true)) return true;
    woken_.notify_one();
  }
  log_.info("Herder stopping");
  queue_.stop();
  if (thread_.joinable()) {
    core_.stop([] {});
    thread_.join();
  }
  const bool all = worker_.stop();
  stores_.configs->stop();
  stores_.statuses->stop();
  log_.info("Herder stopped");
  return all;
}

void DistributedHerder::read_metrics(Sample& sample) const {
  const RebalanceFigures figures = core_.figures();
  const char* protocols[] = {"EAGER", "COMPATIBLE", "SESSIONED"};
  sample.text("connect-protocol", protocols[static_cast<size_t>(figures.protocol)]);
  sample.text("leader-name", figures.leader_url);
  sample.gauge("epoch", figures.epoch);
  sample.counter("completed-rebalances-total", static_cast<double>(figures.completed));
  sample.gauge("rebalancing", figures.rebalancing ? 1 : 0);
  sample.gauge("rebalance-max-time-ms", static_cast<double>(figures.longest.count()));
  const auto completed = static_cast<double>(std::max<int64_t>(figures.completed, 1));
  sample.gauge("rebalance-avg-time-ms", static_cast<double>(figures.total.count()) / completed);
  double since = std::numeric_limits<double>::infinity();
  if (figures.last_completed)
    since = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() -
                                                      *figures.last_completed)
                .count();
  sample.gauge("time-since-last-rebalance-ms", since);
}

std::string DistributedHerder::kafka_cluster_id() {
  return options_.kafka_cluster_id ? options_.kafka_cluster_id() : std::string();
}

bool DistributedHerder::ready() { return core_.ready(); }

Result<void> DistributedHerder::health_check(Deadline deadline) {
  return ask_to_do(deadline, [&](auto answer) { core_.health_check(deadline, answer); });
}

// ---- Looking

Result<std::vector<std::string>> DistributedHerder::connectors(Deadline) {
  std::vector<std::string> names;
  for (const auto& [name, connector] : core_.snapshot()->connectors) names.push_back(name);
  return names;
}

Result<NullableProperties> DistributedHerder::config_of(const std::string& name) const {
  const auto state = core_.snapshot();
  const ClusterState::Connector* found = state->find(name);
  if (found == nullptr) return connector_not_found(name);
  return found->config;
}

herder::ConnectorInfo DistributedHerder::info_of(const std::string& name,
                                                 const ClusterState& state) const {
  herder::ConnectorInfo info;
  info.name = name;
  const NullableProperties& config = state.connectors.at(name)->config;
  info.config = given_of(config);
  info.key_order = herder::order_of_file(config);
  info.tasks = state.tasks_of(name);
  info.type = herder::type_of_connector(*worker_.parts().plugins, info.config);
  return info;
}

Result<herder::ConnectorInfo> DistributedHerder::connector_info(const std::string& name, Deadline) {
  const auto state = core_.snapshot();
  if (!state->contains(name)) return connector_not_found(name);
  return info_of(name, *state);
}

Result<ConnectorStatus> DistributedHerder::connector_status(const std::string& name) {
  auto status = core_.connector_status(name);
  if (!status) return status;
  auto config = config_of(name);
  status->type =
      config ? herder::type_of_connector(*worker_.parts().plugins, given_of(*config)) : "unknown";
  herder::add_restart_notices(automatic_restarts_, *status);
  return status;
}

Result<std::vector<herder::TaskInfo>> DistributedHerder::task_configs(const std::string& name,
                                                                      Deadline) {
  const auto state = core_.snapshot();
  const ClusterState::Connector* found = state->find(name);
  if (found == nullptr) return connector_not_found(name);
  std::vector<herder::TaskInfo> infos;
  for (const TaskId& id : state->tasks_of(name)) {
    auto config = found->tasks.find(id.index);
    if (config == found->tasks.end()) continue;
    const NullableProperties keys(config->second.begin(), config->second.end());
    infos.push_back({id, config->second, herder::order_of_file(keys)});
  }
  return infos;
}

Result<std::vector<std::string>> DistributedHerder::active_topics(const std::string& name) {
  return stores_.statuses->topics(name);
}

Result<void> DistributedHerder::reset_active_topics(const std::string& name) {
  for (const std::string& topic : stores_.statuses->topics(name))
    stores_.statuses->remove_topic(name, topic);
  return {};
}

Result<std::vector<herder::Offset>> DistributedHerder::connector_offsets(const std::string& name,
                                                                         Deadline deadline) {
  auto config = config_of(name);
  if (!config) return fail(std::move(config).error());
  return herder::list_offsets(worker_.parts(), name, given_of(*config), deadline);
}

std::vector<herder::PluginInfo> DistributedHerder::plugins() {
  return herder::list_plugins(*worker_.parts().plugins, options_.kafka_version);
}

Result<std::vector<config::ConfigKey>> DistributedHerder::plugin_config(
    const std::string& plugin, const std::string& version) {
  return herder::keys_of_plugin(*worker_.parts().plugins, plugin, version);
}

Result<herder::ConfigInfos> DistributedHerder::validate(const NullableProperties& config,
                                                        Deadline deadline,
                                                        const herder::KeyOrder& key_order) {
  return herder::validate_connector(validation_, config, deadline, key_order);
}

Result<herder::RecordPreviews> DistributedHerder::preview_records(
    herder::RecordPreviewRequest request, Deadline deadline) {
  return herder::preview_records(validation_, worker_.parts(), std::move(request), deadline);
}

// ---- Changing

Result<herder::Created> DistributedHerder::put_connector_config(
    const std::string& name, const NullableProperties& config, std::optional<TargetState> initial,
    bool allow_replace, Deadline deadline, const herder::KeyOrder& key_order) {
  auto infos = validate(config, deadline, key_order);
  if (!infos) return fail(std::move(infos).error());
  if (auto refused = herder::refusal(*infos))
    return fail(ErrorKind::bad_config, *std::move(refused),
                "org.apache.kafka.connect.runtime.rest.errors.BadRequestException");
  auto created = ask<bool>(deadline, [&](auto answer) {
    core_.put_connector(name, config, initial, allow_replace, deadline, answer);
  });
  if (!created) return fail(std::move(created).error());
  const auto state = core_.snapshot();
  if (!state->contains(name)) return connector_not_found(name);  // deleted in the same moment
  herder::Created answer{*created, info_of(name, *state)};
  // Java answers with the request's own map; later readers get that of the config topic.
  if (!key_order.empty()) answer.info.key_order = key_order;
  return answer;
}

Result<herder::ConnectorInfo> DistributedHerder::patch_connector_config(
    const std::string& name, const NullableProperties& patch, Deadline deadline,
    const herder::KeyOrder& key_order) {
  auto config = ask<NullableProperties>(
      deadline, [&](auto answer) { core_.connector_to_patch(name, deadline, answer); });
  if (!config) return fail(std::move(config).error());
  auto keys = herder::HashMapKeys::copy_of(herder::order_of_file(*config));
  for (const std::string& key : key_order.empty() ? herder::order_of_file(patch) : key_order) {
    const std::optional<std::string>& value = patch.at(key);
    if (value) {
      (*config)[key] = value;
      keys.put(key);
    } else {
      config->erase(key);
      keys.remove(key);
    }
  }
  auto put = put_connector_config(name, *config, std::nullopt, true, deadline, keys.in_order());
  if (!put) return fail(std::move(put).error());
  return std::move(put->info);
}

Result<void> DistributedHerder::delete_connector(const std::string& name, Deadline deadline) {
  return ask_to_do(deadline, [&](auto answer) { core_.delete_connector(name, deadline, answer); });
}

// By any worker: all follow the config topic.
Result<void> DistributedHerder::set_target(const std::string& name, TargetState state) {
  if (!core_.snapshot()->contains(name))
    return fail(ErrorKind::not_found, "Unknown connector " + name, kNotFound);
  return ask_to_do(std::chrono::steady_clock::now() + kWriteTimeout,
                   [&](auto answer) { stores_.configs->put_target_state(name, state, answer); });
}

Result<void> DistributedHerder::pause_connector(const std::string& name) {
  return set_target(name, TargetState::kPaused);
}

Result<void> DistributedHerder::resume_connector(const std::string& name) {
  return set_target(name, TargetState::kStarted);
}

Result<void> DistributedHerder::stop_connector(const std::string& name, Deadline deadline) {
  return ask_to_do(deadline, [&](auto answer) { core_.stop_connector(name, deadline, answer); });
}

Result<void> DistributedHerder::restart_connector(const std::string& name, Deadline deadline) {
  automatic_restarts_.cancel({name, herder::AutomaticRestart::kConnector});
  return ask_to_do(deadline, [&](auto answer) { core_.restart_connector(name, deadline, answer); });
}

Result<ConnectorStatus> DistributedHerder::restart_connector_and_tasks(const std::string& name,
                                                                       bool only_failed,
                                                                       bool include_tasks,
                                                                       Deadline deadline) {
  const RestartRequest request{name, only_failed, include_tasks};
  auto plan = ask<ConnectorStatus>(
      deadline, [&](auto answer) { core_.restart_connector_and_tasks(request, deadline, answer); });
  if (!plan) return plan;
  auto config = config_of(name);
  plan->type =
      config ? herder::type_of_connector(*worker_.parts().plugins, given_of(*config)) : "unknown";
  return plan;
}

Result<void> DistributedHerder::restart_task(const TaskId& id, Deadline deadline) {
  automatic_restarts_.cancel(id);
  return ask_to_do(deadline, [&](auto answer) { core_.restart_task(id, deadline, answer); });
}

Result<std::string> DistributedHerder::modify_connector_offsets(
    const std::string& name, const std::optional<std::vector<herder::Offset>>& offsets,
    Deadline deadline) {
  return ask<std::string>(
      deadline, [&](auto answer) { core_.modify_offsets(name, offsets, deadline, answer); });
}

Result<void> DistributedHerder::set_logger_level_of_cluster(const std::string& logger,
                                                            const std::string& level) {
  return ask_to_do(std::chrono::steady_clock::now() + kWriteTimeout,
                   [&](auto answer) { stores_.configs->put_logging_level(logger, level, answer); });
}

// ---- What the worker tells

storage::StoredStatus DistributedHerder::status_of(const std::string& connector, State state,
                                                   const std::string& trace) const {
  storage::StoredStatus status;
  status.state = state;
  status.trace = redaction::clean(connector, trace);
  status.worker_id = options_.herder.worker_id;
  status.generation = core_.generation();
  // Of what does not run any more Java knows no version.
  if (auto config = config_of(connector); config && state != State::kUnassigned) {
    std::string version = herder::version_of_connector(*worker_.parts().plugins, given_of(*config));
    if (!version.empty()) status.version = std::move(version);
  }
  return status;
}

void DistributedHerder::connector_state_changed(const std::string& connector, State state,
                                                const std::string& trace) {
  const bool safe = state == State::kUnassigned || state == State::kFailed;
  stores_.statuses->put(connector, status_of(connector, state, trace), safe);
  if (state == State::kRunning)
    automatic_restarts_.running({connector, herder::AutomaticRestart::kConnector});
}

void DistributedHerder::task_state_changed(const TaskId& id, State state,
                                           const std::string& trace) {
  const bool safe = state == State::kUnassigned || state == State::kFailed;
  stores_.statuses->put(id, status_of(id.connector, state, trace), safe);
  if (state == State::kRunning) automatic_restarts_.running(id);
}

void DistributedHerder::task_reconfiguration_requested(const std::string& connector) {
  core_.request_task_reconfiguration(connector);
}

void DistributedHerder::topic_used(const TaskId& id, std::string_view topic) {
  if (options_.herder.topic_tracking) stores_.statuses->put_topic(id, std::string(topic));
}

}  // namespace millrace::distributed
