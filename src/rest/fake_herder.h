#pragma once
// A Herder for the tests of this folder: keeps connectors in a map and answers at once, but for a
// connector named "hang", whose calls wait until release().

#include <condition_variable>
#include <map>
#include <mutex>

#include "herder/herder.h"

namespace millrace::rest {

class FakeHerder : public herder::Herder {
 public:
  std::string kafka_cluster_id() override { return "the-cluster"; }
  bool ready() override { return is_ready; }
  Result<void> health_check(Deadline) override {
    if (healthy) return {};
    return fail(ErrorKind::timed_out, "Request timed out. The worker is currently resting.");
  }
  Result<std::vector<std::string>> connectors(Deadline) override {
    std::lock_guard lock(mutex);
    std::vector<std::string> names;
    for (const auto& [name, config] : configs) names.push_back(name);
    return names;
  }
  Result<herder::ConnectorInfo> connector_info(const std::string& name, Deadline) override {
    wait_if_hanging(name);
    if (name == "throw") throw std::runtime_error("thrown by the herder");
    if (name == "timeout") return fail(ErrorKind::timed_out, "Request timed out");
    std::lock_guard lock(mutex);
    return info(name);
  }
  Result<herder::ConnectorStatus> connector_status(const std::string& name) override {
    std::lock_guard lock(mutex);
    if (configs.count(name) == 0) {
      return fail(ErrorKind::not_found, "No status found for connector " + name);
    }
    herder::ConnectorStatus status{name, "source", {}, {}};
    status.connector = {herder::State::kRunning, "127.0.0.1:8083", "", "1.0"};
    herder::ConnectorStatus::TaskPart task;
    task.state = herder::State::kFailed;
    task.worker_id = "127.0.0.1:8083";
    task.trace = "java.lang.Exception: \xff";
    status.tasks.push_back(task);
    return status;
  }
  Result<std::vector<herder::TaskInfo>> task_configs(const std::string& name, Deadline) override {
    std::lock_guard lock(mutex);
    auto found = info(name);
    if (!found) return fail(found.error());
    return std::vector<herder::TaskInfo>{{{name, 0}, found->config}};
  }
  Result<herder::Created> put_connector_config(const std::string& name,
                                               const herder::NullableProperties& config,
                                               std::optional<herder::TargetState> initial,
                                               bool allow_replace, Deadline,
                                               const herder::KeyOrder&) override {
    std::lock_guard lock(mutex);
    if (name.empty()) return fail(ErrorKind::bad_config, "Connector configuration is invalid");
    bool exists = configs.count(name) != 0;
    if (exists && !allow_replace) {
      return fail(ErrorKind::conflict, "Connector " + name + " already exists");
    }
    initial_state = initial;
    configs[name].clear();
    for (const auto& [key, value] : config) configs[name][key] = value.value_or("null");
    return herder::Created{!exists, *info(name)};
  }
  Result<herder::ConnectorInfo> patch_connector_config(const std::string& name,
                                                       const herder::NullableProperties& patch,
                                                       Deadline, const herder::KeyOrder&) override {
    std::lock_guard lock(mutex);
    if (configs.count(name) == 0) return info(name);
    for (const auto& [key, value] : patch) {
      if (value) configs[name][key] = *value;
      if (!value) configs[name].erase(key);
    }
    return info(name);
  }
  Result<void> delete_connector(const std::string& name, Deadline) override {
    std::lock_guard lock(mutex);
    if (configs.erase(name) == 0) return missing(name);
    return {};
  }
  Result<void> pause_connector(const std::string& name) override { return act(name, "pause"); }
  Result<void> resume_connector(const std::string& name) override { return act(name, "resume"); }
  Result<void> stop_connector(const std::string& name, Deadline) override {
    return act(name, "stop");
  }
  Result<void> restart_connector(const std::string& name, Deadline) override {
    return act(name, "restart");
  }
  Result<herder::ConnectorStatus> restart_connector_and_tasks(const std::string& name,
                                                              bool only_failed, bool include_tasks,
                                                              Deadline) override {
    auto acted = act(name, std::string("restart") + (only_failed ? " failed" : "") +
                               (include_tasks ? " tasks" : ""));
    if (!acted) return fail(acted.error());
    return connector_status(name);
  }
  Result<void> restart_task(const herder::TaskId& id, Deadline) override {
    return act(id.connector, "restart task " + std::to_string(id.index));
  }
  Result<std::vector<std::string>> active_topics(const std::string&) override {
    return std::vector<std::string>{"t"};
  }
  Result<void> reset_active_topics(const std::string&) override { return {}; }
  Result<std::vector<herder::Offset>> connector_offsets(const std::string& name,
                                                        Deadline) override {
    std::lock_guard lock(mutex);
    if (configs.count(name) == 0) return missing(name);
    return offsets;
  }
  Result<std::string> modify_connector_offsets(
      const std::string&, const std::optional<std::vector<herder::Offset>>& given,
      Deadline) override {
    std::lock_guard lock(mutex);
    offsets = given.value_or(std::vector<herder::Offset>{});
    return std::string(given ? "altered" : "reset");
  }
  std::vector<herder::PluginInfo> plugins() override {
    return {{"a.Sink", "sink", "1"},
            {"a.Source", "source", "undefined"},
            {"a.Cast", "transformation", "1"}};
  }
  Result<std::vector<config::ConfigKey>> plugin_config(const std::string& plugin,
                                                       const std::string&) override {
    if (plugin != "Sink") return fail(ErrorKind::not_found, "Unknown plugin " + plugin + ".");
    config::ConfigKey secret;
    secret.name = "secret";
    secret.type = config::Type::kPassword;
    secret.default_value = "very-secret";
    return std::vector{secret};
  }
  Result<herder::ConfigInfos> validate(const herder::NullableProperties& config, Deadline,
                                       const herder::KeyOrder&) override {
    if (config.count("connector.class") == 0) {
      return fail(ErrorKind::bad_config, "Connector config {} contains no connector type",
                  "org.apache.kafka.connect.runtime.rest.errors.BadRequestException");
    }
    herder::ConfigInfos infos{"a.Sink", 1, {"Common"}, {}};
    config::ConfigValue value;
    value.name = "secret";
    value.value = "very-secret";
    infos.configs.push_back({plugin_config("Sink", "latest")->front(), value});
    infos.configs.push_back({std::nullopt, value});
    infos.configs.back().value->value.reset();
    return infos;
  }

