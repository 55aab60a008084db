#include "runtime/sink_task.h"

#include <algorithm>

#include "base/text_list.h"
#include "runtime/connector_check.h"
#include "runtime/sink_road.h"

namespace millrace::runtime {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kLogger = "org.apache.kafka.connect.runtime.WorkerSinkTask";
constexpr const char* kConnectException = "org.apache.kafka.connect.errors.ConnectException";
// A paused-for-memory task looks this often whether its connector has let go.
constexpr milliseconds kBudgetPoll{100};
constexpr milliseconds kCloseTimeout{30'000};

std::string setting(const config::Properties& config, const std::string& key) {
  auto found = config.find(key);
  return found == config.end() ? std::string() : found->second;
}

}  // namespace

SinkTaskRunner::SinkTaskRunner(TaskSettings settings,
                               std::shared_ptr<const plugin::ConnectorClass> connector_class,
                               std::unique_ptr<pipeline::SinkPipeline> pipeline,
                               SinkTaskLimits limits)
    : Task(settings.id, settings.target, *settings.listener, kLogger),
      road_(std::make_shared<Road>(*this, std::move(settings), std::move(connector_class),
                                   std::move(pipeline), limits)) {}

SinkTaskRunner::~SinkTaskRunner() = default;

Result<void> SinkTaskRunner::run() { return road_->run(); }
void SinkTaskRunner::wake() { road_->wake(); }
void SinkTaskRunner::abandoned_now() { road_->abandoned(); }

SinkTaskRunner::Road::Road(SinkTaskRunner& runner, TaskSettings settings,
                           std::shared_ptr<const plugin::ConnectorClass> connector_class,
                           std::unique_ptr<pipeline::SinkPipeline> pipeline, SinkTaskLimits limits)
    : runner_(runner),
      log_(runner.log_),
      settings_(std::move(settings)),
      connector_class_(std::move(connector_class)),
      pipeline_(std::move(pipeline)),
      limits_(limits),
      context_(std::make_shared<SinkContext>(runner.log_.context(), settings_.errors)),
      metrics_(std::in_place, settings_.metrics, settings_.id, runner.held_, probe_,
               settings_.errors->probe(), *context_),
      next_commit_(Clock::now() + settings_.offset_flush_interval) {
  settings_.errors->wait_with([this](milliseconds time) { return runner_.wait_to_stop(time); });
}

void SinkTaskRunner::Road::wake() {
  std::lock_guard lock(wake_mutex_);
  if (consumer_ != nullptr) consumer_->wakeup();
}

void SinkTaskRunner::Road::abandoned() {
  {
    std::lock_guard lock(metrics_mutex_);
    metrics_.reset();
  }
  std::shared_ptr<plugin::SinkTask> task;
  {
    std::lock_guard lock(wake_mutex_);
    task = task_;
  }
  if (task != nullptr) task->cancel();
}

Result<void> SinkTaskRunner::Road::run() {
  if (!await_start()) return {};
  Result<void> outcome = start();
  if (outcome) {
    while (outcome && !stopping()) outcome = round();
    // Also after a failure: what was put before it is committed, and the connector can clean up.
    Result<void> closed = commit(offsets_.partitions(), /*closing=*/true);
    if (outcome) outcome = std::move(closed);
  }
  finish(outcome);
  return outcome;
}

// A task that is paused from its beginning is not started before it is resumed.
bool SinkTaskRunner::Road::await_start() {
  while (runner_.paused() && !stopping()) {
    probe_.states.enter(State::kPaused);
    runner_.report_paused();
    runner_.wait_for_change(std::chrono::hours(1));
  }
  return !stopping();
}

Result<void> SinkTaskRunner::Road::start() {
  auto consumer = settings_.clients->make_consumer(settings_.client_properties, log_.context());
  if (!consumer) return fail(std::move(consumer).error());
  auto task = connector_class_->make_sink_task(context_);
  if (!task) return fail(std::move(task).error());
  // As WorkerSinkTask.initializeAndStart: where the consumer cannot be, no topic is made either.
  if (auto opened = settings_.errors->open_dead_letters(); !opened) return opened;
  {
    std::lock_guard lock(wake_mutex_);
    consumer_ = std::move(*consumer);
    task_ = std::move(*task);
  }
  if (auto subscribed = subscribe(); !subscribed) return subscribed;
  auto started = [this] {
    const Holding holding(runner_.held_, PluginCall::kStart);
    return task_->start(settings_.config);
  }();
  if (!started) return started;
  log_.info("Sink task finished initialization and start");
  probe_.states.enter(State::kRunning);
  runner_.report_running();
  return {};
}

Result<void> SinkTaskRunner::Road::subscribe() {
  if (auto checked = check_sink_topics(settings_.config); !checked) return checked;
  const std::vector<std::string> topics =
      split_list(setting(settings_.config, "topics"), EmptyItems::kLeftOut);
  const std::string regex = setting(settings_.config, "topics.regex");
  return topics.empty() ? consumer_->subscribe_pattern(regex, this)
                        : consumer_->subscribe(topics, this);
}

Result<void> SinkTaskRunner::Road::round() {
  follow_wished_state();
  if (auto done = commit_if_due(); !done) return done;
  if (auto done = follow_context(); !done) return done;
  if (auto done = poll(); !done) return done;
  if (!fetch_.records.empty()) {
    if (auto done = convert(); !done) return done;
  } else if (stopping() || runner_.paused() != user_paused_) {
    return {};  // woken up, not timed out
  }
  return put();
}

Result<void> SinkTaskRunner::Road::poll() {
  fetch_.records.clear();
  fetch_.header_begin.clear();
  fetch_.headers.clear();
  fetch_.bytes = 0;
  fetch_.owner = nullptr;
  const milliseconds timeout = poll_timeout();
  const auto started = Clock::now();
  if (auto polled = consumer_->poll(timeout, fetch_); !polled) return polled;
  if (rebalance_failure_) return fail(*std::move(rebalance_failure_));
  if (fetch_.records.empty()) return {};

  probe_.poll_time.record(Clock::now() - started);
  probe_.read.mark(fetch_.records.size());
  probe_.bytes_read.mark(fetch_.bytes);
  if (redelivering_ || over_budget_) give_back_fetch();
  return {};
}

milliseconds SinkTaskRunner::Road::poll_timeout() {
  auto timeout = std::chrono::ceil<milliseconds>(next_commit_ - Clock::now());
  timeout = std::max(timeout, milliseconds::zero());
  auto retry = context_->take_retry();
  if (retry && *retry > milliseconds::zero()) timeout = std::min(timeout, *retry);
  if (over_budget_) timeout = std::min(timeout, kBudgetPoll);
  if (delivery_.search && delivery_.search->postponed) timeout = milliseconds::zero();
  return timeout;
}

// Records of a partition that is paused were on their way before the pause: read them again later.
void SinkTaskRunner::Road::give_back_fetch() {
  std::map<TopicPartition, int64_t> first;
  for (const auto& record : fetch_.records) {
    first.try_emplace({std::string(record.topic), record.partition}, record.offset);
  }
  for (const auto& [partition, offset] : first) {
    if (auto sought = consumer_->seek(partition, offset); !sought) {
      note_rebalance_failure(std::move(sought));
    }
  }
  fetch_.records.clear();
}

Result<void> SinkTaskRunner::Road::convert() {
  const auto started = Clock::now();
  // Offsets of records that were skipped without ever being put are kept.
  delivery_ = {.offsets = std::move(delivery_.offsets)};
  delivery_.bytes = fetch_.bytes;
  delivery_.batch = make_sink_batch(fetch_, runs_);
  auto converted = pipeline_->run(*delivery_.batch);
  delivery_.records = converted.records;
  delivery_.failure = std::move(converted.failure);
  for (const PartitionRun& run : runs_) {
    if (run.begin >= converted.handled) break;
    const uint32_t last = std::min(run.end, converted.handled) - 1;
    TopicPartition partition{std::string(run.topic), run.partition};
    const int64_t next = delivery_.batch->raw.offsets[last] + 1;
    offsets_.consumed(partition, next);
    delivery_.offsets.insert_or_assign(std::move(partition), next);
  }
  note_topics(converted.handled);
  probe_.set_active(offsets_.active_records());
  probe_.convert_time.record(Clock::now() - started);
  // Nothing comes before the failure: there is nothing to deliver first.
  if (delivery_.failure && delivery_.records.selected.empty()) {
    return fail(*std::move(delivery_.failure));
  }
  return {};
}

// Java notes a topic between converters and transforms: a topic of which no record could be
// converted is not among those that are used, one whose record fails in a transform is.
void SinkTaskRunner::Road::note_topics(uint32_t handled) {
  const std::span<const uint32_t> converted = delivery_.batch->original.selected;
  for (const PartitionRun& run : runs_) {
    const auto first = std::lower_bound(converted.begin(), converted.end(), run.begin);
    if (first != converted.end() && *first < run.end && *first <= handled)
      note_topic(std::string(run.topic));
  }
}

void SinkTaskRunner::Road::note_topic(const std::string& topic) {
  if (!settings_.topic_used || runner_.abandoned()) return;
  if (topics_used_.insert(topic).second) settings_.topic_used(settings_.id, topic);
}

void SinkTaskRunner::Road::follow_wished_state() {
  const bool wished = runner_.paused();
  if (wished == user_paused_) return;
  user_paused_ = wished;
  update_pauses();
  probe_.states.enter(wished ? State::kPaused : State::kRunning);
  if (wished) {
    runner_.report_paused();
    context_->request_commit();
  } else {
    runner_.report_running();
  }
}

Result<void> SinkTaskRunner::Road::follow_context() {
  if (auto rewound = rewind(); !rewound) return rewound;
  if (context_->take_pause_change()) update_pauses();
  note_lag();
  return watch_retained();
}

Result<void> SinkTaskRunner::Road::rewind() {
  for (const auto& [partition, offset] : context_->take_rewinds()) {
    if (offset < 0) {
      log_.warn("Cannot rewind {}-{} to null offset", partition.topic, partition.partition);
      continue;
    }
    if (auto sought = consumer_->seek(partition, offset); !sought) return sought;
    offsets_.rewound(partition, offset);
    // A batch that is put once more does not move the offset past what is to be read again.
    delivery_.offsets.erase(partition);
  }
  return {};
}

Result<void> SinkTaskRunner::Road::watch_retained() {
  const size_t bytes = retained_.bytes();
  probe_.retained_bytes.store(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  const bool high = bytes > limits_.retained_bytes / 2;
  if (high && !budget_warned_) context_->request_commit();
  budget_warned_ = high;

  const bool over = over_budget_ ? high : bytes > limits_.retained_bytes;
  if (over != over_budget_) {
    over_budget_ = over;
    over_budget_since_ = Clock::now();
    over_budget_commit_ = commit_sequence_;
    if (over) {
      log_.warn(
          "The connector holds on to {} bytes of records, more than {}: fetching pauses "
          "until it lets go of them",
          bytes, limits_.retained_bytes);
      context_->request_commit();
    }
    update_pauses();
  }
  if (!over_budget_ || commit_sequence_ == over_budget_commit_ ||
      Clock::now() < over_budget_since_ + settings_.offset_flush_interval) {
    return {};
  }
  return fail(ErrorKind::fatal,
              "The connector holds on to " + std::to_string(bytes) +
                  " bytes of records, more than the " + std::to_string(limits_.retained_bytes) +
                  " that a task may hold, and did not let go of them when its offsets were to be "
                  "committed. Let it flush earlier, with fewer records or bytes in one piece.",
              kConnectException);
}

// The consumer's paused partitions become those that are to be paused, for whatever reason.
void SinkTaskRunner::Road::update_pauses() {
  const bool all = user_paused_ || redelivering_ || over_budget_;
  const std::set<TopicPartition> by_task = context_->paused();
  std::vector<TopicPartition> pause, resume;
  for (const TopicPartition& partition : assignment_) {
    const bool wanted = all || by_task.contains(partition);
    if (wanted == paused_.contains(partition)) continue;
    (wanted ? pause : resume).push_back(partition);
  }
  if (!pause.empty()) consumer_->pause(pause);
  if (!resume.empty()) consumer_->resume(resume);
  paused_.insert(pause.begin(), pause.end());
  for (const TopicPartition& partition : resume) paused_.erase(partition);
}

void SinkTaskRunner::Road::note_lag() {
  const auto now = Clock::now();
  if (settings_.metrics == nullptr || now < lag_noted_ + std::chrono::seconds(1)) return;
  lag_noted_ = now;
  std::vector<std::pair<TopicPartition, int64_t>> lags;
  for (const TopicPartition& partition : assignment_) {
    if (auto lag = consumer_->lag(partition)) lags.emplace_back(partition, *lag);
  }
  probe_.set_lag(std::move(lags));
}

void SinkTaskRunner::Road::finish(Result<void>& outcome) {
  if (task_ != nullptr) {
    const Holding holding(runner_.held_, PluginCall::kStop);
    task_->stop();
  }
  task_stopped_ = true;
  delivery_ = {};
  // The record that failed the task was reported, too.
  if (settings_.errors != nullptr && !runner_.abandoned()) {
    if (auto written = settings_.errors->await_dead_letters(); !written)
      log_.error("{}", written.error().describe());
  }
  std::shared_ptr<kafka::Consumer> consumer;
  {
    std::lock_guard lock(wake_mutex_);
    consumer = std::exchange(consumer_, nullptr);
  }
  if (consumer != nullptr) {
    consumer->close(runner_.abandoned() ? milliseconds::zero() : kCloseTimeout);
    consumer.reset();
  }
  std::shared_ptr<plugin::SinkTask> task;
  {
    std::lock_guard lock(wake_mutex_);
    task = std::exchange(task_, nullptr);
  }
  probe_.partitions.store(0, std::memory_order_relaxed);
  probe_.set_lag({});
  probe_.states.enter(outcome ? State::kUnassigned : State::kFailed);
}

}  // namespace millrace::runtime
