#pragma once
// HerderCore: what a worker of a cluster does about its share of the work, as a state machine: it
// decides, starts others' work and never waits.
// org.apache.kafka.connect.runtime.distributed.DistributedHerder, whose tick() blocks where this
// one goes on later.
//
// One thread calls start, tick and the group member's poll, which calls back into the core.
// Requests, the stores' answers and the worker's may come on any thread: they go through an inbox
// to that thread. What a tick does, in order: events, timers; then, where the config topic can be
// read, the end of a rebalance, requests, restarts, changes of configurations.
//
//   HerderCore core(options, parts);
//   member = factory(options, core.coordinator()); core.attach(*member);
//   core.start();
//   for (;;) { auto next = core.tick(); if (next.poll) member->poll(next.at - now); }
//
// Files: herder_core.cc the tick; herder_rebalance.cc groups; herder_work.cc starting and stopping;
// herder_configs.cc what changes in the config topic; herder_tasks.cc task configurations;
// herder_answers.cc requests; herder_restarts.cc restarts; herder_transactions.cc exactly-once
// tasks.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "distributed/herder_inbox.h"
#include "distributed/herder_requests.h"
#include "distributed/part_listener.h"
#include "distributed/rebalance_pace.h"
#include "distributed/session_keys.h"
#include "distributed/worker_coordinator.h"
#include "distributed/worker_port.h"
#include "herder/herder.h"
#include "kafka/group_member.h"
#include "storage/config_store.h"
#include "storage/status_store.h"

