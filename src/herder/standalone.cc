#include "herder/standalone.h"

#include <algorithm>

#include "herder/plugin_listing.h"
#include "herder/restart_notices.h"

namespace millrace::herder {
namespace {

constexpr char kNotFound[] = "org.apache.kafka.connect.errors.NotFoundException";

NullableProperties with_nulls(const ConnectorInfo& info) {
  NullableProperties all(info.config.begin(), info.config.end());
  for (const std::string& key : info.key_order) all.try_emplace(key, std::nullopt);
  return all;
}

Failure connector_not_found(const std::string& name) {
  return fail(ErrorKind::not_found, "Connector " + name + " not found", kNotFound);
}

}  // namespace

StandaloneHerder::Entry::Entry(const std::string& connector)
    : name(connector),
      operations(std::make_shared<runtime::CallThread>("operation-" + connector)) {}

std::shared_ptr<StandaloneHerder> StandaloneHerder::make(StandaloneOptions options,
                                                         runtime::WorkerParts parts) {
  return std::shared_ptr<StandaloneHerder>(
      new StandaloneHerder(std::move(options), std::move(parts)));
}

StandaloneHerder::StandaloneHerder(StandaloneOptions options, runtime::WorkerParts parts)
    : options_(std::move(options)),
      log_("org.apache.kafka.connect.runtime.standalone.StandaloneHerder"),
      worker_(std::move(parts), *this),
      validation_{worker_.parts().plugins,
                  worker_.parts().resolver,
                  &worker_.parts().client_overrides,
                  {&worker_.parts().config, options_.kafka_version}},
      queue_("StandaloneHerder"),
      automatic_restarts_(
          queue_, worker_.parts().metrics,
          [this](const AutomaticRestart::Part& part) { restart_automatically(part); }),
      expiry_restarts_(
          queue_, [this](const std::string& connector) { restart_for_new_values(connector); }) {
  log_.info("Herder started");
}

StandaloneHerder::~StandaloneHerder() { stop(); }

void StandaloneHerder::set_ready() {
  std::lock_guard lock(mutex_);
  ready_ = true;
}

bool StandaloneHerder::ready() {
  std::lock_guard lock(mutex_);
  return ready_;
}

bool StandaloneHerder::stop() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return true;
    stopping_ = true;
  }
  log_.info("Herder stopping");
  queue_.stop();
  const bool all = worker_.stop();
  log_.info("Herder stopped");
  return all;
}

std::string StandaloneHerder::kafka_cluster_id() {
  return options_.kafka_cluster_id ? options_.kafka_cluster_id() : std::string();
}

Result<void> StandaloneHerder::health_check(Deadline deadline) {
  auto answer = Pending<bool>::make();
  queue_.post([answer] { answer->answer(true); });
  Result<bool> alive = answer->wait(deadline);
  if (!alive) return fail(std::move(alive).error());
  return {};
}

// ---- Looking

StandaloneHerder::EntryPtr StandaloneHerder::find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = connectors_.find(name);
  return found == connectors_.end() || !found->second->exists ? nullptr : found->second;
}

Result<std::vector<std::string>> StandaloneHerder::connectors(Deadline) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, entry] : connectors_)
    if (entry->exists) names.push_back(name);
  return names;
}

std::string StandaloneHerder::type_of(const Properties& config) const {
  return type_of_connector(*worker_.parts().plugins, config);
}

ConnectorInfo StandaloneHerder::info_of(const Entry& entry) const {
  ConnectorInfo info;
  info.name = entry.name;
  info.config = entry.config;
  for (size_t i = 0; i < entry.tasks.size(); ++i)
    info.tasks.push_back({entry.name, static_cast<int32_t>(i)});
  info.type = type_of(entry.config);
  info.key_order = entry.key_order;
  return info;
}

Result<ConnectorInfo> StandaloneHerder::connector_info(const std::string& name, Deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr) return connector_not_found(name);
  std::lock_guard lock(mutex_);
  return info_of(*entry);
}

