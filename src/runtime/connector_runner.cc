#include "runtime/connector_runner.h"

#include "runtime/connector_check.h"
#include "runtime/connector_context.h"

namespace millrace::runtime {
namespace {

constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";
constexpr char kLogger[] = "org.apache.kafka.connect.runtime.WorkerConnector";

std::string could_not_begin(TargetState state) {
  return "Could not begin changing connector state to " + std::string(target_state_name(state));
}

// A plug-in behind the contract does not throw; one that does (a fake in a test) must not end the
// worker.
template <typename Call>
auto guarded(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& e) {
    return millrace::fail(ErrorKind::fatal, std::string("Unexpected exception: ") + e.what(),
                          kConnectException);
  } catch (...) {
    return millrace::fail(ErrorKind::fatal, "Unexpected exception", kConnectException);
  }
}

}  // namespace

// Outlives the runner: a plug-in may hold on to it.
class ConnectorRunner::Context : public plugin::ConnectorContext {
 public:
  Context(std::string connector, std::shared_ptr<OffsetStore> offsets)
      : connector_(std::move(connector)),
        log_context_("[" + connector_ + "|worker] "),
        offsets_(std::move(offsets)) {}

  void attach(std::weak_ptr<ConnectorRunner> runner) {
    std::lock_guard lock(mutex_);
    runner_ = std::move(runner);
  }

  const std::string& log_context() const override { return log_context_; }
  void count(std::string_view, double) override {}

  Result<void> read_offsets(
      std::span<const data::Cell> partitions,
      const std::function<void(size_t index, const data::Cell& offset)>& found) override {
    if (offsets_ == nullptr)
      return millrace::fail(ErrorKind::fatal, "This connector has no offsets to read.",
                            kConnectException);
    return read_stored_offsets(*offsets_, connector_, partitions, found);
  }

  void request_task_reconfiguration() override {
    std::shared_ptr<ConnectorRunner> runner = the_runner();
    if (runner == nullptr) return;
    std::lock_guard lock(runner->report_mutex_);
    if (runner->listener_ != nullptr) runner->listener_->task_reconfiguration_requested(connector_);
  }

  void raise_error(Error error) override {
    if (std::shared_ptr<ConnectorRunner> runner = the_runner()) runner->fail(std::move(error));
  }

 private:
  std::shared_ptr<ConnectorRunner> the_runner() {
    std::lock_guard lock(mutex_);
    return runner_.lock();
  }

  const std::string connector_, log_context_;
  const std::shared_ptr<OffsetStore> offsets_;
  std::mutex mutex_;
  std::weak_ptr<ConnectorRunner> runner_;
};

ConnectorRunner::ConnectorRunner(std::string name,
                                 std::shared_ptr<const plugin::ConnectorClass> connector_class,
                                 config::Properties config, ConnectorListener& listener,
                                 std::shared_ptr<OffsetStore> offsets)
    : name_(std::move(name)),
      log_(kLogger, "[" + name_ + "|worker] "),
      class_(std::move(connector_class)),
      config_(std::move(config)),
      offsets_(std::move(offsets)),
      calls_(std::make_shared<CallThread>("connector-thread-" + name_)),
      context_(std::make_shared<Context>(name_, offsets_)),
      listener_(&listener) {}

ConnectorRunner::~ConnectorRunner() = default;

void ConnectorRunner::transition_to(TargetState state, Transitioned done) {
  std::optional<TargetState> pre_empted;
  Transitioned pre_empted_done;
  {
    std::lock_guard lock(mutex_);
    pre_empted = std::exchange(pending_, state);
    pre_empted_done = std::exchange(pending_done_, std::move(done));
  }
  if (pre_empted) {
    // The call that was posted for it serves the newer one.
    if (pre_empted_done)
      pre_empted_done(millrace::fail(
          ErrorKind::cancelled,
          could_not_begin(*pre_empted) +
              " before another request to change state was made; the new request (which is to "
              "change the state to " +
              std::string(target_state_name(state)) + ") has pre-empted this one",
          kConnectException));
    return;
  }
  calls_->post([self = shared_from_this()] { self->serve_transition(); });
}

// Java: WorkerConnector.initialize.
void ConnectorRunner::initialize() {
  Result<void> ready;
  if (class_->type() == plugin::ConnectorType::kSink)
    ready = check_sink_topics(config_);
  else if (offsets_ != nullptr)
    ready = offsets_->start();
  if (ready) return;
  log_.error("WorkerConnector{id={}} Error initializing connector: {}", name_,
             ready.error().trace());
  note_failure(ready.error());
}

void ConnectorRunner::serve_transition() {
  std::optional<TargetState> state;
  Transitioned done;
  bool stopping = false;
  {
    std::lock_guard lock(mutex_);
    state = std::exchange(pending_, std::nullopt);
    done = std::exchange(pending_done_, nullptr);
    stopping = stopping_;
  }
  if (!state) return;
  if (stopping) {
    if (done)
      done(millrace::fail(
          ErrorKind::cancelled,
          could_not_begin(*state) + " as the connector has been scheduled for shutdown",
          kConnectException));
    return;
  }
  if (phase_ == Phase::kInit) initialize();
  if (phase_ == Phase::kFailed && *state != TargetState::kStopped) {
    if (done)
      done(millrace::fail(ErrorKind::fatal,
                          "WorkerConnector{id=" + name_ + "} Cannot transition connector to " +
                              std::string(target_state_name(*state)) + " since it has failed",
                          kConnectException));
    return;
  }
  Result<void> changed = change_to(*state);
  if (!done) return;
  if (changed) return done(*state);
  Error failure(ErrorKind::fatal,
                "Failed to transition connector " + name_ + " to state " +
                    std::string(target_state_name(*state)),
                kConnectException);
  done(millrace::fail(std::move(failure).caused_by(std::move(changed).error())));
}

