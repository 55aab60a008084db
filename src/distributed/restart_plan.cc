#include "distributed/restart_plan.h"

namespace millrace::distributed {

herder::ConnectorStatus restart_plan(herder::ConnectorStatus status,
                                     const storage::RestartRequest& request) {
  auto plan = [&request](herder::ConnectorStatus::Part& part) {
    if (request.only_failed && part.state != runtime::State::kFailed) return;
    part.state = runtime::State::kRestarting;
  };
  plan(status.connector);
  if (request.include_tasks)
    for (herder::ConnectorStatus::TaskPart& task : status.tasks) plan(task);
  return status;
}

herder::ConnectorStatus::Part status_part(const storage::StoredStatus& stored) {
  herder::ConnectorStatus::Part part;
  part.state = stored.state;
  part.worker_id = stored.worker_id;
  part.trace = stored.trace;
  part.version = stored.version.value_or("");
  return part;
}

}  // namespace millrace::distributed
