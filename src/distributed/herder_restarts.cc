// HerderCore: restarts of connectors and tasks.

#include <algorithm>

#include "distributed/herder_core.h"
#include "distributed/restart_plan.h"

namespace millrace::distributed {
namespace {

constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";
constexpr char kNotFound[] = "org.apache.kafka.connect.errors.NotFoundException";

template <typename T>
HerderRequest request_for(const std::string& connector, HerderCore::Deadline deadline,
                          const HerderCore::Answer<T>& answer) {
  HerderRequest request;
  request.gate = Gate::kSettled;
  request.connector = connector;
  request.deadline = deadline;
  request.refuse = [answer](Error error) { answer(fail(std::move(error))); };
  return request;
}

template <typename T>
bool contains(const std::vector<T>& items, const T& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

Failure unknown_connector(const std::string& connector) {
  return fail(ErrorKind::not_found, "Unknown connector: " + connector, kNotFound);
}

Error not_assigned(const std::string& what, const std::optional<std::string>& url) {
  return Error(ErrorKind::conflict,
               "Cannot restart " + what + " since it is not assigned to this member")
      .forwarded_to(url.value_or(""));
}

}  // namespace

void HerderCore::restart_connector(const std::string& connector, Deadline deadline,
                                   Answer<void> answer) {
  HerderRequest request = request_for<void>(connector, deadline, answer);
  request.serve = [this, connector, answer] {
    if (!configs_->contains(connector)) return answer(unknown_connector(connector));
    if (connectors_.count(connector) != 0) {
      stop_parts({{connector}, {}}, [] {});
      return start_connector(connector, answer);
    }
    if (is_leader())
      return answer(fail(not_assigned("connector", coordinator_.owner_url(connector))));
    answer(fail(not_leader("Only the leader can process restart requests.")));
  };
  submit(std::move(request));
}

void HerderCore::restart_task(const TaskId& task, Deadline deadline, Answer<void> answer) {
  HerderRequest request = request_for<void>(task.connector, deadline, answer);
  request.serve = [this, task, answer] {
    const ClusterState::Connector* state = configs_->find(task.connector);
    if (state == nullptr) return answer(unknown_connector(task.connector));
    if (state->tasks.count(task.index) == 0)
      return answer(fail(ErrorKind::not_found, "Unknown task: " + task.to_string(), kNotFound));
    if (tasks_.count(task) != 0) {
      stop_parts({{}, {task}}, [] {});
      return start_task(task, [task, answer](const Result<void>& started) {
        if (started) return answer({});
        answer(
            fail(ErrorKind::fatal, "Failed to start task: " + task.to_string(), kConnectException));
      });
    }
    if (is_leader()) return answer(fail(not_assigned("task", coordinator_.owner_url(task))));
    answer(fail(not_leader("Cannot restart task since it is not assigned to this member")));
  };
  submit(std::move(request));
}

void HerderCore::restart_connector_and_tasks(const RestartRequest& asked, Deadline deadline,
                                             Answer<ConnectorStatus> answer) {
  HerderRequest request = request_for<ConnectorStatus>(asked.connector, deadline, answer);
  request.serve = [this, asked, answer] {
    if (!configs_->contains(asked.connector)) return answer(unknown_connector(asked.connector));
    if (!is_leader())
      return answer(fail(not_leader("Only the leader can process restart requests.")));
    write_as_leader(
        asked.connector,
        [this, &asked](storage::ConfigStore::Done done) {
          parts_.configs->put_restart_request(asked, std::move(done));
        },
        [this, asked, answer](const Result<void>& written) {
          if (!written) return answer(fail(Error(written.error())));
          Result<ConnectorStatus> status = connector_status(asked.connector);
          if (!status)
            return answer(fail(ErrorKind::not_found,
                               "Status for connector " + asked.connector + " not found",
                               kNotFound));
          answer(restart_plan(*std::move(status), asked));
        });
  };
  submit(std::move(request));
}

void HerderCore::run_restart_requests() {
  for (const auto& [connector, request] : std::exchange(restarts_, {})) restart_planned(request);
}

void HerderCore::restart_planned(const RestartRequest& request) {
  Result<ConnectorStatus> status = connector_status(request.connector);
  if (!status || !configs_->contains(request.connector)) {
    log_.debug("Skipping restart of connector '{}' since no status is available",
               request.connector);
    return;
  }
  const ConnectorStatus plan = restart_plan(*std::move(status), request);
  Load here;
  if (plan.connector.state == State::kRestarting && connectors_.count(request.connector) != 0)
    here.connectors.push_back(request.connector);
  for (const ConnectorStatus::TaskPart& task : plan.tasks)
    if (task.state == State::kRestarting && tasks_.count({request.connector, task.index}) != 0)
      here.tasks.push_back({request.connector, task.index});
  if (here.empty()) return;
  log_.info("Restarting connector {}: the connector: {}, tasks: {}", request.connector,
            !here.connectors.empty(), here.tasks.size());
  if (parts_.listener != nullptr) parts_.listener->restarting(here);
  stop_parts(here, [this, here] { start_again(here); });
}

// What has stopped for a restart, where it has not been given to others or been started meanwhile.
void HerderCore::start_again(const Load& load) {
  if (!assignment_) return;
  const Load& held = assignment_->assigned;
  storage::StoredStatus restarting;
  restarting.state = State::kRestarting;
  restarting.worker_id = options_.worker_id;
  restarting.generation = generation_;
  for (const std::string& connector : load.connectors) {
    if (connectors_.count(connector) != 0 || !configs_->contains(connector) ||
        !contains(held.connectors, connector))
      continue;
    parts_.statuses->put(connector, restarting, false);
    start_connector(connector, [this, connector](const Result<void>& started) {
      if (started)
        log_.info("Connector '{}' restart successful", connector);
      else
        log_.error("Connector '{}' restart failed: {}", connector, started.error().describe());
    });
  }
  for (const TaskId& task : load.tasks) {
    if (tasks_.count(task) != 0 || !contains(held.tasks, task)) continue;
    parts_.statuses->put(task, restarting, false);
    start_task(task, [this, task](const Result<void>& started) {
      if (started)
        log_.info("Task '{}' restart successful", task.to_string());
      else
        log_.error("Task '{}' restart failed", task.to_string());
    });
  }
}

Result<ConnectorStatus> HerderCore::connector_status(const std::string& connector) const {
  auto stored = parts_.statuses->get(connector);
  if (!stored)
    return fail(ErrorKind::not_found, "No status found for connector " + connector, kNotFound);
  ConnectorStatus status;
  status.name = connector;
  status.connector = status_part(*stored);
  for (const auto& [task, task_status] : parts_.statuses->tasks(connector)) {
    ConnectorStatus::TaskPart part;
    static_cast<ConnectorStatus::Part&>(part) = status_part(task_status);
    part.index = task.index;
    status.tasks.push_back(std::move(part));
  }
  std::sort(status.tasks.begin(), status.tasks.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  const auto state = snapshot();
  const ClusterState::Connector* found = state->find(connector);
  status.type = found == nullptr ? "unknown" : parts_.worker->type_of(found->config);
  return status;
}

}  // namespace millrace::distributed