  void release() {
    std::lock_guard lock(mutex);
    released = true;
    changed.notify_all();
  }
  void wait_for_hanging(int count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return hanging >= count; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool released = false;
  int hanging = 0;
  std::atomic<bool> healthy{true}, is_ready{true};
  std::map<std::string, config::Properties> configs;
  std::optional<herder::TargetState> initial_state;
  std::vector<herder::Offset> offsets;
  std::vector<std::string> acts;

 private:
  void wait_if_hanging(const std::string& name) {
    if (name != "hang") return;
    std::unique_lock lock(mutex);
    ++hanging;
    changed.notify_all();
    changed.wait(lock, [&] { return released; });
  }
  static Failure missing(const std::string& name) {
    return fail(ErrorKind::not_found, "Connector " + name + " not found");
  }
  Result<herder::ConnectorInfo> info(const std::string& name) {
    auto found = configs.find(name);
    if (found == configs.end()) return missing(name);
    return herder::ConnectorInfo{name, found->second, {{name, 0}}, "source"};
  }
  Result<void> act(const std::string& name, const std::string& what) {
    std::lock_guard lock(mutex);
    if (configs.count(name) == 0) return fail(ErrorKind::not_found, "Unknown connector " + name);
    acts.push_back(what);
    return {};
  }
};

}  // namespace millrace::rest
