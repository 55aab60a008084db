#pragma once
// Assignor: what the leader of a Connect group decides in a rebalance.
// org.apache.kafka.connect.runtime.distributed.ConnectAssignor. Pure: the clock is given.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "distributed/connect_protocol.h"
#include "storage/cluster_state.h"

namespace millrace::distributed {

struct AssignmentRound {
  std::string leader;  // member id
  int32_t last_completed_generation = -1;
  int32_t generation = 0;  // of this round
  ConnectProtocol protocol = ConnectProtocol::kSessioned;
  std::map<std::string, MemberMetadata> members;
  int64_t now_ms = 0;  // a monotonic clock
};

class Assignor {
 public:
  virtual ~Assignor() = default;
  // `state` has been brought to the largest offset of the members before, or the caller has
  // answered with CONFIG_MISMATCH by itself. One assignment per member.
  virtual std::map<std::string, Assignment> assign(const AssignmentRound& round,
                                                   const storage::ClusterState& state) = 0;
};

}  // namespace millrace::distributed
