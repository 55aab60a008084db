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
  // answered with CONFIG_MISMATCH by itself. offset: what assignments are to say of it: that
  // largest one, or the state's own where the leader had to read on (Java: ensureLeaderConfig).
  virtual std::map<std::string, Assignment> assign(const AssignmentRound& round,
                                                   const storage::ClusterState& state,
                                                   int64_t offset) = 0;
};

// Nothing for anybody, with the head that all assignments of a round share. With `error` set in
// each: what a leader answers that could not read the config topic as far as others have.
std::map<std::string, Assignment> empty_assignments(const AssignmentRound& round, int64_t offset);

}  // namespace millrace::distributed
