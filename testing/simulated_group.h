#pragma once
// A simulated group coordinator of the classic protocol, and its clients: kafka::GroupMember
// without a network.

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kafka/group_member.h"
#include "testing/simulation.h"

namespace millrace::testing {

struct GroupTimes {
  std::chrono::milliseconds session{10'000}, rebalance{20'000}, heartbeat{3'000};
};

enum class GroupError : uint8_t { kNone, kRebalanceInProgress, kUnknownMember, kIllegalGeneration };

struct JoinAnswer {
  GroupError error = GroupError::kNone;
  std::string member_id, leader, protocol;
  int32_t generation = -1;
  std::map<std::string, std::string> metadata;  // the leader's alone
};
struct SyncAnswer {
  GroupError error = GroupError::kNone;
  std::string assignment;
};

// The broker's side.
class SimulatedGroup {
 public:
  using OnJoin = std::function<void(const JoinAnswer&)>;
  using OnSync = std::function<void(const SyncAnswer&)>;
  SimulatedGroup(Simulation& simulation, GroupTimes times)
      : simulation_(simulation), times_(times) {}

  void join(std::string member_id, const std::vector<kafka::GroupProtocol>& protocols,
            OnJoin answer) {
    if (member_id.empty()) {
      member_id = "member-" + std::to_string(next_member_++);
      members_[member_id];
    } else if (members_.count(member_id) == 0) {
      JoinAnswer unknown;
      unknown.error = GroupError::kUnknownMember;
      return answer(unknown);
    }
    Member& member = members_[member_id];
    member.protocols = protocols;
    member.joining = std::move(answer);
    member.syncing = nullptr;
    touch(member_id);
    if (phase_ != Phase::kPreparing) prepare();
    try_complete_join();
  }

  void sync(const std::string& member_id, int32_t generation,
            const std::map<std::string, std::string>& assignments, OnSync answer) {
    auto found = members_.find(member_id);
    if (found == members_.end()) return answer({GroupError::kUnknownMember, {}});
    if (generation != generation_) return answer({GroupError::kIllegalGeneration, {}});
    if (phase_ == Phase::kPreparing) return answer({GroupError::kRebalanceInProgress, {}});
    touch(member_id);
    if (phase_ == Phase::kStable) return answer({GroupError::kNone, assignments_[member_id]});
    found->second.syncing = std::move(answer);
    if (member_id != leader_) return;
    assignments_ = assignments;
    phase_ = Phase::kStable;
    for (auto& [id, member] : members_)
      if (member.syncing)
        std::exchange(member.syncing, nullptr)({GroupError::kNone, assignments_[id]});
  }

  GroupError heartbeat(const std::string& member_id, int32_t generation) {
    if (members_.count(member_id) == 0) return GroupError::kUnknownMember;
    if (generation != generation_) return GroupError::kIllegalGeneration;
    touch(member_id);
    return phase_ == Phase::kPreparing ? GroupError::kRebalanceInProgress : GroupError::kNone;
  }

  void leave(const std::string& member_id) {
    if (members_.erase(member_id) == 0) return;
    removed(member_id);
  }

  // The coordinator forgets everybody: it moved and lost its state.
  void forget() {
    auto members = std::exchange(members_, {});
    phase_ = Phase::kEmpty;
    leader_.clear();
    for (auto& [id, member] : members) {
      JoinAnswer unknown;
      unknown.error = GroupError::kUnknownMember;
      if (member.joining) member.joining(unknown);
      if (member.syncing) member.syncing({GroupError::kUnknownMember, {}});
    }
  }

  bool stable() const { return phase_ == Phase::kStable; }
  int32_t generation() const { return generation_; }
  size_t size() const { return members_.size(); }

 private:
  enum class Phase : uint8_t { kEmpty, kPreparing, kCompleting, kStable };
  struct Member {
    std::vector<kafka::GroupProtocol> protocols;
    OnJoin joining;
    OnSync syncing;
    uint64_t contact = 0;
  };