Result<void> ConnectorRunner::change_to(TargetState state) {
  switch (state) {
    case TargetState::kPaused: suspend(State::kPaused, Phase::kPaused); return {};
    case TargetState::kStopped: suspend(State::kStopped, Phase::kStopped); return {};
    case TargetState::kStarted: break;
  }
  if (phase_ == Phase::kStarted) return {};
  Result<void> started = guarded([this] { return start_instance(); });
  if (!started) {
    log_.error("WorkerConnector{id={}} Error while starting connector: {}", name_,
               started.error().trace());
    note_failure(started.error());
    return started;
  }
  phase_ = Phase::kStarted;
  started_ = true;
  report(State::kRunning);
  return {};
}

Result<void> ConnectorRunner::start_instance() {
  if (instance_ == nullptr) {
    context_->attach(weak_from_this());
    Result<std::unique_ptr<plugin::Connector>> made = class_->make_connector(context_);
    if (!made) return millrace::fail(std::move(made).error());
    instance_ = *std::move(made);
  }
  return instance_->start(config_);
}

void ConnectorRunner::suspend(State reported, Phase phase) {
  if (phase_ == phase) return;
  if (phase_ == Phase::kStarted) {
    started_ = false;
    instance_->stop();
  }
  phase_ = phase;
  report(reported);
}

void ConnectorRunner::note_failure(const Error& error) {
  if (phase_ == Phase::kFailed) return;
  // A started instance is stopped when the runner is shut down; it stays as it is until then.
  phase_ = Phase::kFailed;
  started_ = false;
  report(State::kFailed, &error);
}

void ConnectorRunner::fail(Error error) {
  calls_->post([self = shared_from_this(), error = std::move(error)] {
    {
      std::lock_guard lock(self->mutex_);
      if (self->stopping_) return;
    }
    self->log_.error("WorkerConnector{id={}} Connector has failed: {}", self->name_, error.trace());
    self->note_failure(error);
  });
}

void ConnectorRunner::task_configs(int32_t tasks_max, TaskConfigs done) {
  calls_->post([self = shared_from_this(), tasks_max, done = std::move(done)] {
    if (self->phase_ != Phase::kStarted)
      return done(millrace::fail(ErrorKind::cancelled,
                                 "Connector " + self->name_ + " is not running in this worker.",
                                 kConnectException));
    done(guarded([&] { return self->instance_->task_configs(tasks_max); }));
  });
}

void ConnectorRunner::shutdown() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  log_.info("Scheduled shutdown for WorkerConnector{id={}}", name_);
  calls_->post([self = shared_from_this()] { self->serve_shutdown(); });
}

void ConnectorRunner::serve_shutdown() {
  if (phase_ == Phase::kStarted) {
    started_ = false;
    instance_->stop();
  }
  phase_ = Phase::kStopped;
  instance_.reset();
  stop_measuring();
  report(State::kUnassigned);
  log_.info("Completed shutdown for WorkerConnector{id={}}", name_);
  std::lock_guard lock(mutex_);
  shut_down_ = true;
  changed_.notify_all();
}

bool ConnectorRunner::wait_shut_down(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [this] { return shut_down_; });
}

void ConnectorRunner::cancel() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  started_ = false;
  stop_measuring();
  std::lock_guard lock(report_mutex_);
  if (listener_ != nullptr) listener_->connector_state_changed(name_, State::kUnassigned, {});
  listener_ = nullptr;
}

void ConnectorRunner::measure(MetricRegistry& registry) {
  const bool source = class_->type() == plugin::ConnectorType::kSource;
  // Java's name of the class where the configuration may use it.
  const std::string class_name =
      class_->other_names().empty() ? class_->class_name() : class_->other_names().front();
  auto registration = registry.add({"connector-metrics", {{"connector", name_}}},
                                   [this, source, class_name](Sample& sample) {
                                     sample.text("status", state_metric(state_));
                                     sample.text("connector-type", source ? "source" : "sink");
                                     sample.text("connector-class", class_name);
                                     sample.text("connector-version", class_->version());
                                   });
  std::lock_guard lock(mutex_);
  metrics_ = std::move(registration);
}

void ConnectorRunner::stop_measuring() {
  std::optional<MetricRegistry::Registration> ended;
  std::lock_guard lock(mutex_);
  ended.swap(metrics_);
}

void ConnectorRunner::report(State state, const Error* failure) {
  state_ = state;
  std::lock_guard lock(report_mutex_);
  if (listener_ == nullptr) return;
  if (failure != nullptr)
    listener_->connector_failed(name_, *failure);
  else
    listener_->connector_state_changed(name_, state, {});
}

}  // namespace millrace::runtime
