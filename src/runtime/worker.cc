#include "runtime/worker.h"

#include <optional>

#include "base/redaction.h"
#include "config/connector_config.h"
#include "runtime/connector_check.h"
#include "runtime/connector_offsets.h"
#include "runtime/topic_creation.h"

namespace millrace::runtime {
namespace {

constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";
constexpr std::chrono::seconds kConnectorGracefulShutdown{5};

std::string text_of(const config::Properties& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() ? std::string() : std::string(config::trim(found->second));
}

bool enforces_tasks_max(const config::Properties& connector_config) {
  std::string text = text_of(connector_config, "tasks.max.enforce");
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text != "false";
}

int32_t tasks_max(const config::Properties& connector_config) {
  config::ConfigKey key;
  key.type = config::Type::kInt;
  auto given = connector_config.find("tasks.max");
  if (given == connector_config.end()) return 1;
  Result<config::Value> value = config::parse_value(key, given->second);
  return value ? static_cast<int32_t>(value->number) : 1;
}

std::string too_many_tasks(const std::string& connector, size_t count, int32_t maximum) {
  return "The connector " + connector + " has generated " + std::to_string(count) +
         " tasks, which is greater than " + std::to_string(maximum) +
         ", the maximum number of tasks it is configured to create. ";
}

// Java's TooManyTasksException, or nothing.
std::optional<Error> check_tasks_max(const Logger& log, const std::string& connector, size_t count,
                                     const config::Properties& connector_config) {
  const int32_t maximum = tasks_max(connector_config);
  if (count <= static_cast<size_t>(maximum)) return {};
  const std::string message = too_many_tasks(connector, count, maximum);
  if (enforces_tasks_max(connector_config))
    return Error(ErrorKind::fatal,
                 message +
                     "This behaviour should be considered a bug and is disallowed. If necessary, "
                     "it can be permitted by reconfiguring the connector with 'tasks.max.enforce' "
                     "set to false; however, this option will be removed in a future release of "
                     "Kafka Connect.",
                 "org.apache.kafka.connect.runtime.TooManyTasksException");
  log.warn("{}Please tell the maintainers of the connector.", message);
  return {};
}

// What the worker adds to what the connector gave.
void complete_task_configs(const plugin::ConnectorClass& connector_class,
                           const config::Properties& connector_config,
                           std::vector<config::Properties>& tasks) {
  const std::string task_class = task_class_name(connector_class);
  for (config::Properties& task : tasks) {
    task["task.class"] = task_class;
    for (const char* key : {"topics", "topics.regex"})
      if (auto given = connector_config.find(key); given != connector_config.end())
        task[key] = given->second;
  }
}

Failure worker_stopped() {
  return fail(ErrorKind::cancelled, "The worker is stopping.", kConnectException);
}

}  // namespace

std::string task_class_name(const plugin::ConnectorClass& connector_class) {
  constexpr std::string_view kSuffix = "Connector";
  std::string name = connector_class.other_names().empty() ? connector_class.class_name()
                                                           : connector_class.other_names().front();
  if (name.size() > kSuffix.size() &&
      name.compare(name.size() - kSuffix.size(), kSuffix.size(), kSuffix) == 0)
    name.resize(name.size() - kSuffix.size());
  return name + "Task";
}

Worker::Worker(WorkerParts parts, WorkerListener& listener)
    : parts_(std::move(parts)),
      listener_(listener),
      log_("org.apache.kafka.connect.runtime.Worker") {
  if (parts_.metrics == nullptr) return;
  metrics_ = parts_.metrics->add({"connect-worker-metrics", {}}, [this](Sample& sample) {
    std::lock_guard lock(mutex_);
    auto totals = [&sample](const std::string& what, uint64_t attempts, uint64_t failures) {
      const auto all = static_cast<double>(attempts), bad = static_cast<double>(failures);
      sample.counter(what + "-startup-attempts-total", all);
      sample.counter(what + "-startup-success-total", all - bad);
      sample.counter(what + "-startup-failure-total", bad);
      sample.gauge(what + "-startup-success-percentage", all == 0 ? 0 : (all - bad) / all);
      sample.gauge(what + "-startup-failure-percentage", all == 0 ? 0 : bad / all);
    };
    sample.gauge("connector-count", static_cast<double>(connectors_.size()));
    sample.gauge("task-count", static_cast<double>(tasks_.size()));
    totals("connector", probe_.connector_attempts.total(), probe_.connector_failures.total());
    totals("task", probe_.task_attempts.total(), probe_.task_failures.total());
    for (const auto& [name, runner] : connectors_) read_task_counts(name, sample);
  });
}

// The group connect-worker-metrics of one connector. mutex_ is held.
void Worker::read_task_counts(const std::string& connector, Sample& sample) const {
  std::map<State, int> counts;
  int all = 0;
  for (auto task = tasks_.lower_bound({connector, 0});
       task != tasks_.end() && task->first.connector == connector; ++task, ++all)
    ++counts[task->second->state()];
  auto gauge = [&](const std::string& what, int count) {
    sample.labelled_gauge("connector-" + what + "-task-count", {{"connector", connector}}, count);
  };
  gauge("total", all);
  for (State state :
       {State::kRunning, State::kPaused, State::kFailed, State::kUnassigned, State::kRestarting})
    gauge(std::string(state_metric(state)), counts[state]);
}

Worker::~Worker() = default;

Result<config::Properties> Worker::resolved(const std::string& connector,
                                            const config::Properties& properties) const {
  Result<config::Resolution> resolution = parts_.resolver->resolution(properties);
  if (!resolution) return fail(std::move(resolution).error());
  redaction::note(connector, resolution->secrets);
  if (!resolution->times_to_live.empty())
    listener_.values_expire(connector, resolution->values, resolution->times_to_live);
  return std::move(resolution->values);
}

void Worker::start_connector(const std::string& name, const config::Properties& connector_config,
                             TargetState state, Transitioned done) {
  log_.info("Creating connector {} of type {}", name, text_of(connector_config, "connector.class"));
  auto config = resolved(name, connector_config);
  auto found = config ? parts_.plugins->find(text_of(*config, "connector.class"))
                      : Result<std::shared_ptr<const plugin::ConnectorClass>>(
                            fail(Error(std::move(config).error())));
  if (found)
    if (auto checked = check_connector_config(parts_.config, (*found)->type(), *config); !checked)
      found = fail(std::move(checked).error());
  std::shared_ptr<OffsetStore> offsets;
  if (found && (*found)->type() == plugin::ConnectorType::kSource) {
    auto own = offsets_of_connector(parts_, name, *config);
    if (own)
      offsets = std::move(own->store);
    else
      found = fail(std::move(own).error());
  }
  {
    std::lock_guard lock(mutex_);
    probe_.connector_attempts.add();
    if (!found) probe_.connector_failures.add();
  }
  if (!found) {
    log_.error("Failed to start connector {}: {}", name, found.error().describe());
    listener_.connector_not_made(name, found.error());
    return done(fail(std::move(found).error()));
  }
  auto runner =
      std::make_shared<ConnectorRunner>(name, *found, *config, listener_, std::move(offsets));
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return done(worker_stopped());
    if (!connectors_.emplace(name, runner).second)
      return done(fail(ErrorKind::conflict, "Connector with name " + name + " already exists",
                       kConnectException));
  }
  if (parts_.metrics != nullptr) runner->measure(*parts_.metrics);
  runner->transition_to(state, std::move(done));
}