  void touch(const std::string& id) {
    const uint64_t contact = ++contacts_;
    members_[id].contact = contact;
    simulation_.after(times_.session, [this, id, contact] {
      auto found = members_.find(id);
      if (found == members_.end() || found->second.contact != contact) return;
      if (found->second.joining) return touch(id);  // it waits for us
      members_.erase(found);
      removed(id);
    });
  }
  void removed(const std::string& id) {
    if (leader_ == id) leader_.clear();
    if (members_.empty()) {
      phase_ = Phase::kEmpty;
      return;
    }
    if (phase_ == Phase::kPreparing)
      try_complete_join();
    else
      prepare();
  }
  void prepare() {
    for (auto& [id, member] : members_)
      if (member.syncing)
        std::exchange(member.syncing, nullptr)({GroupError::kRebalanceInProgress, {}});
    const bool first = phase_ == Phase::kEmpty;
    phase_ = Phase::kPreparing;
    const uint64_t round = ++round_;
    not_before_ =
        simulation_.now() + (first ? std::chrono::milliseconds(500) : std::chrono::milliseconds(0));
    if (first)
      simulation_.at(not_before_, [this, round] {
        if (round == round_) try_complete_join();
      });
    simulation_.after(times_.rebalance, [this, round] {
      if (round != round_ || phase_ != Phase::kPreparing) return;
      std::erase_if(members_, [](const auto& each) { return each.second.joining == nullptr; });
      if (members_.count(leader_) == 0) leader_.clear();
      if (members_.empty())
        phase_ = Phase::kEmpty;
      else
        complete_join();
    });
  }
  void try_complete_join() {
    if (phase_ != Phase::kPreparing || simulation_.now() < not_before_ || members_.empty()) return;
    for (const auto& [id, member] : members_)
      if (!member.joining) return;
    complete_join();
  }
  void complete_join() {
    ++generation_;
    phase_ = Phase::kCompleting;
    assignments_.clear();
    if (leader_.empty()) leader_ = members_.begin()->first;
    const std::string protocol = common_protocol();
    std::map<std::string, std::string> metadata;
    for (const auto& [id, member] : members_)
      for (const kafka::GroupProtocol& offered : member.protocols)
        if (offered.name == protocol) metadata[id] = offered.metadata;
    const uint64_t round = round_;
    // Members that do not ask for their assignment are gone: the group starts over.
    simulation_.after(times_.rebalance, [this, round] {
      if (round != round_ || phase_ != Phase::kCompleting) return;
      std::vector<std::string> silent;
      for (const auto& [id, member] : members_)
        if (!member.syncing) silent.push_back(id);
      for (const std::string& id : silent) members_.erase(id);
      removed(leader_);
    });
    for (auto& [id, member] : members_) {
      JoinAnswer answer;
      answer.member_id = id;
      answer.leader = leader_;
      answer.protocol = protocol;
      answer.generation = generation_;
      if (id == leader_) answer.metadata = metadata;
      touch(id);
      std::exchange(member.joining, nullptr)(answer);
    }
  }
  std::string common_protocol() const {
    for (const kafka::GroupProtocol& wanted : members_.begin()->second.protocols) {
      const bool all = std::all_of(members_.begin(), members_.end(), [&](const auto& each) {
        return std::any_of(each.second.protocols.begin(), each.second.protocols.end(),
                           [&](const auto& offered) { return offered.name == wanted.name; });
      });
      if (all) return wanted.name;
    }
    return {};
  }

