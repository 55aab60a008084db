#include "herder/restart_notices.h"

#include <algorithm>

namespace millrace::herder {
namespace {

void add_notice(ConnectorStatus::Part& part, const std::string& notice) {
  if (part.state != State::kFailed || notice.empty()) return;
  if (!part.trace.empty() && part.trace.back() != '\n') part.trace += '\n';
  part.trace += notice;
}

}  // namespace

void add_restart_notices(const AutomaticRestart& restarts, ConnectorStatus& status) {
  add_notice(status.connector, restarts.notice({status.name, AutomaticRestart::kConnector}));
  for (ConnectorStatus::TaskPart& task : status.tasks)
    add_notice(task, restarts.notice({status.name, task.index}));
}

bool is_failed(const ConnectorStatus& status, const AutomaticRestart::Part& part) {
  if (part.index == AutomaticRestart::kConnector) return status.connector.state == State::kFailed;
  return std::any_of(status.tasks.begin(), status.tasks.end(), [&part](const auto& task) {
    return task.index == part.index && task.state == State::kFailed;
  });
}

}  // namespace millrace::herder
