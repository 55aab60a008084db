#include "distributed/eager_assignor.h"

#include "distributed/java_order.h"

namespace millrace::distributed {

std::map<std::string, Assignment> EagerAssignor::assign(const AssignmentRound& round,
                                                        const storage::ClusterState& state,
                                                        int64_t offset) {
  std::map<std::string, Assignment> assignments = empty_assignments(round, offset);
  TreeSet<std::string> members;
  for (auto& [member, assignment] : assignments) {
    assignment.version = 0;
    members.insert(member);
  }
  TreeSet<std::string> connectors;
  for (const auto& [name, connector] : state.connectors) connectors.insert(name);

  auto next = members.begin();
  auto next_load = [&]() -> Load& {
    if (next == members.end()) next = members.begin();
    return assignments.at(*next++).assigned;
  };
  for (const std::string& connector : connectors) next_load().connectors.push_back(connector);
  for (const std::string& connector : connectors)
    for (const TaskId& task : state.tasks_of(connector)) next_load().tasks.push_back(task);
  return assignments;
}

}  // namespace millrace::distributed