namespace millrace::distributed {

using herder::ConnectorStatus;
using runtime::State;
using storage::ClusterState;
using storage::RestartRequest;

struct HerderOptions {
  std::string worker_id;  // "host:port"
  std::string group_id;
  CoordinatorOptions coordinator;
  SessionKeyOptions session_keys;
  std::chrono::milliseconds sync_timeout{3'000};       // worker.sync.timeout.ms
  std::chrono::milliseconds unsync_back_off{300'000};  // worker.unsync.backoff.ms
  bool topic_tracking = true;
  bool exactly_once = false;  // exactly.once.source.support=enabled
  std::string log_context;
};

// Hands task configurations to the leader, for a connector that runs here. `done` on any thread.
using ForwardTaskConfigs =
    std::function<void(const std::string& leader_url, const std::string& connector,
                       const std::vector<Properties>& configs, WorkerPort::Started done)>;

// Asks the leader to shut out former producers of a connector. `done` on any thread.
using ForwardFencing = std::function<void(const std::string& leader_url,
                                          const std::string& connector, WorkerPort::Started done)>;

struct HerderParts {
  storage::ConfigStore* configs = nullptr;
  storage::StatusStore* statuses = nullptr;
  WorkerPort* worker = nullptr;
  PartListener* listener = nullptr;  // may be null
  ForwardTaskConfigs forward_task_configs;
  ForwardFencing forward_fencing;
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<int64_t()> wall_ms;                                           // since the epoch
  std::function<void(const std::string&, const std::string&)> set_log_level;  // logger, level
};

// What became of rebalances, for metrics.
struct RebalanceFigures {
  ConnectProtocol protocol = ConnectProtocol::kSessioned;
  std::string leader_url;
  int32_t epoch = 0;
  bool rebalancing = false;
  int64_t completed = 0;
  std::chrono::milliseconds longest{0}, total{0};
  std::optional<std::chrono::steady_clock::time_point> last_completed;
  size_t assigned_connectors = 0, assigned_tasks = 0;
};

// The leader's producer was shut out, or failed: it has to claim the config topic again.
bool is_privileged_write_failure(const Error& error);

class HerderCore : public RebalanceListener, public storage::ConfigListener {
 public:
  using Clock = std::chrono::steady_clock;
  template <typename T>
  using Answer = std::function<void(Result<T>)>;  // once; on the herder's thread

  struct Next {
    Clock::time_point at;  // of the next tick; earlier where somebody wakes it
    bool poll = false;     // the group is to be polled until then
  };

  HerderCore(HerderOptions options, HerderParts parts);
  ~HerderCore() override;

  WorkerCoordinator& coordinator() { return coordinator_; }
  void attach(kafka::GroupMember& member) { member_ = &member; }
  // Another way to be woken than the member's.
  void set_wake(std::function<void()> wake);
  // Reads the topics; may take long.
  Result<void> start();
  Next tick();
  // Stops what runs here, refuses what was asked; `done` when all has stopped. Tick on until then.
  void stop(std::function<void()> done);
  bool stopped() const { return stopped_; }

  // Requests. Any thread.
  using Deadline = Clock::time_point;
  // `serve` at the next tick at which `gate` is open.
  void submit(HerderRequest request);
  void put_connector(const std::string& connector, const NullableProperties& config,
                     std::optional<TargetState> target, bool allow_replace, Deadline deadline,
                     Answer<bool> answer);  // true: created
  // To be patched: the leader alone gives it.
  void connector_to_patch(const std::string& connector, Deadline deadline,
                          Answer<NullableProperties> answer);
  void delete_connector(const std::string& connector, Deadline deadline, Answer<void> answer);
  void stop_connector(const std::string& connector, Deadline deadline, Answer<void> answer);
  void restart_connector(const std::string& connector, Deadline deadline, Answer<void> answer);
  void restart_task(const TaskId& task, Deadline deadline, Answer<void> answer);
  void restart_connector_and_tasks(const RestartRequest& request, Deadline deadline,
                                   Answer<ConnectorStatus> answer);
  void modify_offsets(const std::string& connector,
                      const std::optional<std::vector<herder::Offset>>& offsets, Deadline deadline,
                      Answer<std::string> answer);
  // Of other workers: POST /connectors/{name}/tasks, PUT /connectors/{name}/fence.
  void put_task_configs(const std::string& connector, const std::vector<Properties>& configs,
                        const std::optional<RequestSignature>& signature, Deadline deadline,
                        Answer<void> answer);
  void fence_zombies(const std::string& connector, const std::optional<RequestSignature>& signature,
                     Deadline deadline, Answer<void> answer);
  void health_check(Deadline deadline, Answer<void> answer);
  // By the connector itself.
  void request_task_reconfiguration(const std::string& connector);

  // Any thread.
  std::shared_ptr<const ClusterState> snapshot() const { return parts_.configs->snapshot(); }
  Result<ConnectorStatus> connector_status(const std::string& connector) const;
  int32_t generation() const { return generation_.load(); }
  bool ready() const { return ready_.load(); }
  const SessionKeys& session_keys() const { return session_keys_; }
  std::string stage() const;  // what the herder is waiting for, in words; "" nothing
  RebalanceFigures figures() const;

  // For tests and simulations, on the herder's thread: what has been started here and not stopped.
  std::set<std::string> running_connectors() const;
  std::set<TaskId> running_tasks() const;
  bool is_leader() const;
  bool settled() const { return open(Gate::kSettled); }

  // RebalanceListener
  void revoked(const Load& load) override;
  bool may_join() override { return revocations_ == 0; }
  void assigned(const Assignment& held, int32_t generation) override;

  // ConfigListener
  void connector_config_updated(const std::string& connector) override;
  void connector_config_removed(const std::string& connector) override;
  void task_configs_updated(const std::string& connector) override;
  void target_state_changed(const std::string& connector) override;
  void session_key_updated(const storage::SessionKey& key) override;
  void restart_requested(const RestartRequest& request) override;
  void logging_level_updated(const std::string& logger, const std::string& level) override;

 private:
  using Done = std::function<void()>;
  // A connector or task that was started here and not stopped since.
  struct Part {
    uint64_t start = 0;                           // which start: answers to former ones are stale
    NullableProperties config;                    // a connector's
    std::optional<std::vector<Properties>> made;  // its newest task configurations
    std::optional<int64_t> task_config_generation;
    uint64_t expulsions = 0;  // of this worker before that start
  };
  struct Reconfiguration {
    int attempts = 0;
    bool under_way = false, again = false;
  };

  // ---- herder_core.cc
  void post(HerderInbox::Event event) { inbox_->post(std::move(event)); }
  // A callback that may be called on any thread and runs `then` on the herder's.
  template <typename T>
  std::function<void(const T&)> later(std::function<void(const T&)> then) {
    return [inbox = inbox_, then = std::move(then)](const T& value) {
      inbox->post([then, value] { then(value); });
    };
  }
  Done later(Done then) {
    return [inbox = inbox_, then = std::move(then)] { inbox->post(then); };
  }
  void after(std::chrono::milliseconds delay, Done action);
  void run_events();
  void run_timers();
  void advance();
  bool open(Gate gate) const;
  Clock::time_point next_wake() const;
  void check_session_key();
  void set_stage(const std::string& stage);

  // ---- herder_rebalance.cc
  bool resolve_rebalance();
  bool catch_up_with_assignment();  // true: configs_ and the assignment are at one offset
  void rejoin(const std::string& reason);
  void start_sync();
  void synced(uint64_t sync, bool succeeded);
  void back_off();
  void lead();
  void clean_statuses();
  void claim_write_privileges();

  // ---- herder_work.cc
  void start_work();
  bool is_configured(const TaskId& task) const;
  template <typename Name>  // of a connector or task
  bool taken_over(const Name& name, const Part& part,
                  const ClusterState::Connector& connector) const;
  // Running parts that the assignment does not name, or that were started with what is out of date.
  Load outdated() const;
  void start_connector(const std::string& connector, Answer<void> answer);
  void refuse_null(const std::string& connector, const std::string& key,
                   const Answer<void>& answer);
  void connector_started(const std::string& connector, uint64_t start,
                         const Result<TargetState>& reached, const Answer<void>& answer);
  void start_task(const TaskId& task, Answer<void> answer);
  std::optional<Error> refused_task(const TaskId& task,
                                    const ClusterState::Connector& connector) const;
  // Of the load what runs here; `done` when all has stopped.
  void stop_parts(const Load& load, Done done);
  // The same, of what is not started again as it was.
  void withdraw_parts(const Load& load);
  // All of it: what has been stopping already is waited for, too.
  void stop_all_of(const Load& load, Done done);
  void put_failed(const TaskId& task, const Error& error);
  void tell_target(const std::string& connector, TargetState started_with);

  // ---- herder_configs.cc
  void note_membership_change();  // of connectors and tasks, not of workers
  void apply_config_updates();
  void restart_updated_connectors(const std::set<std::string>& connectors);
  void apply_target_states(const std::set<std::string>& connectors);
  void stop_reconfigured_tasks(const std::set<std::string>& connectors);
  void empty_if_stopped(const std::string& connector);

  // ---- herder_tasks.cc
  void reconfigure(const std::string& connector);
  void task_configs_made(const std::string& connector, const Result<std::vector<Properties>>& made);
  // The topic has other task configurations than the connector that runs here has made.
  bool overwritten(const std::string& connector) const;
  void publish(const std::string& connector, const std::vector<Properties>& configs);
  void published(const std::string& connector, const Result<void>& result);
  void retry_reconfiguration(const std::string& connector);

  // ---- herder_answers.cc
  using Write = std::function<void(storage::ConfigStore::Done)>;
  // Holds back other requests for the connector until `then` has been called.
  void write_as_leader(const std::string& connector, const Write& write, Answer<void> then);
  void write_task_configs(const std::string& connector, const std::vector<Properties>& configs,
                          Answer<void> then);
  void refresh(std::function<void(bool)> then);
  Error not_leader(const std::string& message) const;
  void write_stopped(const std::string& connector, const Answer<void>& answer);
  // Why the offsets may not be changed now.
  std::optional<Error> offsets_refusal(const std::string& connector) const;
  void change_offsets(const std::string& connector,
                      const std::optional<std::vector<herder::Offset>>& offsets, Deadline deadline,
                      const Answer<std::string>& answer);
  void fence_as_leader(const std::string& connector, const Answer<void>& answer);
  void fence(const std::string& connector, const Answer<void>& answer);
  bool is_exactly_once_source(const NullableProperties& config) const;

  // ---- herder_transactions.cc
  // Of a task that is being started. The checks are called on the task's thread.
  runtime::TransactionChecks checks_for(const TaskId& task, std::optional<int64_t> generation);
  void fence_for_task(const std::string& connector, Answer<void> answer);
  void verify_task(const TaskId& task, std::optional<int64_t> generation, Answer<void> answer);

  // ---- herder_restarts.cc
  void run_restart_requests();
  void restart_planned(const RestartRequest& request);
  void start_again(const Load& load);

  const HerderOptions options_;
  const HerderParts parts_;
  const Logger log_;
  const std::shared_ptr<HerderInbox> inbox_ = std::make_shared<HerderInbox>();
  kafka::GroupMember* member_ = nullptr;
  SessionKeys session_keys_;

  // Read by any thread.
  std::atomic<int32_t> generation_{-1};
  std::atomic<bool> ready_{false};
  mutable std::mutex told_mutex_;
  std::string stage_;
  RebalanceFigures figures_;

  // The herder's thread alone.
  Clock::time_point now_;
  bool started_ = false, stopping_ = false, stopped_ = false;
  HerderRequests requests_;
  std::multimap<Clock::time_point, Done> timers_;
  std::shared_ptr<const ClusterState> configs_;  // that decisions are made on
  // Connectors that the present assignment takes account of.
  std::set<std::string> known_;

  std::optional<Assignment> assignment_;
  bool resolved_ = true;         // the assignment has been taken up
  bool rejoin_pending_ = false;  // asked for and not yet come true
  bool synced_ = false;          // the topic was read to its end for this assignment
  int revocations_ = 0;          // being stopped
  Clock::time_point scheduled_rebalance_ = Clock::time_point::max();
  Clock::time_point rebalance_began_;

  bool can_read_configs_ = true;
  bool syncing_ = false;
  uint64_t sync_ = 0;
  int back_off_retries_;
  Clock::time_point backing_off_until_;
  bool claiming_ = false, fenced_ = false, writing_session_key_ = false;

  std::map<std::string, Part> connectors_;
  std::map<TaskId, Part> tasks_;
  uint64_t starts_ = 0;

  bool needs_rebalance_ = false;  // something came or went
  int64_t changed_at_ = -1;       // the config topic's offset by when it had, at the latest
  RebalancePace pace_;
  std::set<std::string> connector_updates_, task_updates_, target_changes_;
  std::map<std::string, RestartRequest> restarts_;
  std::map<std::string, Reconfiguration> reconfigurations_;

  WorkerCoordinator coordinator_;
};

}  // namespace millrace::distributed
