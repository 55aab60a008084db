#include "distributed/worker_coordinator.h"

#include <algorithm>
#include <set>

namespace millrace::distributed {
namespace {

template <typename T>
void remove_all(std::vector<T>& from, const std::vector<T>& items) {
  const std::set<T> gone(items.begin(), items.end());
  std::erase_if(from, [&gone](const T& item) { return gone.count(item) != 0; });
}

template <typename T>
void add_missing(std::vector<T>& to, const std::vector<T>& items) {
  std::set<T> there(to.begin(), to.end());
  for (const T& item : items)
    if (there.insert(item).second) to.push_back(item);
}

}  // namespace

WorkerCoordinator::WorkerCoordinator(CoordinatorOptions options, std::function<int64_t()> now_ms,
                                     storage::ConfigStore& configs, RebalanceListener& listener)
    : options_(std::move(options)),
      now_ms_(std::move(now_ms)),
      configs_(configs),
      listener_(listener),
      log_("org.apache.kafka.connect.runtime.distributed.WorkerCoordinator", options_.log_context),
      cooperative_(options_.max_delay),
      protocol_(options_.protocol) {}

std::vector<kafka::GroupProtocol> WorkerCoordinator::joining(int32_t, const std::string&) {
  owners_.reset();
  if (protocol_ == ConnectProtocol::kEager && !revoked_for_join_) {
    log_.info("Rebalance started");
    if (held_ && !held_->failed()) listener_.revoked(held_->assigned);
    revoked_for_join_ = true;
  }
  if (!listener_.may_join()) return {};

  snapshot_ = configs_.snapshot();
  MemberMetadata metadata;
  metadata.url = options_.url;
  metadata.config_offset = snapshot_->offset;
  std::vector<kafka::GroupProtocol> offered;
  for (int16_t version = static_cast<int16_t>(options_.protocol); version >= 0; --version) {
    metadata.version = version;
    metadata.allocation.reset();
    if (version > 0 && held_) {
      metadata.allocation = held_;
      metadata.allocation->version = version;
      metadata.allocation->revoked = {};
    }
    offered.push_back(
        {std::string(protocol_name(static_cast<ConnectProtocol>(version))), encode(metadata)});
  }
  return offered;
}

std::optional<int64_t> WorkerCoordinator::leader_offset(int64_t largest) {
  if (snapshot_ != nullptr && snapshot_->offset >= largest) return largest;
  auto fresh = configs_.snapshot();
  if (fresh->offset < largest) return std::nullopt;
  snapshot_ = std::move(fresh);
  return snapshot_->offset;
}

Result<std::map<std::string, std::string>> WorkerCoordinator::assign(
    const std::string& leader_id, int32_t generation, const std::string& protocol,
    const std::map<std::string, std::string>& metadata_by_member) {
  AssignmentRound round;
  round.leader = leader_id;
  round.last_completed_generation = last_completed_generation_;
  round.generation = generation;
  round.protocol = protocol_of(protocol).value_or(ConnectProtocol::kEager);
  round.now_ms = now_ms_();
  int64_t largest = -1;
  for (const auto& [member, bytes] : metadata_by_member) {
    Result<MemberMetadata> metadata = decode_metadata(bytes);
    if (!metadata) return fail(std::move(metadata).error().within("Metadata of member " + member));
    largest = std::max(largest, metadata->config_offset);
    round.members.emplace(member, *std::move(metadata));
  }

  std::map<std::string, Assignment> assignments;
  if (std::optional<int64_t> offset = leader_offset(largest)) {
    Assignor& assignor = round.protocol == ConnectProtocol::kEager
                             ? static_cast<Assignor&>(eager_)
                             : static_cast<Assignor&>(cooperative_);
    assignments = assignor.assign(round, *snapshot_, *offset);
    note_owners(round.members, assignments);
  } else {
    log_.info(
        "Was selected to perform assignments, but do not have latest config found in sync "
        "request. Returning an empty configuration to trigger re-sync.");
    assignments = empty_assignments(round, largest);
    for (auto& [member, assignment] : assignments) assignment.error = Assignment::kConfigMismatch;
  }
  std::map<std::string, std::string> encoded;
  for (const auto& [member, assignment] : assignments) encoded[member] = encode(assignment);
  return encoded;
}

void WorkerCoordinator::note_owners(const std::map<std::string, MemberMetadata>& members,
                                    const std::map<std::string, Assignment>& assignments) {
  owners_.emplace();
  for (const auto& [member, assignment] : assignments) {
    const MemberMetadata& metadata = members.at(member);
    Load load =
        assignment.version > 0 && metadata.allocation ? metadata.allocation->assigned : Load{};
    remove_all(load.connectors, assignment.revoked.connectors);
    remove_all(load.tasks, assignment.revoked.tasks);
    add_missing(load.connectors, assignment.assigned.connectors);
    add_missing(load.tasks, assignment.assigned.tasks);
    for (const std::string& connector : load.connectors)
      owners_->connectors[connector] = metadata.url;
    for (const TaskId& task : load.tasks) owners_->tasks[task] = metadata.url;
  }
}

void WorkerCoordinator::joined(int32_t generation, const std::string& member_id,
                               const std::string& protocol, std::string_view bytes) {
  Result<Assignment> assignment = decode_assignment(bytes);
  if (!assignment) {
    // As good as none: the group is joined again.
    log_.error("Assignment of member {} cannot be read: {}", member_id,
               assignment.error().describe());
    assignment.emplace();
    assignment->error = Assignment::kConfigMismatch;
  }
  protocol_ = protocol_of(protocol).value_or(ConnectProtocol::kEager);
  revoked_for_join_ = false;
  if (protocol_ != ConnectProtocol::kEager) {
    if (!assignment->revoked.empty()) listener_.revoked(assignment->revoked);
    if (held_) {
      Load kept = held_->assigned;
      remove_all(kept.connectors, assignment->revoked.connectors);
      remove_all(kept.tasks, assignment->revoked.tasks);
      add_missing(assignment->assigned.connectors, kept.connectors);
      add_missing(assignment->assigned.tasks, kept.tasks);
    }
  }
  held_ = *assignment;
  member_id_ = member_id;
  last_completed_generation_ = generation;
  listener_.assigned(*assignment, generation);
}

void WorkerCoordinator::lost(const std::string& reason) {
  if (!held_ || held_->failed()) return;
  log_.info(
      "{}. Revoking the assignment to avoid running tasks while not being a member of the "
      "group",
      reason);
  revoke_all();
}

void WorkerCoordinator::expelled(const std::string& reason) {
  owners_.reset();
  member_id_.clear();
  ++expulsions_;
  log_.info("This member was removed from the group: {}. It joins again with what it runs", reason);
}

void WorkerCoordinator::revoke_all() {
  owners_.reset();
  if (!held_) return;
  const Load load = held_->assigned;
  held_.reset();
  listener_.revoked(load);
}

std::optional<std::string> WorkerCoordinator::owner_url(const std::string& connector) const {
  if (!owners_) return std::nullopt;
  auto found = owners_->connectors.find(connector);
  if (found == owners_->connectors.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> WorkerCoordinator::owner_url(const TaskId& task) const {
  if (!owners_) return std::nullopt;
  auto found = owners_->tasks.find(task);
  if (found == owners_->tasks.end()) return std::nullopt;
  return found->second;
}

}  // namespace millrace::distributed