Result<ConnectorStatus> StandaloneHerder::connector_status(const std::string& name) {
  std::optional<ConnectorStatus::Part> part = statuses_.get(name);
  if (!part) return fail(ErrorKind::not_found, "No status found for connector " + name, kNotFound);
  ConnectorStatus status;
  status.name = name;
  status.connector = *std::move(part);
  status.tasks = statuses_.tasks(name);
  Properties config;
  if (EntryPtr entry = find(name)) {
    std::lock_guard lock(mutex_);
    config = entry->config;
  }
  status.type = type_of(config);
  add_restart_notices(automatic_restarts_, status);
  return status;
}

Result<std::vector<TaskInfo>> StandaloneHerder::task_configs(const std::string& name, Deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr) return connector_not_found(name);
  std::lock_guard lock(mutex_);
  std::vector<TaskInfo> infos;
  for (size_t i = 0; i < entry->tasks.size(); ++i)
    infos.push_back({{name, static_cast<int32_t>(i)},
                     entry->tasks[i],
                     order_of_task(entry->key_order, entry->tasks[i])});
  return infos;
}

Result<std::vector<std::string>> StandaloneHerder::active_topics(const std::string& name) {
  return statuses_.topics(name);
}

Result<void> StandaloneHerder::reset_active_topics(const std::string& name) {
  statuses_.remove_topics(name);
  return {};
}

// ---- Plug-ins

std::vector<PluginInfo> StandaloneHerder::plugins() {
  return list_plugins(*worker_.parts().plugins, options_.kafka_version);
}

Result<std::vector<config::ConfigKey>> StandaloneHerder::plugin_config(const std::string& plugin,
                                                                       const std::string& version) {
  return keys_of_plugin(*worker_.parts().plugins, plugin, version);
}

Result<ConfigInfos> StandaloneHerder::validate(const NullableProperties& config, Deadline deadline,
                                               const KeyOrder& key_order) {
  return validate_connector(validation_, config, deadline, key_order);
}

Result<RecordPreviews> StandaloneHerder::preview_records(RecordPreviewRequest request,
                                                         Deadline deadline) {
  return herder::preview_records(validation_, worker_.parts(), std::move(request), deadline);
}

// ---- Changing: checks and answers here, the work in standalone_operations.cc

Result<Created> StandaloneHerder::put_connector_config(const std::string& name,
                                                       const NullableProperties& config,
                                                       std::optional<TargetState> initial,
                                                       bool allow_replace, Deadline deadline,
                                                       const KeyOrder& key_order) {
  Result<ConfigInfos> infos = validate_connector(validation_, config, deadline, key_order);
  if (!infos) return fail(std::move(infos).error());
  if (std::optional<std::string> refused = refusal(*infos))
    return fail(ErrorKind::bad_config, *std::move(refused),
                "org.apache.kafka.connect.runtime.rest.errors.BadRequestException");
  EntryPtr entry = entry_for(name);
  auto answer = Pending<Created>::make();
  operate(entry,
          [this, entry, config = config::given_of(config),
           order = key_order.empty() ? order_of_file(config) : key_order, initial, allow_replace,
           answer] { apply(entry, config, order, initial, allow_replace, answer); });
  return answer->wait(deadline);
}

Result<ConnectorInfo> StandaloneHerder::patch_connector_config(const std::string& name,
                                                               const NullableProperties& patch,
                                                               Deadline deadline,
                                                               const KeyOrder& key_order) {
  Result<ConnectorInfo> info = connector_info(name, deadline);
  if (!info) return info;
  NullableProperties patched = with_nulls(*info);
  HashMapKeys keys = HashMapKeys::copy_of(info->key_order);
  for (const std::string& key : key_order.empty() ? order_of_file(patch) : key_order) {
    const std::optional<std::string>& value = patch.at(key);
    if (value) {
      patched[key] = value;
      keys.put(key);
    } else {
      patched.erase(key);
      keys.remove(key);
    }
  }
  Result<Created> put =
      put_connector_config(name, patched, std::nullopt, true, deadline, keys.in_order());
  if (!put) return fail(std::move(put).error());
  return std::move(put->info);
}

Result<void> StandaloneHerder::delete_connector(const std::string& name, Deadline deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr) return connector_not_found(name);
  auto answer = Pending<bool>::make();
  operate(entry, [this, entry, answer] { remove(entry, answer); });
  Result<bool> removed = answer->wait(deadline);
  if (!removed) return fail(std::move(removed).error());
  return {};
}

