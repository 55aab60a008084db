#pragma once
// Worker: the connectors and tasks of this process, without saying which there should be (that is
// the herder's matter). org.apache.kafka.connect.runtime.Worker.
//
// Connectors and tasks are made from configurations whose variables the worker resolves. What a
// plug-in does wrong becomes FAILED with a trace for that connector or task alone. Thread-safe, but
// calls that concern one connector must come one after the other. No plug-in is called under a
// lock.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "config/client_config.h"
#include "config/config_resolver.h"
#include "config/worker_config.h"
#include "kafka/client.h"
#include "plugin/catalogue.h"
#include "runtime/connector_runner.h"
#include "runtime/offset_store.h"
#include "runtime/task.h"
#include "runtime/task_settings.h"
#include "runtime/transaction_settings.h"
#include "runtime/watchdog.h"

namespace millrace::pipeline {
class DeadLetterQueue;
}

namespace millrace::runtime {

// Told of the states of connectors and tasks. See the two bases.
class WorkerListener : public ConnectorListener, public TaskStatusListener {
 public:
  // A task read from or wrote to this topic; once per task and topic, on the task's thread.
  virtual void topic_used(const TaskId& id, std::string_view topic) = 0;
  // A configuration of the connector was resolved, and what providers gave for it is good for a
  // time only; by path. On the thread that resolved it; must not block.
  virtual void values_expire(const std::string& /*connector*/,
                             const config::Properties& /*resolved*/,
                             const std::map<std::string, std::chrono::milliseconds>& /*times*/) {}
};

// A topic with the offsets of a source connector, and the Java client properties by which it is
// read and written.
struct OffsetTopicRequest {
  std::string topic;
  kafka::ClientProperties producer, consumer, admin;
  std::string log_context;
};
using OpenOffsetTopic =
    std::function<Result<std::shared_ptr<OffsetStore>>(const OffsetTopicRequest&)>;

// Shuts out all producers with these transactional ids. Admin.fenceProducers. Blocks.
using FenceProducers = std::function<Result<void>(
    const kafka::ClientProperties& admin, const std::vector<std::string>& transactional_ids,
    std::chrono::milliseconds timeout, const std::string& log_context)>;

struct WorkerParts {
  config::WorkerConfig config;
  config::ClientOverridePolicy client_overrides;
  std::shared_ptr<const plugin::Catalogue> plugins;
  std::shared_ptr<kafka::ClientFactory> clients;
  std::shared_ptr<OffsetStore> offsets;
  OpenOffsetTopic open_offset_topic;  // empty: connectors have no topics of their own (standalone)
  FenceProducers fence_producers;     // empty: there are no transactions (standalone)
  std::shared_ptr<config::ConfigResolver> resolver;
  MetricRegistry* metrics = nullptr;  // may be null; outlives the worker
};

class Worker {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  using Transitioned = ConnectorRunner::Transitioned;

  // `listener` outlives the worker's stop().
  Worker(WorkerParts parts, WorkerListener& listener);
  ~Worker();

  // Configurations come raw, and the worker resolves their variables where they are used; task
  // configurations go out raw again.
  //
  // Makes the connector and brings it to `state`. `done` on the connector's thread; or within the
  // call when there is no such class: the connector is then FAILED. Returns at once.
  void start_connector(const std::string& name, const config::Properties& connector_config,
                       TargetState state, Transitioned done);
  // Of the connector and of its tasks.
  void set_target_state(const std::string& connector, TargetState state, Transitioned done);
  // Waits until the connector has stopped, at most five seconds (Java: CONNECTOR_GRACEFUL_SHUTDOWN
  // _TIMEOUT); then gives it up. Unknown: nothing.
  void stop_connector(const std::string& name);
  bool is_running(const std::string& connector) const;

  // Asks the connector for its task configurations and adds what the worker adds: task.class,
  // topics. Too many tasks, or no answer, fail the connector. `done` on the connector's thread.
  void connector_task_configs(const std::string& name, const config::Properties& connector_config,
                              ConnectorRunner::TaskConfigs done);

  // The task's thread starts; what follows is told to the listener. A task that cannot be made is
  // FAILED, and this says why. task_count: of the connector. checks: of a source task, where this
  // worker delivers exactly once.
  Result<void> start_task(const TaskId& id, const config::Properties& connector_config,
                          const config::Properties& task_config, TargetState state,
                          size_t task_count, TransactionChecks checks = {});
  // Shuts out the producers of the connector's first `tasks` tasks. Blocks.
  Result<void> fence_zombies(const std::string& connector,
                             const config::Properties& connector_config, int32_t tasks);
  // Asks all to stop, waits until they have: task.shutdown.graceful.timeout.ms for all together.
  // Those that have not are given up.
  void stop_tasks(const std::vector<TaskId>& ids);

  // Stops all tasks and connectors; nothing is started afterwards. True: none had to be given up.
  bool stop();

  const config::WorkerConfig& config() const { return parts_.config; }
  const WorkerParts& parts() const { return parts_; }

 private:
  std::shared_ptr<ConnectorRunner> find_connector(const std::string& name) const;
  // Variables replaced; what replaced them is hidden from now on in the connector's texts.
  Result<config::Properties> resolved(const std::string& connector,
                                      const config::Properties& properties) const;
  // Both configurations resolved.
  Result<std::shared_ptr<Task>> make_task(const TaskId& id,
                                          const config::Properties& connector_config,
                                          const config::Properties& task_config, TargetState state,
                                          TransactionChecks checks);
  // Null: the connector wants none.
  Result<std::shared_ptr<pipeline::DeadLetterQueue>> make_dead_letters(
      const TaskId& id, const config::Properties& connector_config, const std::string& log_context);
  Result<TaskSettings> task_settings(const TaskId& id, const config::Properties& connector_config,
                                     const config::Properties& task_config, TargetState state,
                                     plugin::ConnectorType type);
  void read_task_counts(const std::string& connector, Sample& sample) const;
  bool stop_connectors(const std::vector<std::shared_ptr<ConnectorRunner>>& connectors);
  bool stop_these(const std::vector<std::shared_ptr<Task>>& tasks);

  const WorkerParts parts_;
  WorkerListener& listener_;
  const Logger log_;

  Watchdog watchdog_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, std::shared_ptr<ConnectorRunner>> connectors_;
  std::map<TaskId, std::shared_ptr<Task>> tasks_;
  bool stopped_ = false;  // nothing is started any more

  // connect-worker-metrics; written under mutex_.
  struct Probe {
    Counter connector_attempts, connector_failures, task_attempts, task_failures;
  } probe_;
  MetricRegistry::Registration metrics_;
};

// Name of the class that Java would name as a connector's task class: it stands in task
// configurations as task.class.
std::string task_class_name(const plugin::ConnectorClass& connector_class);

}  // namespace millrace::runtime
