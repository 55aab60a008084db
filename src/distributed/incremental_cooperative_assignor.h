#pragma once
// IncrementalCooperativeAssignor: only what has to move is taken from a worker, and what a worker
// that vanished held waits for its return. KIP-415, with the balancing of Kafka 3.4 and later;
// org.apache.kafka.connect.runtime.distributed.IncrementalCooperativeAssignor, whose decisions it
// makes for the same inputs.
//
// What it remembers lives in the leader alone: a new leader starts without history.

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "distributed/assignor.h"
#include "distributed/java_order.h"

namespace millrace::distributed {

// Connectors and tasks in order, as a decision looks at them.
struct ConnectorsAndTasks {
  TreeSet<std::string> connectors;
  TreeSet<TaskId> tasks;
  bool empty() const { return connectors.empty() && tasks.empty(); }
};

// What one member holds or is to hold, in the order in which it was given; each item once.
struct WorkerLoad {
  std::string worker;  // member id
  Load load;
};

class IncrementalCooperativeAssignor : public Assignor {
 public:
  // scheduled.rebalance.max.delay.ms
  explicit IncrementalCooperativeAssignor(std::chrono::milliseconds max_delay)
      : max_delay_(static_cast<int32_t>(max_delay.count())) {}

  std::map<std::string, Assignment> assign(const AssignmentRound& round,
                                           const storage::ClusterState& state,
                                           int64_t offset) override;

 private:
  using WorkerLoads = std::vector<WorkerLoad>;
  using Revocations = std::map<std::string, Load>;  // by member; each item once

  void forget_revocation(const ConnectorsAndTasks& active);
  // Gives candidates what was lost, or adds it to `reassign`, or starts or goes on with a delay.
  void handle_lost(const ConnectorsAndTasks& lost, Load& reassign, WorkerLoads& workers,
                   int64_t now_ms);
  void await_return(const WorkerLoads& workers, int64_t now_ms);
  // False: no candidate is there any more.
  bool give_to_candidates(const ConnectorsAndTasks& lost, WorkerLoads& workers);
  void reset_delay();
  void balance(const ConnectorsAndTasks& configured, WorkerLoads& workers, Revocations& to_revoke,
               int64_t now_ms);
  int32_t revocation_back_off() const;
  void remember(const AssignmentRound& round, const WorkerLoads& workers,
                const Revocations& revoked, const ConnectorsAndTasks& lost);

  const int32_t max_delay_;
  ConnectorsAndTasks previous_, previous_revocation_;
  bool revoked_in_previous_ = false;
  std::vector<std::string> candidates_;  // in the order in which they came
  int64_t scheduled_rebalance_ = 0;      // of the rounds' clock; 0: none
  int32_t delay_ = 0;                    // ms
  int32_t previous_generation_ = -1;
  std::set<std::string> previous_members_;
  int32_t successive_revocations_ = 0;
};

}  // namespace millrace::distributed
