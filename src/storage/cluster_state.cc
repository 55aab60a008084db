#include "storage/cluster_state.h"

namespace millrace::storage {

std::vector<TaskId> ClusterState::tasks_of(const std::string& connector) const {
  const Connector* found = find(connector);
  std::vector<TaskId> ids;
  if (found == nullptr || found->inconsistent) return ids;
  for (int32_t index = 0; index < found->task_count; ++index) ids.push_back({connector, index});
  return ids;
}

}  // namespace millrace::storage
