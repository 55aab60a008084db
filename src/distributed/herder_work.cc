// HerderCore: starting and stopping connectors and tasks. Java: startWork, startConnector,
// startTask.

#include <algorithm>

#include "distributed/herder_core.h"
#include "herder/key_order.h"

namespace millrace::distributed {
namespace {

constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";

// Calls `done` when it has been called `count` times.
std::function<void()> when_all(size_t count, std::function<void()> done) {
  auto left = std::make_shared<size_t>(count);
  return [left, done = std::move(done)] {
    if (--*left == 0) done();
  };
}

// The key that Java meets first of those whose value is null.
std::optional<std::string> first_null(const NullableProperties& config) {
  for (const std::string& key : herder::order_of_file(config))
    if (!config.at(key)) return key;
  return std::nullopt;
}

Error null_refused(const std::string& key) {
  return Error(ErrorKind::fatal,
               "Non-string value found in original settings for key " + key + ": null",
               "java.lang.ClassCastException");
}

}  // namespace

void HerderCore::start_work() {
  const Load& held = assignment_->assigned;
  log_.info("Starting connectors and tasks using config offset {}", assignment_->config_offset);
  if (const Load old = outdated(); !old.empty()) withdraw_parts(old);
  for (const std::string& connector : held.connectors)
    if (connectors_.count(connector) == 0)
      start_connector(connector, [this, connector](const Result<void>& started) {
        if (!started)
          log_.error("Failed to start connector '{}': {}", connector, started.error().describe());
      });
  for (const TaskId& task : held.tasks)
    if (tasks_.count(task) == 0 && is_configured(task)) start_task(task, {});
  known_.clear();
  for (const auto& [connector, state] : configs_->connectors) {
    known_.insert(connector);
    empty_if_stopped(connector);
  }
  log_.info("Finished starting connectors and tasks");
}

// A leader that has lost its memory in a round that failed does not take away what was deleted
// meanwhile (Java's does not either, and its workers start it again): an assignment may name it.
bool HerderCore::is_configured(const TaskId& task) const {
  const ClusterState::Connector* state = configs_->find(task.connector);
  return state != nullptr && task.index < state->task_count;
}

// While this worker was not in the group another one may have had what runs here. Where the group
// gives it back without a round that revokes it, the status goes on naming the other one, and the
// producer of an exactly-once task is shut out: in Java it fails at its next transaction.
template <typename Name>
bool HerderCore::taken_over(const Name& name, const Part& part,
                            const ClusterState::Connector& connector) const {
  if (part.expulsions == coordinator_.expulsions()) return false;
  const std::optional<storage::StoredStatus> status = parts_.statuses->get(name);
  return (status && status->worker_id != options_.worker_id) ||
         is_exactly_once_source(connector.config);
}

Load HerderCore::outdated() const {
  const Load& held = assignment_->assigned;
  const std::set<std::string> connectors(held.connectors.begin(), held.connectors.end());
  const std::set<TaskId> tasks(held.tasks.begin(), held.tasks.end());
  Load old;
  for (const auto& [connector, part] : connectors_) {
    const ClusterState::Connector* state = configs_->find(connector);
    if (connectors.count(connector) == 0 || state == nullptr || state->config != part.config ||
        taken_over(connector, part, *state))
      old.connectors.push_back(connector);
  }
  for (const auto& [task, part] : tasks_) {
    const ClusterState::Connector* state = configs_->find(task.connector);
    if (tasks.count(task) == 0 || !is_configured(task) ||
        state->task_config_generation != part.task_config_generation ||
        taken_over(task, part, *state))
      old.tasks.push_back(task);
  }
  return old;
}

void HerderCore::start_connector(const std::string& connector, Answer<void> answer) {
  const ClusterState::Connector* state = configs_->find(connector);
  if (state == nullptr)
    return answer(fail(ErrorKind::not_found, "Connector " + connector + " not found",
                       "org.apache.kafka.connect.errors.NotFoundException"));
  const uint64_t start = ++starts_;
  connectors_[connector] =
      Part{start, state->config, std::nullopt, std::nullopt, coordinator_.expulsions()};
  if (auto key = first_null(state->config)) return refuse_null(connector, *key, answer);
  parts_.worker->start_connector(
      connector, state->config, state->target,
      later<Result<TargetState>>([this, connector, start, target = state->target,
                                  answer](const Result<TargetState>& reached) {
        if (auto part = connectors_.find(connector);
            part != connectors_.end() && part->second.start == start)
          tell_target(connector, target);
        connector_started(connector, start, reached, answer);
      }));
}

// Validation overlooks a null of a key that the connector itself defines: such a configuration is
// stored, and its connector fails before it is made.
void HerderCore::refuse_null(const std::string& connector, const std::string& key,
                             const Answer<void>& answer) {
  Error error = null_refused(key);
  storage::StoredStatus status;
  status.state = State::kFailed;
  status.trace = error.trace();
  status.worker_id = options_.worker_id;
  status.generation = generation();
  parts_.statuses->put(connector, status, true);
  answer(fail(Error(ErrorKind::fatal, "Failed to start connector: " + connector, kConnectException)
                  .caused_by(std::move(error))));
}

void HerderCore::connector_started(const std::string& connector, uint64_t start,
                                   const Result<TargetState>& reached, const Answer<void>& answer) {
  auto part = connectors_.find(connector);
  const bool stale = part == connectors_.end() || part->second.start != start;
  if (!reached)
    return answer(
        fail(Error(ErrorKind::fatal, "Failed to start connector: " + connector, kConnectException)
                 .caused_by(Error(reached.error()))));
  if (!stale && *reached == TargetState::kStarted) reconfigure(connector);
  answer({});
}

// Whose connector cannot be made here at all: nothing of its class, which another worker may have,
// is asked then.
std::optional<Error> HerderCore::refused_task(const TaskId& task,
                                              const ClusterState::Connector& connector) const {
  if (parts_.worker->type_of(connector.config) == "unknown")
    return Error(ErrorKind::fatal,
                 "Failed to start task " + task.to_string() +
                     " since it is not a recognizable type (source or sink)",
                 kConnectException);
  if (auto key = first_null(connector.config)) return null_refused(*key);
  return std::nullopt;
}

void HerderCore::start_task(const TaskId& task, Answer<void> answer) {
  const ClusterState::Connector* state = configs_->find(task.connector);
  const uint64_t start = ++starts_;
  Part& part = tasks_[task];
  part = Part{start, {}, std::nullopt, std::nullopt, coordinator_.expulsions()};
  const Properties* config = nullptr;
  if (state != nullptr)
    if (auto found = state->tasks.find(task.index); found != state->tasks.end())
      config = &found->second;
  if (config == nullptr) {
    Error error(ErrorKind::fatal,
                "Task " + task.to_string() + " has no configuration in the config topic",
                kConnectException);
    log_.error(
        "Couldn't instantiate task {} because it has an invalid task configuration. This task will "
        "not execute until reconfigured.",
        task.to_string());
    put_failed(task, error);
    if (answer) answer(fail(std::move(error)));
    return;
  }
  if (auto refused = refused_task(task, *state)) {
    log_.error("Failed to start task {}: {}", task.to_string(), refused->describe());
    put_failed(task, *refused);
    if (answer) answer(fail(*std::move(refused)));
    return;
  }
  part.task_config_generation = state->task_config_generation;
  runtime::TransactionChecks checks;
  if (is_exactly_once_source(state->config)) checks = checks_for(task, part.task_config_generation);
  parts_.worker->start_task({task, state->config, *config, state->target,
                             static_cast<size_t>(state->task_count), std::move(checks)},
                            later<Result<void>>([this, task, start, target = state->target,
                                                 answer](const Result<void>& started) {
                              if (auto part = tasks_.find(task);
                                  part != tasks_.end() && part->second.start == start && started)
                                tell_target(task.connector, target);
                              if (answer) answer(started);
                            }));
}

// What was being started with one target state while another was read has not heard of that.
void HerderCore::tell_target(const std::string& connector, TargetState started_with) {
  const ClusterState::Connector* state = configs_->find(connector);
  if (state != nullptr && state->target != started_with) apply_target_states({connector});
}

void HerderCore::stop_parts(const Load& load, Done done) {
  Load running;
  for (const std::string& connector : load.connectors)
    if (connectors_.count(connector) != 0) running.connectors.push_back(connector);
  for (const TaskId& task : load.tasks)
    if (tasks_.count(task) != 0) running.tasks.push_back(task);
  stop_all_of(running, std::move(done));
}

void HerderCore::withdraw_parts(const Load& load) {
  if (parts_.listener != nullptr) parts_.listener->withdrawn(load);
  stop_parts(load, [] {});
}

void HerderCore::stop_all_of(const Load& load, Done done) {
  for (const std::string& connector : load.connectors) {
    connectors_.erase(connector);
    reconfigurations_.erase(connector);
  }
  for (const TaskId& task : load.tasks) tasks_.erase(task);
  const size_t calls = load.connectors.size() + (load.tasks.empty() ? 0 : 1);
  if (calls == 0) return done();
  const Done one = later(when_all(calls, std::move(done)));
  if (!load.tasks.empty()) parts_.worker->stop_tasks(load.tasks, one);
  for (const std::string& connector : load.connectors)
    parts_.worker->stop_connector(connector, one);
}

void HerderCore::put_failed(const TaskId& task, const Error& error) {
  storage::StoredStatus status;
  status.state = State::kFailed;
  status.trace = error.trace();
  status.worker_id = options_.worker_id;
  status.generation = generation_;
  parts_.statuses->put(task, status, true);
}

}  // namespace millrace::distributed
