#pragma once
// A simulated cluster of workers: herders, a group, topics, users, and what befalls them.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "distributed/herder_core.h"
#include "storage/config_topic.h"
#include "testing/simulated_group.h"
#include "testing/simulated_log.h"
#include "testing/simulated_topics.h"
#include "testing/simulated_worker.h"
#include "testing/simulation.h"

namespace millrace::testing {

using distributed::HerderCore;

struct ClusterOptions {
  uint64_t seed = 1;
  std::vector<distributed::ConnectProtocol> protocols;  // one per worker
  GroupTimes times;
  std::chrono::milliseconds max_delay{10'000};
  int64_t longest_stop_ms = 5'000, longest_start_ms = 3'000;
  std::vector<int64_t> clock_offsets_ms;  // of the workers; empty: all are right
  int64_t connectors = 8;                 // at most
};

// One worker's process, from its start to its end.
class SimulatedNode : public std::enable_shared_from_this<SimulatedNode> {
 public:
  struct World {
    Simulation& simulation;
    SimulatedTopic& configs;
    StatusTopic& statuses;
    SimulatedGroup& group;
    const ClusterOptions& options;
    distributed::ForwardTaskConfigs forward;
  };
  SimulatedNode(World world, size_t number)
      : process(std::make_shared<SimulatedProcess>(world.simulation)),
        worker(process, world.options.longest_stop_ms, world.options.longest_start_ms),
        log(new SimulatedLog(process, world.configs)),
        configs(std::unique_ptr<kafka::TopicLog>(log)),
        statuses(process, world.statuses),
        core(options_of(world, number), parts_of(world, number)) {
    member = std::make_shared<SimulatedMember>(process, world.group, world.options.times,
                                               core.coordinator(), [this] { wake(); });
    core.attach(*member);
    core.set_wake([this] { wake(); });
  }

  static std::string url_of(size_t number) {
    return "http://worker" + std::to_string(number) + ":8083/";
  }
  void start() {
    (void)core.start();
    member->start();
    wake();
  }
  // SIGKILL.
  void crash() { process->die(); }
  // SIGTERM: what runs is stopped, the group is left.
  void shut_down(std::function<void()> gone) {
    core.stop([this, gone = std::move(gone)] {
      member->close(std::chrono::milliseconds(0));
      process->after(std::chrono::milliseconds(100), [this, gone] {
        process->die();
        gone();
      });
    });
  }
  bool active() const { return process->alive() && !process->paused(); }

  const std::shared_ptr<SimulatedProcess> process;
  SimulatedWorker worker;
  SimulatedLog* const log;  // of `configs`
  storage::ConfigTopic configs;
  SimulatedStatusStore statuses;
  HerderCore core;
  std::shared_ptr<SimulatedMember> member;

 private:
  static distributed::HerderOptions options_of(const World& world, size_t number) {
    distributed::HerderOptions options;
    options.worker_id = "worker" + std::to_string(number) + ":8083";
    options.group_id = "cluster";
    options.log_context = options.coordinator.log_context =
        "[worker" + std::to_string(number) + "] ";
    options.coordinator.url = url_of(number);
    options.coordinator.protocol = world.options.protocols[number];
    options.coordinator.max_delay = world.options.max_delay;
    options.unsync_back_off = std::chrono::seconds(10);
    return options;
  }
  distributed::HerderParts parts_of(const World& world, size_t number) {
    distributed::HerderParts parts;
    parts.configs = &configs;
    parts.statuses = &statuses;
    parts.worker = &worker;
    parts.forward_task_configs = world.forward;
    parts.now = [&simulation = world.simulation] { return simulation.now(); };
    const auto& offsets = world.options.clock_offsets_ms;
    const int64_t offset = offsets.empty() ? 0 : offsets[number];
    parts.wall_ms = [&simulation = world.simulation, offset] {
      return simulation.wall_ms() + offset;
    };
    return parts;
  }
  void wake() { tick_at(process->simulation().now()); }
  void tick_at(Simulation::Clock::time_point time) {
    if (next_ && *next_ <= time) return;
    next_ = time;
    const auto delay =
        std::chrono::duration_cast<std::chrono::microseconds>(time - process->simulation().now());
    process->after(std::max(delay, std::chrono::microseconds(1)), [this, time] {
      if (next_ != time) return;  // an earlier one came first
      next_.reset();
      const HerderCore::Next next = core.tick();
      member->set_polling(next.poll);
      if (next.poll) (void)member->poll(std::chrono::milliseconds(0));
      if (next.at != Simulation::Clock::time_point::max()) tick_at(next.at);
    });
  }

