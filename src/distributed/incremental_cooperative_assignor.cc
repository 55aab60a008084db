#include "distributed/incremental_cooperative_assignor.h"

#include <cmath>
#include <unordered_set>

namespace millrace::distributed {
namespace {

struct Hash {
  size_t operator()(const std::string& text) const { return std::hash<std::string>()(text); }
  size_t operator()(const TaskId& task) const {
    return 31 * std::hash<std::string>()(task.connector) + static_cast<size_t>(task.index);
  }
};

// Each item once, at its first place: a LinkedHashSet.
template <typename T>
void append_new(std::vector<T>& to, const std::vector<T>& more) {
  std::unordered_set<T, Hash> known(to.begin(), to.end());
  for (const T& item : more)
    if (known.insert(item).second) to.push_back(item);
}

template <typename T>
void remove_all(std::vector<T>& from, const std::vector<T>& items) {
  if (items.empty()) return;
  const std::unordered_set<T, Hash> gone(items.begin(), items.end());
  std::erase_if(from, [&](const T& item) { return gone.count(item) != 0; });
}

template <typename T>
TreeSet<T> without(const TreeSet<T>& base, const TreeSet<T>& a, const TreeSet<T>& b) {
  TreeSet<T> left;
  for (const T& item : base)
    if (a.count(item) == 0 && b.count(item) == 0) left.insert(left.end(), item);
  return left;
}

// As Java does it: from a HashSet of all that a worker holds.
template <typename T>
std::vector<T> common(const std::vector<T>& held, const TreeSet<T>& items) {
  std::vector<T> kept;
  for (const T& item : held)
    if (items.count(item) != 0) kept.push_back(item);
  return hash_set_order(std::move(kept), held.size());
}

template <typename T>
bool any_in(const TreeSet<T>& items, const TreeSet<T>& others) {
  return std::any_of(items.begin(), items.end(),
                     [&](const T& item) { return others.count(item) != 0; });
}

ConnectorsAndTasks difference(const ConnectorsAndTasks& base, const ConnectorsAndTasks& a,
                              const ConnectorsAndTasks& b = {}) {
  return {without(base.connectors, a.connectors, b.connectors),
          without(base.tasks, a.tasks, b.tasks)};
}

ConnectorsAndTasks configured_in(const storage::ClusterState& state) {
  ConnectorsAndTasks configured;
  for (const auto& [name, connector] : state.connectors) {
    configured.connectors.insert(name);
    for (TaskId& task : state.tasks_of(name)) configured.tasks.insert(std::move(task));
  }
  return configured;
}

// In the order of Java's HashMap of members, in which it revokes.
std::vector<WorkerLoad> loads_of(const std::map<std::string, MemberMetadata>& members) {
  std::vector<std::string> names;
  for (const auto& [member, metadata] : members) names.push_back(member);
  std::vector<WorkerLoad> workers;
  for (std::string& member : hash_set_order(std::move(names))) {
    WorkerLoad worker;
    if (const auto& held = members.at(member).allocation) {
      append_new(worker.load.connectors, held->assigned.connectors);
      append_new(worker.load.tasks, held->assigned.tasks);
    }
    worker.worker = std::move(member);
    workers.push_back(std::move(worker));
  }
  return workers;
}

// What any worker holds, and what more than one does.
template <typename T>
void gather(const std::vector<T>& held, TreeSet<T>& all, TreeSet<T>& twice) {
  for (const T& item : held)
    if (!all.insert(item).second) twice.insert(item);
}

std::map<std::string, Load> intersection(const std::vector<WorkerLoad>& workers,
                                         const ConnectorsAndTasks& items) {
  std::map<std::string, Load> found;
  if (items.empty()) return found;
  for (const auto& [worker, load] : workers) {
    Load shared{common(load.connectors, items.connectors), common(load.tasks, items.tasks)};
    if (!shared.empty()) found.emplace(worker, std::move(shared));
  }
  return found;
}

void add(std::map<std::string, Load>& to, const std::map<std::string, Load>& more) {
  for (const auto& [worker, load] : more) {
    append_new(to[worker].connectors, load.connectors);
    append_new(to[worker].tasks, load.tasks);
  }
}

void remove(std::vector<WorkerLoad>& workers, const std::map<std::string, Load>& revoked) {
  for (auto& [worker, load] : workers) {
    auto gone = revoked.find(worker);
    if (gone == revoked.end()) continue;
    remove_all(load.connectors, gone->second.connectors);
    remove_all(load.tasks, gone->second.tasks);
  }
}

void append(Load& load, const ConnectorsAndTasks& items) {
  load.connectors.insert(load.connectors.end(), items.connectors.begin(), items.connectors.end());
  load.tasks.insert(load.tasks.end(), items.tasks.begin(), items.tasks.end());
}

// Those with least get one each, until nothing is left.
template <typename T>
void deal_out(const std::vector<T>& items, std::vector<WorkerLoad>& workers,
              std::vector<T> Load::*kind) {
  std::sort(workers.begin(), workers.end(), [&](const WorkerLoad& a, const WorkerLoad& b) {
    const size_t left = (a.load.*kind).size(), right = (b.load.*kind).size();
    return left != right ? left < right : java_less(a.worker, b.worker);
  });
  auto item = items.begin();
  while (item != items.end()) {
    const size_t least = (workers.front().load.*kind).size();
    for (WorkerLoad& worker : workers) {
      if (item == items.end() || (worker.load.*kind).size() > least) break;
      (worker.load.*kind).push_back(*item++);
    }
  }
}

// What each worker holds above its share. `total` items are to be spread evenly.
template <typename T>
void revoke_surplus(size_t total, const std::vector<WorkerLoad>& workers,
                    std::vector<T> Load::*kind, std::map<std::string, Load>& revoked) {
  const size_t share = total / workers.size(), extras = total % workers.size();
  size_t with_share = 0, with_extra = 0;
  for (const WorkerLoad& worker : workers) {
    with_share += (worker.load.*kind).size() == share;
    with_extra += (worker.load.*kind).size() == share + 1;
  }
  if (with_extra == extras && with_share + with_extra == workers.size()) return;
  size_t extras_given = 0;
  for (const WorkerLoad& worker : workers) {
    const std::vector<T>& held = worker.load.*kind;
    if (held.size() <= share) continue;
    const bool extra = extras_given < extras;
    if (extra) ++extras_given;
    const size_t allowed = share + (extra ? 1 : 0);
    if (held.size() == allowed) continue;
    (revoked[worker.worker].*kind)
        .assign(held.begin(), held.end() - static_cast<std::ptrdiff_t>(allowed));
  }
}

std::map<std::string, Load> balancing_revocations(const ConnectorsAndTasks& configured,
                                                  const std::vector<WorkerLoad>& workers) {
  std::map<std::string, Load> revoked;
  const bool idle = std::all_of(workers.begin(), workers.end(),
                                [](const WorkerLoad& worker) { return worker.load.empty(); });
  if (idle || configured.empty()) return revoked;
  revoke_surplus(configured.connectors.size(), workers, &Load::connectors, revoked);
  revoke_surplus(configured.tasks.size(), workers, &Load::tasks, revoked);
  return revoked;
}

}  // namespace

std::map<std::string, Assignment> IncrementalCooperativeAssignor::assign(
    const AssignmentRound& round, const storage::ClusterState& state, int64_t offset) {
  // A round whose assignments did not reach the members leaves a view that cannot be relied on.
  if (previous_generation_ != round.last_completed_generation) previous_ = {};

  const ConnectorsAndTasks configured = configured_in(state);
  const WorkerLoads held = loads_of(round.members);
  ConnectorsAndTasks active, duplicated;
  for (const auto& [worker, load] : held) {
    gather(load.connectors, active.connectors, duplicated.connectors);
    gather(load.tasks, active.tasks, duplicated.tasks);
  }
  forget_revocation(active);
  const ConnectorsAndTasks deleted = difference(previous_, configured);
  const ConnectorsAndTasks lost = difference(previous_, active, deleted);
  const ConnectorsAndTasks created = difference(configured, previous_, active);
  Load to_assign;
  append(to_assign, created);

  // What is held twice is taken from all who hold it, and given anew in the next round.
  Revocations to_revoke = intersection(held, deleted);
  add(to_revoke, intersection(held, duplicated));
  WorkerLoads next = held;
  remove(next, to_revoke);
  handle_lost(lost, to_assign, next, round.now_ms);
  balance(configured, next, to_revoke, round.now_ms);
  deal_out(to_assign.connectors, next, &Load::connectors);
  deal_out(to_assign.tasks, next, &Load::tasks);

  std::map<std::string, Assignment> assignments = empty_assignments(round, offset);
  for (const auto& [worker, load] : next) {
    Assignment& assignment = assignments.at(worker);
    assignment.assigned = load;
    assignment.delay_ms = delay_;
    if (auto gone = to_revoke.find(worker); gone != to_revoke.end())
      assignment.revoked = gone->second;
  }
  for (const auto& [worker, load] : held) {  // what is deleted counts as not held
    Load kept = load;
    std::erase_if(kept.connectors, [&](const auto& c) { return deleted.connectors.count(c) != 0; });
    std::erase_if(kept.tasks, [&](const auto& t) { return deleted.tasks.count(t) != 0; });
    remove_all(assignments.at(worker).assigned.connectors, kept.connectors);
    remove_all(assignments.at(worker).assigned.tasks, kept.tasks);
  }
  remember(round, next, to_revoke, lost);
  return assignments;
}

// A revocation that did not take effect: what is held counts, not what was decided.
void IncrementalCooperativeAssignor::forget_revocation(const ConnectorsAndTasks& active) {
  if (any_in(previous_revocation_.connectors, active.connectors) ||
      any_in(previous_revocation_.tasks, active.tasks))
    previous_ = active;
  previous_revocation_ = {};
}

void IncrementalCooperativeAssignor::handle_lost(const ConnectorsAndTasks& lost, Load& reassign,
                                                 WorkerLoads& workers, int64_t now_ms) {
  if (lost.empty() && !revoked_in_previous_) return reset_delay();
  std::set<std::string> present;
  for (const WorkerLoad& worker : workers) present.insert(worker.worker);
  const bool all_here = std::includes(present.begin(), present.end(), previous_members_.begin(),
                                      previous_members_.end());
  if ((scheduled_rebalance_ <= 0 && all_here) || max_delay_ == 0) return append(reassign, lost);
  if (scheduled_rebalance_ <= 0 || now_ms < scheduled_rebalance_)
    return await_return(workers, now_ms);
  if (!give_to_candidates(lost, workers)) append(reassign, lost);
  reset_delay();
  revoked_in_previous_ = false;  // the whole delay has passed: revocations are due again
}

void IncrementalCooperativeAssignor::await_return(const WorkerLoads& workers, int64_t now_ms) {
  std::vector<std::string> idle;
  for (const WorkerLoad& worker : workers)
    if (worker.load.empty()) idle.push_back(worker.worker);
  append_new(candidates_, hash_set_order(std::move(idle)));
  delay_ = max_delay_;
  if (now_ms < scheduled_rebalance_)
    delay_ = static_cast<int32_t>(std::min<int64_t>(scheduled_rebalance_ - now_ms, max_delay_));
  scheduled_rebalance_ = now_ms + delay_;
}

bool IncrementalCooperativeAssignor::give_to_candidates(const ConnectorsAndTasks& lost,
                                                        WorkerLoads& workers) {
  std::vector<Load*> chosen;
  for (const std::string& candidate : candidates_)
    for (WorkerLoad& worker : workers)
      if (worker.worker == candidate) chosen.push_back(&worker.load);
  if (chosen.empty()) return false;
  size_t turn = 0;
  for (const std::string& connector : lost.connectors)
    chosen[turn++ % chosen.size()]->connectors.push_back(connector);
  turn = 0;
  for (const TaskId& task : lost.tasks) chosen[turn++ % chosen.size()]->tasks.push_back(task);
  return true;
}

void IncrementalCooperativeAssignor::reset_delay() {
  candidates_.clear();
  scheduled_rebalance_ = 0;
  delay_ = 0;
}

// Takes from those who hold too much; not while a delay runs, and ever more seldom in a row.
void IncrementalCooperativeAssignor::balance(const ConnectorsAndTasks& configured,
                                             WorkerLoads& workers, Revocations& to_revoke,
                                             int64_t now_ms) {
  if (delay_ != 0) {
    revoked_in_previous_ = false;
    return;
  }
  const Revocations surplus = balancing_revocations(configured, workers);
  if (surplus.empty()) {
    if (revoked_in_previous_) successive_revocations_ = 0;
    revoked_in_previous_ = false;
    return;
  }
  if (revoked_in_previous_) {
    ++successive_revocations_;
    delay_ = revocation_back_off();
    if (delay_ != 0) {
      scheduled_rebalance_ = now_ms + delay_;
      return;
    }
  }
  revoked_in_previous_ = true;
  add(to_revoke, surplus);
  remove(workers, surplus);
}

// Java: ExponentialBackoff(1, 40, maximum, without jitter); 0 where the maximum is.
int32_t IncrementalCooperativeAssignor::revocation_back_off() const {
  if (max_delay_ <= 1) return max_delay_;
  constexpr double kMultiplier = 40;
  const double most = std::log(static_cast<double>(max_delay_)) / std::log(kMultiplier);
  const double term = std::pow(kMultiplier, std::min<double>(successive_revocations_, most));
  return std::min(static_cast<int32_t>(term), max_delay_);
}

void IncrementalCooperativeAssignor::remember(const AssignmentRound& round,
                                              const WorkerLoads& workers,
                                              const Revocations& revoked,
                                              const ConnectorsAndTasks& lost) {
  previous_ = {};
  previous_members_.clear();
  for (const auto& [worker, load] : workers) {
    previous_.connectors.insert(load.connectors.begin(), load.connectors.end());
    previous_.tasks.insert(load.tasks.begin(), load.tasks.end());
    previous_members_.insert(worker);
  }
  for (const auto& [worker, load] : revoked) {
    for (const std::string& connector : load.connectors) {
      previous_.connectors.erase(connector);
      previous_revocation_.connectors.insert(connector);
    }
    for (const TaskId& task : load.tasks) {
      previous_.tasks.erase(task);
      previous_revocation_.tasks.insert(task);
    }
  }
  previous_.connectors.insert(lost.connectors.begin(), lost.connectors.end());
  previous_.tasks.insert(lost.tasks.begin(), lost.tasks.end());
  previous_generation_ = round.generation;
}

}  // namespace millrace::distributed
