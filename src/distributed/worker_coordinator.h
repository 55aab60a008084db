#pragma once
// WorkerCoordinator: what a worker says in its group and what it hears: metadata, assignments, and
// what it holds from one rebalance to the next.
// org.apache.kafka.connect.runtime.distributed.WorkerCoordinator, without the network, which
// kafka::GroupMember has.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "distributed/assignor.h"
#include "distributed/connect_protocol.h"
#include "distributed/eager_assignor.h"
#include "distributed/incremental_cooperative_assignor.h"
#include "kafka/group_member.h"
#include "storage/config_store.h"

namespace millrace::distributed {

// Told within GroupMember::poll. org.apache.kafka.connect.runtime.distributed
// .WorkerRebalanceListener, whose stopping here takes its time: nothing waits for it but the next
// join.
class RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;
  // These are to be stopped; may_join says when they are.
  virtual void revoked(const Load& load) = 0;
  // False: what was revoked is still being stopped, and must not be given to others yet.
  virtual bool may_join() = 0;
  // held: all that this worker has now; `revoked`: what this round took from it.
  virtual void assigned(const Assignment& held, int32_t generation) = 0;
};

struct CoordinatorOptions {
  std::string url;  // of this worker's REST API, with a slash at its end
  ConnectProtocol protocol = ConnectProtocol::kSessioned;
  std::chrono::milliseconds max_delay{300'000};  // scheduled.rebalance.max.delay.ms
  std::string log_context;
};

// Used by the herder's thread alone.
class WorkerCoordinator : public kafka::GroupMemberListener {
 public:
  // The last three outlive it. now_ms: a monotonic clock.
  WorkerCoordinator(CoordinatorOptions options, std::function<int64_t()> now_ms,
                    storage::ConfigStore& configs, RebalanceListener& listener);

  std::vector<kafka::GroupProtocol> joining(int32_t generation,
                                            const std::string& member_id) override;
  Result<std::map<std::string, std::string>> assign(
      const std::string& leader_id, int32_t generation, const std::string& protocol,
      const std::map<std::string, std::string>& metadata_by_member) override;
  void joined(int32_t generation, const std::string& member_id, const std::string& protocol,
              std::string_view assignment) override;
  void lost(const std::string& reason) override;
  void expelled(const std::string& reason) override;

  // All that this worker holds is taken from it, without having been asked for by the group.
  void revoke_all();

  ConnectProtocol protocol() const { return protocol_; }
  // False before the first join and after revoke_all.
  bool holds_assignment() const { return held_.has_value(); }
  // By the last assignment; false once this member was removed from the group.
  bool leads() const { return held_ && !member_id_.empty() && held_->leader == member_id_; }
  // How often the group went on without this member: others may have started what it runs.
  uint64_t expulsions() const { return expulsions_; }
  // What was sent with the last join; null before. Its offset is what the leader was told.
  const std::shared_ptr<const storage::ClusterState>& offered() const { return snapshot_; }
  // URLs of the workers that run them, known to the leader alone, from its assigning to the next
  // rebalance.
  std::optional<std::string> owner_url(const std::string& connector) const;
  std::optional<std::string> owner_url(const TaskId& task) const;

 private:
  struct Owners {
    std::map<std::string, std::string> connectors;
    std::map<TaskId, std::string> tasks;
  };
  // Java: ensureLeaderConfig. Nothing: this worker knows less than others.
  std::optional<int64_t> leader_offset(int64_t largest);
  void note_owners(const std::map<std::string, MemberMetadata>& members,
                   const std::map<std::string, Assignment>& assignments);

  const CoordinatorOptions options_;
  const std::function<int64_t()> now_ms_;
  storage::ConfigStore& configs_;
  RebalanceListener& listener_;
  const Logger log_;

  EagerAssignor eager_;
  IncrementalCooperativeAssignor cooperative_;
  ConnectProtocol protocol_;
  std::shared_ptr<const storage::ClusterState> snapshot_;
  std::optional<Assignment> held_;
  std::string member_id_;
  uint64_t expulsions_ = 0;
  bool revoked_for_join_ = false;  // eager: what was held is being stopped for the next join
  int32_t last_completed_generation_ = -1;
  std::optional<Owners> owners_;
};

}  // namespace millrace::distributed
