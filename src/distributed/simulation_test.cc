// Clusters under a seeded scheduler: crashes, pauses, partitions, slow topics, lost messages. A
// failing seed prints itself; MILLRACE_SIMULATION_SEED=N runs it alone, with the log, and
// MILLRACE_SIMULATION_SEEDS=N as many as are wanted.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "base/log.h"
#include "testing/simulated_cluster.h"

namespace millrace::distributed {
namespace {

using namespace std::chrono_literals;
using testing::ClusterOptions;
using testing::SimulatedCluster;
using testing::Simulation;

// Nothing is logged, or, for one seed, everything, with the simulation's time.
class SimulationLog {
 public:
  SimulationLog() {
    logging::set_standard_error(false);
    if (std::getenv("MILLRACE_SIMULATION_SEED") == nullptr) return;
    logging::set_observer(
        [](const LogLine& line) { tell(std::string(line.context), line.message); });
  }
  ~SimulationLog() {
    logging::set_observer({});
    logging::set_standard_error(true);
    simulation = nullptr;
  }
  static void tell(const std::string& context, std::string_view message) {
    if (simulation == nullptr || std::getenv("MILLRACE_SIMULATION_SEED") == nullptr) return;
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(
        simulation->now().time_since_epoch() - 1h);
    std::cerr << time.count() << " " << context << message << "\n";
  }
  static inline Simulation* simulation = nullptr;
};

Simulation::Clock::time_point deadline(SimulatedCluster& cluster) {
  return cluster.simulation().now() + 90s;
}

struct Outcomes {
  int asked = 0, answered = 0, refused = 0;
};

void put(SimulatedCluster& cluster, const std::string& name, int version, int tasks,
         Outcomes& outcomes) {
  ++outcomes.asked;
  cluster.request(
      [&cluster, name, version, tasks](HerderCore& core, auto answer) {
        core.put_connector(name, SimulatedCluster::config(version, tasks), std::nullopt, true,
                           deadline(cluster), [answer](Result<bool> created) {
                             if (!created) return answer(fail(std::move(created).error()));
                             answer({});
                           });
      },
      [&outcomes, &cluster, name, version](const Result<void>& put) {
        if (!put) {
          ++outcomes.refused;
          return;
        }
        ++outcomes.answered;
        bool written = false;
        const std::string text = "\"version\":\"" + std::to_string(version) + "\"";
        for (const auto& [offset, record] : cluster.configs().records)
          if (record.key == "connector-" + name && record.value)
            written = written || record.value->find(text) != std::string::npos;
        EXPECT_TRUE(written || cluster.compacted())
            << name << " was acknowledged and is not in the topic";
      });
}

template <typename Change>
void change(SimulatedCluster& cluster, Outcomes& outcomes, Change change) {
  ++outcomes.asked;
  cluster.request([&cluster, change](HerderCore& core,
                                     auto answer) { change(core, deadline(cluster), answer); },
                  [&outcomes](const Result<void>& changed) {
                    changed ? ++outcomes.answered : ++outcomes.refused;
                  });
}

void one_change(SimulatedCluster& cluster, int& version, Outcomes& outcomes) {
  Simulation& chance = cluster.simulation();
  const std::string name(1, static_cast<char>('a' + chance.between(0, cluster.connectors() - 1)));
  switch (chance.between(0, 10)) {
    case 0:
      return change(cluster, outcomes, [name](HerderCore& core, auto end, auto answer) {
        core.delete_connector(name, end, answer);
      });
    case 1:
      return change(cluster, outcomes, [name](HerderCore& core, auto end, auto answer) {
        core.stop_connector(name, end, answer);
      });
    case 2:
      return change(cluster, outcomes, [name](HerderCore& core, auto end, auto answer) {
        core.restart_connector(name, end, answer);
      });
    case 3:
      return change(cluster, outcomes, [name](HerderCore& core, auto end, auto answer) {
        core.restart_task({name, 0}, end, answer);
      });
    case 4:
    case 5: {
      const TargetState target = chance.chance(0.3) ? TargetState::kPaused : TargetState::kStarted;
      auto& node = cluster.node(
          static_cast<size_t>(chance.between(0, static_cast<int64_t>(cluster.size()) - 1)));
      if (node.active() && node.core.snapshot()->contains(name))
        node.configs.put_target_state(name, target, [](const Result<void>&) {});
      return;
    }
    case 6:
      return change(cluster, outcomes, [name](HerderCore& core, auto end, auto answer) {
        core.modify_offsets(name, std::nullopt, end, [answer](const Result<std::string>& changed) {
          if (changed) return answer({});
          answer(fail(Error(changed.error())));
        });
      });
    default: return put(cluster, name, ++version, static_cast<int>(chance.between(0, 5)), outcomes);
  }
}

void one_fault(SimulatedCluster& cluster) {
  Simulation& chance = cluster.simulation();
  const auto number =
      static_cast<size_t>(chance.between(0, static_cast<int64_t>(cluster.size()) - 1));
  testing::SimulatedNode& node = cluster.node(number);
  auto process = node.process;
  const auto time = chance.delay(100, chance.chance(0.3) ? 40'000 : 8'000);
  if (!process->alive()) return;
  const int64_t kind = chance.between(0, 8);
  constexpr const char* kKinds[] = {"crash",
                                    "pause",
                                    "cut off",
                                    "stalled topic",
                                    "loss",
                                    "slow",
                                    "leaves",
                                    "all are restarted, one by one",
                                    "perhaps a coordinator that forgets"};
  SimulationLog::tell("[fault] ", "worker" + std::to_string(number) + ": " + kKinds[kind] +
                                      ", us: " + std::to_string(time.count()));
  switch (kind) {
    case 0: node.crash(); return chance.after(time, [&cluster, number] { cluster.start(number); });
    case 1: process->pause(); return chance.after(time, [process] { process->resume(); });
    case 2:
      process->set_cut_off(true);
      return chance.after(time, [process] { process->set_cut_off(false); });
    case 3: return node.log->stall(time);
    case 4: process->set_loss(0.2); return chance.after(time, [process] { process->set_loss(0); });
    case 5:
      process->set_slowness(chance.between(10, 200));
      return chance.after(time, [process] { process->set_slowness(1); });
    case 6: return cluster.restart_in_order(number, time);
    case 7:
      for (size_t each = 0; each < cluster.size(); ++each)
        chance.after(each * 6s, [&cluster, each] { cluster.restart_in_order(each, 2s); });
      return;
    default:
      if (chance.chance(0.2)) cluster.group().forget();
  }
}

ClusterOptions options_for(uint64_t seed) {
  Simulation chance(seed * 7919 + 1);
  ClusterOptions options;
  options.seed = seed;
  const int64_t kind = chance.between(0, 9);
  const auto workers = static_cast<size_t>(chance.between(2, chance.chance(0.1) ? 9 : 5));
  options.connectors = chance.chance(0.1) ? 26 : 8;
  if (chance.chance(0.2)) options.longest_start_ms = 30'000;
  if (chance.chance(0.3))
    for (size_t i = 0; i < workers; ++i)
      options.clock_offsets_ms.push_back(chance.between(-5'400'000, 5'400'000));
  for (size_t i = 0; i < workers; ++i)
    options.protocols.push_back(kind == 0             ? ConnectProtocol::kEager
                                : kind == 1           ? ConnectProtocol::kCompatible
                                : kind == 2 && i == 0 ? ConnectProtocol::kEager
                                                      : ConnectProtocol::kSessioned);
  options.max_delay =
      std::chrono::milliseconds(chance.one_of(std::vector<int64_t>{0, 2'000, 10'000, 60'000}));
  return options;
}

constexpr auto kOverlap = 60s;

void run_seed(uint64_t seed, std::chrono::milliseconds& longest_overlap) {
  SCOPED_TRACE("MILLRACE_SIMULATION_SEED=" + std::to_string(seed));
  SimulatedCluster cluster(options_for(seed));
  Simulation& chance = cluster.simulation();
  SimulationLog::simulation = &chance;
  Outcomes outcomes;
  int version = 0;
  auto watch = [&] {
    for (const auto& [part, since] : cluster.note_duplicates()) {
      const auto overlap =
          std::chrono::duration_cast<std::chrono::milliseconds>(chance.now() - since);
      longest_overlap = std::max(longest_overlap, overlap);
      EXPECT_LT(overlap, kOverlap) << part << " runs twice";
    }
  };
  const bool faults = chance.chance(0.9), compacts = chance.chance(0.7);
  for (int i = 0; i < 240 && !::testing::Test::HasFailure(); ++i) {
    if (chance.chance(0.15)) one_change(cluster, version, outcomes);
    if (faults && chance.chance(0.04)) one_fault(cluster);
    if (compacts && chance.chance(0.05)) cluster.compact();
    cluster.run_for(500ms);
    watch();
  }
  // The dust settles.
  for (int i = 0; i < 90; ++i) {
    cluster.run_for(500ms);
    watch();
  }
  std::string problem = "-";
  const bool settled = cluster.run_until(
      [&] {
        watch();
        problem = cluster.unsettled();
        return problem.empty() && outcomes.asked == outcomes.answered + outcomes.refused;
      },
      400s);
  for (const auto& [offset, record] : cluster.configs().records)
    SimulationLog::tell("[topic] ", std::to_string(offset) + " " + record.key.value_or("") + " " +
                                        record.value.value_or("null"));
  EXPECT_TRUE(settled) << problem << "; " << outcomes.asked << " asked, " << outcomes.answered
                       << " answered, " << outcomes.refused << " refused";
  // And stays so, but for a rebalance that was still due.
  cluster.run_for(65s);
  EXPECT_FALSE(cluster.runaway());
  EXPECT_EQ(cluster.answered_twice(), 0);
  if (settled) {
    EXPECT_TRUE(cluster.run_until([&] { return cluster.unsettled().empty(); }, 30s))
        << cluster.unsettled();
  }
}

TEST(Simulation, ManySeeds) {
  SimulationLog log;
  std::chrono::milliseconds longest{0};
  if (const char* seed = std::getenv("MILLRACE_SIMULATION_SEED"))
    return run_seed(std::stoull(seed), longest);
  const char* asked = std::getenv("MILLRACE_SIMULATION_SEEDS");
  const char* first = std::getenv("MILLRACE_SIMULATION_FIRST");
  const uint64_t begin = first == nullptr ? 1 : std::stoull(first);
  const uint64_t count = asked == nullptr ? 200 : std::stoull(asked);
  for (uint64_t seed = begin; seed < begin + count && !HasFailure(); ++seed)
    run_seed(seed, longest);
  std::cout << "longest time for which something ran twice: " << longest.count() << " ms\n";
}

// ---- One story at a time

TEST(Simulation, WorkIsShared) {
  SimulationLog log;
  SimulatedCluster cluster({5, {3, ConnectProtocol::kSessioned}, {}, 1'000ms, 100});
  Outcomes outcomes;
  for (int i = 0; i < 6; ++i)
    put(cluster, std::string(1, static_cast<char>('a' + i)), i + 1, 3, outcomes);
  EXPECT_TRUE(cluster.run_until(
      [&] { return outcomes.answered == 6 && cluster.unsettled().empty(); }, 120s))
      << cluster.unsettled();
  cluster.run_for(60s);
  EXPECT_EQ(cluster.unsettled(), "");
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(cluster.node(i).core.running_connectors().size(), 2U);
    EXPECT_EQ(cluster.node(i).core.running_tasks().size(), 6U);
  }
}

TEST(Simulation, LostWorkersWorkIsTakenOver) {
  SimulationLog log;
  SimulatedCluster cluster({6, {3, ConnectProtocol::kSessioned}, {}, 5'000ms, 100});
  Outcomes outcomes;
  for (int i = 0; i < 6; ++i)
    put(cluster, std::string(1, static_cast<char>('a' + i)), i + 1, 3, outcomes);
  ASSERT_TRUE(cluster.run_until(
      [&] { return outcomes.answered == 6 && cluster.unsettled().empty(); }, 120s));
  cluster.run_for(60s);
  cluster.node(1).crash();
  EXPECT_FALSE(cluster.unsettled().empty());
  // session, heartbeats, the delay, and a little.
  EXPECT_TRUE(cluster.run_until([&] { return cluster.unsettled().empty(); }, 10s + 3s + 5s + 3s));
}

}  // namespace
}  // namespace millrace::distributed
