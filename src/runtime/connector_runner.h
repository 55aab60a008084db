#pragma once
// ConnectorRunner: one instance of a connector and the state that it is in.
// org.apache.kafka.connect.runtime.WorkerConnector.
//
// Calls into the plug-in (create, start, stop, task_configs) run on a thread that lives only while
// they do: an idle connector holds none. They come one at a time, in the order of the requests; a
// newer request for a state pre-empts one that has not begun. Nothing here waits for the plug-in
// but wait_shut_down, until its deadline.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "plugin/connector.h"
#include "runtime/call_thread.h"
#include "runtime/offset_store.h"
#include "runtime/task.h"

namespace millrace::runtime {

// Told what becomes of a connector; on the connector's thread. Must not block. Outlives the runner,
// or the moment at which it is cancelled.
class ConnectorListener {
 public:
  virtual ~ConnectorListener() = default;
  // trace: only for kFailed.
  virtual void connector_state_changed(const std::string& connector, State state,
                                       const std::string& trace) = 0;
  // In place of the call above for kFailed; overridden by those who judge the failure.
  virtual void connector_failed(const std::string& connector, const Error& error) {
    connector_state_changed(connector, State::kFailed, error.trace());
  }
  // In place of connector_failed for one of which there is no instance: it has no version.
  virtual void connector_not_made(const std::string& connector, const Error& error) {
    connector_failed(connector, error);
  }
  // The connector asked that its task configurations be made anew. Any thread.
  virtual void task_reconfiguration_requested(const std::string& connector) = 0;
};

// Made with std::make_shared. Thread-safe.
class ConnectorRunner : public std::enable_shared_from_this<ConnectorRunner> {
 public:
  using Transitioned = std::function<void(Result<TargetState>)>;
  using TaskConfigs = std::function<void(Result<std::vector<config::Properties>>)>;

  // config: variables resolved. offsets: may be null where nobody reads offsets.
  ConnectorRunner(std::string name, std::shared_ptr<const plugin::ConnectorClass> connector_class,
                  config::Properties config, ConnectorListener& listener,
                  std::shared_ptr<OffsetStore> offsets);
  ~ConnectorRunner();

  // `done` gets the state that was reached, or why it was not; on the connector's thread, or within
  // the call when it was pre-empted. Java: transitionTo.
  void transition_to(TargetState state, Transitioned done);
  // The connector's own answer, as it gave it. On the connector's thread.
  void task_configs(int32_t tasks_max, TaskConfigs done);
  // As if the connector itself had failed: it stays FAILED until it is stopped or made anew.
  void fail(Error error);

  // Stops the connector, then UNASSIGNED. Returns at once.
  void shutdown();
  bool wait_shut_down(std::chrono::steady_clock::time_point deadline);
  // Gives up on a connector that does not stop: nothing is heard of it any more.
  void cancel();

  // Shows the group connector-metrics until the connector has shut down or was given up.
  void measure(MetricRegistry& registry);

  bool started() const { return started_; }
  const plugin::ConnectorClass& connector_class() const { return *class_; }
  const std::string& name() const { return name_; }

 private:
  class Context;
  enum class Phase : uint8_t { kInit, kPaused, kStopped, kStarted, kFailed };

  void initialize();
  void serve_transition();
  Result<void> change_to(TargetState state);
  Result<void> start_instance();
  void suspend(State reported, Phase phase);
  void note_failure(const Error& error);
  void serve_shutdown();
  void report(State state, const Error* failure = nullptr);  // failure: of kFailed
  void stop_measuring();

  const std::string name_;
  const Logger log_;
  const std::shared_ptr<const plugin::ConnectorClass> class_;
  const config::Properties config_;
  const std::shared_ptr<OffsetStore> offsets_;
  const std::shared_ptr<CallThread> calls_;
  std::shared_ptr<Context> context_;

  // Used on the connector's thread alone.
  std::unique_ptr<plugin::Connector> instance_;
  Phase phase_ = Phase::kInit;

  std::atomic<bool> started_{false};
  std::atomic<State> state_{State::kUnassigned};  // as reported last

  std::mutex report_mutex_;  // held while the listener is told; none is told after cancel
  ConnectorListener* listener_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::optional<TargetState> pending_;
  Transitioned pending_done_;
  bool stopping_ = false, shut_down_ = false;
  std::optional<MetricRegistry::Registration> metrics_;
};

}  // namespace millrace::runtime