std::shared_ptr<ConnectorRunner> Worker::find_connector(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = connectors_.find(name);
  return found == connectors_.end() ? nullptr : found->second;
}

bool Worker::is_running(const std::string& connector) const {
  std::shared_ptr<ConnectorRunner> runner = find_connector(connector);
  return runner != nullptr && runner->started();
}

void Worker::set_target_state(const std::string& connector, TargetState state, Transitioned done) {
  log_.info("Setting connector {} state to {}", connector,
            state == TargetState::kStarted  ? "STARTED"
            : state == TargetState::kPaused ? "PAUSED"
                                            : "STOPPED");
  std::vector<std::shared_ptr<Task>> tasks;
  {
    std::lock_guard lock(mutex_);
    for (auto task = tasks_.lower_bound({connector, 0});
         task != tasks_.end() && task->first.connector == connector; ++task)
      tasks.push_back(task->second);
  }
  if (state != TargetState::kStopped)
    for (const std::shared_ptr<Task>& task : tasks) task->set_target(state);
  if (std::shared_ptr<ConnectorRunner> runner = find_connector(connector))
    runner->transition_to(state, std::move(done));
}

void Worker::stop_connector(const std::string& name) {
  std::shared_ptr<ConnectorRunner> runner;
  {
    std::lock_guard lock(mutex_);
    auto found = connectors_.find(name);
    if (found == connectors_.end()) return;
    runner = std::move(found->second);
    connectors_.erase(found);
  }
  log_.info("Stopping connector {}", name);
  stop_connectors({runner});
}

bool Worker::stop_connectors(const std::vector<std::shared_ptr<ConnectorRunner>>& connectors) {
  const Deadline deadline = std::chrono::steady_clock::now() + kConnectorGracefulShutdown;
  bool all = true;
  for (const auto& runner : connectors) runner->shutdown();
  for (const auto& runner : connectors) {
    if (runner->wait_shut_down(deadline)) continue;
    log_.error(
        "Connector '{}' failed to properly shut down, has become unresponsive, and may be "
        "consuming external resources. Correct the configuration for this connector or "
        "remove the connector.",
        runner->name());
    runner->cancel();
    all = false;
  }
  return all;
}

