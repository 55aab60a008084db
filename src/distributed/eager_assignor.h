#pragma once
// EagerAssignor: connectors, then tasks, dealt out one by one over the members in their order.
// org.apache.kafka.connect.runtime.distributed.EagerAssignor.

#include "distributed/assignor.h"

namespace millrace::distributed {

class EagerAssignor : public Assignor {
 public:
  std::map<std::string, Assignment> assign(const AssignmentRound& round,
                                           const storage::ClusterState& state,
                                           int64_t offset) override;
};

}  // namespace millrace::distributed