  Simulation& simulation_;
  const GroupTimes times_;
  Phase phase_ = Phase::kEmpty;
  int32_t generation_ = 0;
  std::map<std::string, Member> members_;
  std::string leader_;
  std::map<std::string, std::string> assignments_;
  Simulation::Clock::time_point not_before_{};
  uint64_t next_member_ = 1, contacts_ = 0, round_ = 0;
};

// The client's side. Heartbeats go on whether it is polled or not.
class SimulatedMember : public kafka::GroupMember,
                        public std::enable_shared_from_this<SimulatedMember> {
 public:
  SimulatedMember(std::shared_ptr<SimulatedProcess> process, SimulatedGroup& group,
                  GroupTimes times, kafka::GroupMemberListener& listener,
                  std::function<void()> wake)
      : process_(std::move(process)),
        group_(group),
        times_(times),
        listener_(listener),
        wake_(std::move(wake)) {}

  void start() { beat(); }
  // True: the herder's thread waits in poll until something happens.
  void set_polling(bool polling) {
    last_poll_ = process_->simulation().now();
    polling_ = polling;
  }

  Result<void> poll(std::chrono::milliseconds) override {
    auto events = std::exchange(events_, {});
    for (auto& event : events) event();
    if (needs_join_ && !busy_ && !unreachable_) join();
    return {};
  }
  void request_rejoin(const std::string&) override {
    needs_join_ = true;
    wake_();
  }
  void leave(const std::string&) override {
    if (!id_.empty()) send([group = &group_, id = id_] { group->leave(id); });
    reset();
  }
  void wake() override { wake_(); }
  bool in_group() const override { return joined_ && !needs_join_ && !busy_; }
  std::string member_id() const override { return joined_ ? id_ : ""; }
  int32_t generation() const override { return generation_; }
  void close(std::chrono::milliseconds) override { leave("closed"); }

 private:
  // What is on the way is void then.
  void reset() {
    ++attempt_;
    busy_ = joined_ = false;
    needs_join_ = true;
    id_.clear();
    generation_ = -1;
    events_.clear();
  }
  // What is lost breaks the connection, which is noticed after a while.
  void send(std::function<void()> request) {
    process_->simulation().after(
        process_->network_delay(),
        [weak = weak_from_this(), process = process_, request = std::move(request)] {
          if (process->reaches_kafka()) return request();
          if (auto self = weak.lock(); self != nullptr && process->alive())
            self->retry_later(std::chrono::seconds(2));
        });
  }
  // The answer, if it gets here; it is looked at in the next poll.
  template <typename T>
  std::function<void(const T&)> answer(std::function<void(const T&)> then) {
    return [weak = weak_from_this(), process = process_, attempt = attempt_,
            then = std::move(then)](const T& value) {
      if (!process->reaches_kafka()) {
        if (auto self = weak.lock(); self != nullptr && process->alive())
          self->retry_later(std::chrono::seconds(2));
        return;
      }
      process->after(process->network_delay(), [weak, attempt, then, value] {
        auto self = weak.lock();
        if (self == nullptr || self->attempt_ != attempt) return;
        self->contact();
        self->events_.push_back([self = self.get(), attempt, then, value] {
          if (self->attempt_ == attempt) then(value);
        });
        self->wake_();
      });
    };
  }
  void contact() {
    last_contact_ = process_->simulation().now();
    unreachable_ = told_lost_ = false;
  }

  void join() {
    auto protocols = listener_.joining(generation_, id_);
    if (protocols.empty()) return;
    busy_ = true;
    joined_ = false;
    needs_join_ = false;
    ++attempt_;
    retry_later(times_.rebalance + std::chrono::seconds(5));
    send([group = &group_, id = id_, protocols = std::move(protocols),
          on_join = answer<JoinAnswer>([this](const JoinAnswer& joined) {
            on_join_answer(joined);
          })] { group->join(id, protocols, on_join); });
  }
  // What was asked is asked again then, if there has been no answer.
  void retry_later(std::chrono::milliseconds delay) {
    process_->after(delay, [weak = weak_from_this(), attempt = attempt_] {
      auto self = weak.lock();
      if (self == nullptr || self->attempt_ != attempt || !self->busy_) return;
      self->busy_ = false;
      self->needs_join_ = true;
      ++self->attempt_;
      self->wake_();
    });
  }
  void on_join_answer(const JoinAnswer& joined) {
    if (joined.error != GroupError::kNone) return failed(joined.error);
    id_ = joined.member_id;
    generation_ = joined.generation;
    protocol_ = joined.protocol;
    std::map<std::string, std::string> assignments;
    if (joined.leader == id_) {
      auto decided = listener_.assign(id_, generation_, protocol_, joined.metadata);
      if (!decided) {
        busy_ = false;
        needs_join_ = true;
        return;
      }
      assignments = *std::move(decided);
    }
    send([group = &group_, id = id_, generation = generation_, assignments,
          on_sync = answer<SyncAnswer>([this](const SyncAnswer& synced) {
            if (synced.error != GroupError::kNone) return failed(synced.error);
            ++attempt_;
            busy_ = false;
            joined_ = true;
            listener_.joined(generation_, id_, protocol_, synced.assignment);
          })] { group->sync(id, generation, assignments, on_sync); });
  }
  void failed(GroupError error) {
    ++attempt_;
    busy_ = joined_ = false;
    needs_join_ = true;
    if (error == GroupError::kUnknownMember || error == GroupError::kIllegalGeneration) {
      if (error == GroupError::kUnknownMember) id_.clear();
      generation_ = -1;
      listener_.expelled("unknown member or generation");
    }
    wake_();
  }

  void beat() {
    process_->after(times_.heartbeat, [weak = weak_from_this()] {
      if (auto self = weak.lock()) self->beat_once();
    });
  }
  void beat_once() {
    const auto now = process_->simulation().now();
    if (now - last_contact_ > times_.session + times_.heartbeat && !told_lost_) {
      told_lost_ = unreachable_ = true;
      busy_ = false;
      needs_join_ = true;
      ++attempt_;
      events_.push_back([this] { listener_.lost("Broker coordinator was unreachable"); });
      wake_();
    }
    if (joined_ && !polling_ && now - last_poll_ > times_.rebalance) {
      leave("worker poll timeout has expired.");
      events_.push_back([this] { listener_.expelled("worker poll timeout has expired."); });
      wake_();
    }
    // Also where nobody has joined: somebody has to find the coordinator again.
    send([group = &group_, id = id_, generation = generation_, on_beat = beat_answer()] {
      on_beat(group->heartbeat(id, generation));
    });
    beat();
  }
  std::function<void(GroupError)> beat_answer() {
    return [weak = weak_from_this(), process = process_, attempt = attempt_](GroupError error) {
      if (!process->reaches_kafka()) return;
      process->after(process->network_delay(), [weak, attempt, error] {
        auto self = weak.lock();
        if (self == nullptr) return;
        const bool was_unreachable = self->unreachable_;
        self->contact();
        if (was_unreachable) self->wake_();
        if (self->attempt_ != attempt || !self->joined_ || error == GroupError::kNone) return;
        if (error == GroupError::kRebalanceInProgress) {
          self->needs_join_ = true;
          return self->wake_();
        }
        self->events_.push_back([self = self.get(), error, attempt] {
          if (self->attempt_ == attempt) self->failed(error);
        });
        self->wake_();
      });
    };
  }

  const std::shared_ptr<SimulatedProcess> process_;
  SimulatedGroup& group_;
  const GroupTimes times_;
  kafka::GroupMemberListener& listener_;
  const std::function<void()> wake_;
  std::string id_, protocol_;
  int32_t generation_ = -1;
  bool joined_ = false, busy_ = false, needs_join_ = true;
  bool unreachable_ = false, told_lost_ = false, polling_ = true;
  uint64_t attempt_ = 0;
  std::deque<std::function<void()>> events_;
  Simulation::Clock::time_point last_contact_ = process_->simulation().now();
  Simulation::Clock::time_point last_poll_ = process_->simulation().now();
};

}  // namespace millrace::testing