void Worker::connector_task_configs(const std::string& name,
                                    const config::Properties& connector_config,
                                    ConnectorRunner::TaskConfigs done) {
  std::shared_ptr<ConnectorRunner> runner = find_connector(name);
  if (runner == nullptr)
    return done(fail(ErrorKind::not_found, "Connector " + name + " not found in this worker.",
                     kConnectException));
  Result<config::Properties> config = resolved(name, connector_config);
  if (!config) return done(fail(std::move(config).error()));
  const int32_t maximum = tasks_max(*config);
  runner->task_configs(
      maximum, [runner, log = log_, connector_config, config = *std::move(config),
                done = std::move(done)](Result<std::vector<config::Properties>> configs) {
        if (!configs) {
          if (configs.error().kind() != ErrorKind::cancelled) runner->fail(configs.error());
          return done(std::move(configs));
        }
        if (std::optional<Error> refused =
                check_tasks_max(log, runner->name(), configs->size(), config)) {
          runner->fail(*refused);
          return done(fail(*std::move(refused)));
        }
        complete_task_configs(runner->connector_class(), connector_config, *configs);
        for (config::Properties& task : *configs) config::restore_variables(connector_config, task);
        done(std::move(configs));
      });
}

Result<void> Worker::start_task(const TaskId& id, const config::Properties& connector_config,
                                const config::Properties& task_config, TargetState state,
                                size_t task_count, TransactionChecks checks) {
  log_.info("Creating task {}", id.to_string());
  Result<std::shared_ptr<Task>> task = [&]() -> Result<std::shared_ptr<Task>> {
    Result<config::Properties> connector = resolved(id.connector, connector_config);
    if (!connector) return fail(std::move(connector).error());
    if (auto checked = check_common_config(*connector); !checked)
      return fail(std::move(checked).error());
    if (auto refused = check_tasks_max(log_, id.connector, task_count, *connector))
      return fail(*std::move(refused));
    Result<config::Properties> own = resolved(id.connector, task_config);
    if (!own) return fail(std::move(own).error());
    return make_task(id, *connector, *own, state, std::move(checks));
  }();
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return worker_stopped();
    probe_.task_attempts.add();
    if (task && !tasks_.emplace(id, *task).second)
      task = fail(ErrorKind::conflict, "Task already exists in this worker: " + id.to_string(),
                  kConnectException);
    if (!task) probe_.task_failures.add();
  }
  if (!task) {
    log_.error("Failed to start task {}: {}", id.to_string(), task.error().describe());
    listener_.task_not_made(id, task.error());
    return fail(std::move(task).error());
  }
  (*task)->start();
  // A connector need not hand its own settings on to its tasks.
  const bool own = task_config.count("errors.stall.timeout.ms") != 0;
  watchdog_.watch(*task, stall_timeout(own ? task_config : connector_config));
  return {};
}

Result<void> Worker::fence_zombies(const std::string& connector,
                                   const config::Properties& connector_config, int32_t tasks) {
  constexpr std::chrono::milliseconds kTimeout{90'000};  // of requests to the REST API
  if (!parts_.fence_producers)
    return fail(ErrorKind::fatal, "This worker cannot shut out producers", kConnectException);
  auto config = resolved(connector, connector_config);
  if (!config) return fail(std::move(config).error());
  auto admin = config::admin_properties(
      parts_.config, *config, "connector-worker-adminclient-" + connector, parts_.client_overrides);
  if (!admin) return fail(std::move(admin).error());
  std::vector<std::string> ids;
  for (int32_t task = 0; task < tasks; ++task)
    ids.push_back(config::task_transactional_id(parts_.config, {connector, task}));
  log_.debug("Fencing out {} task producers for source connector {}", tasks, connector);
  return parts_.fence_producers(*admin, ids, kTimeout, "[" + connector + "|worker] ");
}

void Worker::stop_tasks(const std::vector<TaskId>& ids) {
  std::vector<std::shared_ptr<Task>> tasks;
  {
    std::lock_guard lock(mutex_);
    for (const TaskId& id : ids)
      if (auto found = tasks_.find(id); found != tasks_.end()) {
        tasks.push_back(std::move(found->second));
        tasks_.erase(found);
      }
  }
  stop_these(tasks);
}

bool Worker::stop_these(const std::vector<std::shared_ptr<Task>>& tasks) {
  bool all = true;
  const Deadline deadline =
      std::chrono::steady_clock::now() + parts_.config.task_shutdown_graceful_timeout;
  for (const auto& task : tasks) {
    log_.info("Stopping task {}", task->id().to_string());
    task->request_stop();
  }
  for (const auto& task : tasks) {
    if (task->wait_stopped(deadline)) continue;
    log_.error("Graceful stop of task {} failed.", task->id().to_string());
    task->abandon();
    all = false;
  }
  return all;
}

bool Worker::stop() {
  watchdog_.stop();
  std::vector<std::shared_ptr<Task>> tasks;
  std::vector<std::shared_ptr<ConnectorRunner>> connectors;
  {
    std::lock_guard lock(mutex_);
    for (auto& [id, task] : tasks_) tasks.push_back(std::move(task));
    for (auto& [name, runner] : connectors_) connectors.push_back(std::move(runner));
    tasks_.clear();
    connectors_.clear();
    stopped_ = true;
  }
  const bool tasks_ended = stop_these(tasks);
  return stop_connectors(connectors) && tasks_ended;
}

}  // namespace millrace::runtime