  std::optional<Simulation::Clock::time_point> next_;
};

// Hears of configurations and does nothing about them.
class Nobody final : public storage::ConfigListener {
  void connector_config_updated(const std::string&) override {}
  void connector_config_removed(const std::string&) override {}
  void task_configs_updated(const std::string&) override {}
  void target_state_changed(const std::string&) override {}
  void session_key_updated(const storage::SessionKey&) override {}
  void restart_requested(const storage::RestartRequest&) override {}
  void logging_level_updated(const std::string&, const std::string&) override {}
};

class SimulatedCluster {
 public:
  explicit SimulatedCluster(ClusterOptions options)
      : options_(std::move(options)),
        simulation_(options_.seed),
        group_(simulation_, options_.times),
        whole_(std::make_unique<WholeLog>(configs_)) {
    (void)whole_.start(nobody_);
    nodes_.resize(options_.protocols.size());
    for (size_t i = 0; i < nodes_.size(); ++i) start(i);
  }

  Simulation& simulation() { return simulation_; }
  SimulatedGroup& group() { return group_; }
  SimulatedTopic& configs() { return configs_; }
  StatusTopic& statuses() { return statuses_; }
  size_t size() const { return nodes_.size(); }
  int64_t connectors() const { return options_.connectors; }
  // As the broker does it in its own time, up to any record.
  void compact() {
    compacted_ = true;
    configs_.compact(simulation_.between(0, configs_.end), simulation_.wall_ms() - 150'000);
  }
  bool compacted() const { return compacted_; }
  // A worker is stopped in good order, and is there again a while after it has gone.
  void restart_in_order(size_t number, std::chrono::microseconds away) {
    auto node = nodes_[number];
    if (!node->active()) return;
    node->shut_down([this, node, number, away] {
      simulation_.after(away, [this, node, number] {
        if (nodes_[number] == node) start(number);
      });
    });
  }
  SimulatedNode& node(size_t number) { return *nodes_[number]; }

  void start(size_t number) {
    if (nodes_[number] != nullptr) graveyard_.push_back(nodes_[number]);
    auto forward = [this, number](const std::string& url, const std::string& connector,
                                  const std::vector<Properties>& configs,
                                  distributed::WorkerPort::Started done) {
      forward_task_configs(number, url, connector, configs, std::move(done));
    };
    nodes_[number] = std::make_shared<SimulatedNode>(
        SimulatedNode::World{simulation_, configs_, statuses_, group_, options_, forward}, number);
    nodes_[number]->start();
  }
  void run_for(std::chrono::milliseconds time) {
    const auto end = simulation_.now() + time;
    while (!runaway() && simulation_.step(end)) {
    }
  }
  // So much has happened that somebody turns in a circle without time going by.
  bool runaway() const { return simulation_.steps() > 3'000'000; }
  // False: not within `longest`.
  template <typename Condition>
  bool run_until(Condition condition, std::chrono::milliseconds longest) {
    const auto end = simulation_.now() + longest;
    while (simulation_.now() < end && !runaway()) {
      if (condition()) return true;
      run_for(std::chrono::milliseconds(250));
    }
    return condition();
  }

  // Users: the request goes to any worker and from it to where it is sent on, again and again until
  // it is answered for good.
  using Attempt = std::function<void(HerderCore&, std::function<void(Result<void>)>)>;
  void request(Attempt attempt, std::function<void(Result<void>)> done) {
    try_request(std::move(attempt), std::move(done), 0,
                static_cast<size_t>(simulation_.between(0, static_cast<int64_t>(size()) - 1)));
  }
  static NullableProperties config(int version, int tasks) {
    return {{"connector.class", "Some"},
            {"version", std::to_string(version)},
            {"tasks", std::to_string(tasks)}};
  }

  // Requests that a herder answered more than once.
  int answered_twice() const { return answered_twice_; }

  // Nothing where all is as the config topic wants it, else what is not.
  std::string unsettled() {
    std::map<std::string, std::vector<RunningPart>> running;
    for (const auto& node : nodes_) {
      if (!node->process->alive()) continue;
      if (!node->core.settled()) return "a worker is not settled";
      for (const auto& [part, state] : node->worker.running()) running[part].push_back(state);
    }
    const auto state = whole_.snapshot();
    std::set<std::string> wanted;
    // Paused, in a topic that was compacted: who reads it anew may know other tasks than who has
    // read all of it (half of a new set has replaced the old one; the connector was deleted and
    // made again). They are made anew when it is resumed.
    std::set<std::string> unsure;
    for (const auto& entry : state->connectors) {
      const std::string& name = entry.first;
      const storage::ClusterState::Connector& connector = *state->find(name);
      if (compacted_ && connector.target == TargetState::kPaused) unsure.insert(name);
      const std::string version = *connector.config.at("version");
      if (auto problem = check(running, "c:" + name, version, connector.target); !problem.empty())
        return problem;
      wanted.insert("c:" + name);
      if (connector.inconsistent && connector.target == TargetState::kStarted)
        return name + " is inconsistent";
      if (connector.inconsistent) continue;
      const int tasks = std::stoi(*connector.config.at("tasks"));
      if (connector.target == TargetState::kStarted && connector.task_count != tasks)
        return name + " has " + std::to_string(connector.task_count) + " tasks, not " +
               std::to_string(tasks);
      if (connector.target == TargetState::kStopped && connector.task_count != 0)
        return name + " is stopped and has tasks";
      for (const auto& [number, task] : connector.tasks) {
        if (number >= connector.task_count) continue;  // of a larger set
        const std::string part = "t:" + name + "-" + std::to_string(number);
        if (connector.target == TargetState::kStarted && task.at("version") != version)
          return part + " has an old configuration";
        wanted.insert(part);
        if (unsure.count(name) != 0) continue;
        if (auto problem = check(running, part, task.at("version"), connector.target);
            !problem.empty())
          return problem;
      }
    }
    for (const auto& [part, states] : running)
      if (wanted.count(part) == 0 && !is_task_of(unsure, part))
        return part + " runs and should not";
    return {};
  }

  // Parts that run in more than one live process, counted from when that began.
  std::map<std::string, Simulation::Clock::time_point> note_duplicates() {
    std::set<std::string> seen, twice;
    auto look = [&](const SimulatedNode& node) {
      if (!node.active()) return;
      for (const auto& [part, state] : node.worker.running())
        if (!seen.insert(part).second) twice.insert(part);
    };
    for (const auto& node : nodes_) look(*node);
    std::erase_if(duplicates_, [&](const auto& each) { return twice.count(each.first) == 0; });
    for (const std::string& part : twice) duplicates_.try_emplace(part, simulation_.now());
    return duplicates_;
  }

 private:
  static bool is_task_of(const std::set<std::string>& connectors, const std::string& part) {
    return part.starts_with("t:") && connectors.count(part.substr(2, part.rfind('-') - 2)) != 0;
  }
  static std::string check(const std::map<std::string, std::vector<RunningPart>>& running,
                           const std::string& part, const std::string& version,
                           TargetState target) {
    auto found = running.find(part);
    if (found == running.end()) return part + " does not run";
    if (found->second.size() > 1) return part + " runs twice";
    if (found->second[0].version != version)
      return part + " runs version " + found->second[0].version + ", not " + version;
    if (found->second[0].target != target) return part + " has another target state";
    return {};
  }
  void forward_task_configs(size_t from, const std::string& url, const std::string& connector,
                            const std::vector<Properties>& configs,
                            distributed::WorkerPort::Started done) {
    auto sender = nodes_[from];
    auto answered = std::make_shared<bool>(false);
    auto answer = [sender, done, answered](const Result<void>& result) {
      if (std::exchange(*answered, true)) return;
      sender->process->after(std::chrono::milliseconds(1), [done, result] { done(result); });
    };
    // The connection of a leader that dies breaks.
    simulation_.after(std::chrono::seconds(90), [answer] {
      answer(fail(ErrorKind::retriable, "IO Error trying to forward REST request"));
    });
    std::shared_ptr<SimulatedNode> leader;
    for (size_t i = 0; i < nodes_.size(); ++i)
      if (SimulatedNode::url_of(i) == url) leader = nodes_[i];
    if (leader == nullptr || !leader->active() || leader->process->cut_off() ||
        sender->process->cut_off() || simulation_.chance(0.02))
      return answer(fail(ErrorKind::retriable, "IO Error trying to forward REST request"));
    const auto signature = sender->core.session_keys().sign("tasks");
    leader->process->after(leader->process->network_delay(), [=, this] {
      leader->core.put_task_configs(connector, configs, signature,
                                    simulation_.now() + std::chrono::seconds(90), answer);
    });
  }
  void try_request(Attempt attempt, std::function<void(Result<void>)> done, int attempts,
                   size_t number) {
    auto again = [this, attempt, done, attempts](size_t next, std::chrono::milliseconds delay) {
      if (attempts > 200) return done(fail(ErrorKind::timed_out, "the user has lost patience"));
      simulation_.after(delay, [this, attempt, done, attempts, next] {
        try_request(attempt, done, attempts + 1, next);
      });
    };
    const size_t other = (number + 1) % size();
    auto node = nodes_[number];
    if (!node->active()) return again(other, std::chrono::milliseconds(500));
    auto answered = std::make_shared<bool>(false);
    // A worker that dies does not answer.
    simulation_.after(std::chrono::seconds(95), [answered, again, other] {
      if (!std::exchange(*answered, true)) again(other, std::chrono::milliseconds(500));
    });
    attempt(node->core, [this, answered, again, done, other,
                         called = std::make_shared<bool>(false)](Result<void> result) {
      if (std::exchange(*called, true)) ++answered_twice_;
      if (std::exchange(*answered, true)) return;
      if (result) return done({});
      const Error& error = result.error();
      if (const std::string* url = error.forward_url()) {
        for (size_t i = 0; i < size(); ++i)
          if (SimulatedNode::url_of(i) == *url) return again(i, std::chrono::milliseconds(2));
        return again(other, std::chrono::milliseconds(500));
      }
      if (error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::bad_config)
        return done(std::move(result));
      again(other, std::chrono::milliseconds(500));
    });
  }

  const ClusterOptions options_;
  Simulation simulation_;
  SimulatedTopic configs_;
  StatusTopic statuses_;
  SimulatedGroup group_;
  Nobody nobody_;
  storage::ConfigTopic whole_;  // all of configs_, as it was written
  std::vector<std::shared_ptr<SimulatedNode>> nodes_;
  std::vector<std::shared_ptr<SimulatedNode>> graveyard_;  // events may still name them
  std::map<std::string, Simulation::Clock::time_point> duplicates_;
  int answered_twice_ = 0;
  bool compacted_ = false;
};

}  // namespace millrace::testing