Result<void> StandaloneHerder::set_target(const std::string& name, TargetState state) {
  EntryPtr entry = find(name);
  if (entry == nullptr) return fail(ErrorKind::not_found, "Unknown connector " + name, kNotFound);
  operate(entry, [this, entry, state] { change_target(entry, state); });
  return {};
}

Result<void> StandaloneHerder::pause_connector(const std::string& name) {
  automatic_restarts_.hold(name);
  return set_target(name, TargetState::kPaused);
}

Result<void> StandaloneHerder::resume_connector(const std::string& name) {
  Result<void> set = set_target(name, TargetState::kStarted);
  automatic_restarts_.release(name);
  return set;
}

// Java's standalone worker answers 500, not 404, where one stops or restarts what is not there:
// scripts see the same.

Result<void> StandaloneHerder::stop_connector(const std::string& name, Deadline deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr)
    return fail(ErrorKind::fatal, "No connector `" + name + "` configured",
                "java.lang.IllegalArgumentException");
  auto answer = Pending<bool>::make();
  operate(entry, [this, entry, answer] {
    remove_tasks(entry);
    change_target(entry, TargetState::kStopped);
    answer->answer(true);
  });
  Result<bool> stopped = answer->wait(deadline);
  if (!stopped) return fail(std::move(stopped).error());
  return {};
}

Result<void> StandaloneHerder::restart_connector(const std::string& name, Deadline deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr)
    return fail(ErrorKind::fatal, "Connector " + name + " not found", kNotFound);
  automatic_restarts_.cancel({name, AutomaticRestart::kConnector});
  auto answer = Pending<bool>::make();
  operate(entry, [this, entry, answer] { restart(entry, answer); });
  Result<bool> restarted = answer->wait(deadline);
  if (!restarted) return fail(std::move(restarted).error());
  return {};
}

Result<ConnectorStatus> StandaloneHerder::restart_connector_and_tasks(const std::string& name,
                                                                      bool only_failed,
                                                                      bool include_tasks,
                                                                      Deadline deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr) return fail(ErrorKind::not_found, "Unknown connector: " + name, kNotFound);
  auto answer = Pending<ConnectorStatus>::make();
  operate(entry, [this, entry, only_failed, include_tasks, answer] {
    Result<ConnectorStatus> plan = connector_status(entry->name);
    if (!plan)
      return answer->answer(fail(ErrorKind::not_found,
                                 "Status for connector " + entry->name + " not found", kNotFound));
    auto chosen = [only_failed](const ConnectorStatus::Part& part) {
      return !only_failed || part.state == State::kFailed;
    };
    if (chosen(plan->connector)) plan->connector.state = State::kRestarting;
    for (ConnectorStatus::TaskPart& task : plan->tasks)
      if (include_tasks && chosen(task)) task.state = State::kRestarting;
    restart_planned(entry, *plan);
    answer->answer(*std::move(plan));
  });
  return answer->wait(deadline);
}

Result<void> StandaloneHerder::restart_task(const TaskId& id, Deadline deadline) {
  EntryPtr entry = find(id.connector);
  if (entry == nullptr)
    return fail(ErrorKind::fatal,
                "Failed to start task " + id.to_string() +
                    " since it is not a recognizable type (source or sink)",
                "org.apache.kafka.connect.errors.ConnectException");
  automatic_restarts_.cancel(id);
  auto answer = Pending<bool>::make();
  operate(entry, [this, entry, id, answer] {
    {
      std::lock_guard lock(mutex_);
      if (id.index < 0 || static_cast<size_t>(id.index) >= entry->tasks.size())
        return answer->answer(
            fail(ErrorKind::not_found, "Task " + id.to_string() + " not found", kNotFound));
    }
    worker_.stop_tasks({id});
    Result<void> started = start_task(entry, id.index);
    if (started) return answer->answer(true);
    answer->answer(fail(Error(ErrorKind::fatal, "Failed to start task: " + id.to_string(),
                              "org.apache.kafka.connect.errors.ConnectException")
                            .caused_by(std::move(started).error())));
  });
  Result<bool> restarted = answer->wait(deadline);
  if (!restarted) return fail(std::move(restarted).error());
  return {};
}

}  // namespace millrace::herder
