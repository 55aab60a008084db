#include "runtime/source_task.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "runtime/java_names.h"
#include "runtime/source_offset_writer.h"
#include "runtime/source_transaction.h"
#include "runtime/submitted_records.h"
#include "runtime/transaction_settings.h"

namespace millrace::runtime {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kAbortPatience{30'000};

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

milliseconds until(Clock::time_point time) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(time - Clock::now()));
}

}  // namespace

// All that only the task's thread touches.
class SourceTaskRunner::Loop {
 public:
  Loop(SourceTaskRunner& runner, plugin::SourceTask& task)
      : runner_(runner),
        settings_(runner.settings_),
        metrics_(*runner.metrics_),
        log_(runner.log_),
        task_(task),
        submitted_(settings_.id.connector),
        sender_(sender_settings(), settings_.clients, settings_.errors, submitted_, metrics_),
        writer_(settings_.id.connector, runner.offsets_, offsets_context()) {
    if (settings_.transactions != nullptr)
      transaction_.emplace(settings_.transactions->offsets_topic,
                           settings_.transactions->worker_store, offsets_context());
  }

  // Exactly once, before the connector is asked for anything: the fencing of former tasks, the
  // producer, the proof that the task may still run. Java: prepareToInitializeTask.
  Result<void> prepare() {
    const auto give_up = [this] { return runner_.stopping(); };
    const TransactionChecks& checks = settings_.transactions->checks;
    if (checks.before_producer)
      if (auto checked = checks.before_producer(give_up); !checked) return checked;
    if (runner_.stopping()) return {};
    if (auto opened = sender_.open(); !opened) return opened;
    if (auto begun = SourceTransaction::initialize(sender_.producer(), give_up); !begun)
      return begun;
    if (checks.after_producer) return checks.after_producer(give_up);
    return {};
  }

  // The connector has started: times count from here.
  void begin() {
    next_commit_ = Clock::now() + settings_.offset_flush_interval;
    if (transaction_) next_boundary_ = Clock::now() + settings_.transactions->interval;
  }

  Result<void> run() {
    while (!runner_.stopping()) {
      if (auto moved = runner_.paused() ? pause() : move_batch(); !moved) return moved;
    }
    return {};
  }

  // After the last batch, also after a failure: what Kafka has is committed. Exactly once: the last
  // transaction is, or, after a failure, none of it counts.
  Result<void> finish(Result<void> result) {
    if (!transaction_) {
      finish_offsets();
      return result;
    }
    if (result && !runner_.abandoned()) result = end_transaction_finally();
    if (!runner_.abandoned() && sender_.has_producer())
      (void)transaction_->abort(sender_.producer(), kAbortPatience);
    return result;
  }

 private:
  void finish_offsets() {
    if (runner_.abandoned()) return;
    sender_.drain(Clock::now() + settings_.offset_flush_timeout,
                  [this] { return runner_.abandoned(); });
    tell_connector();
    if (runner_.abandoned()) return;
    const auto deadline = Clock::now() + settings_.offset_flush_timeout;
    if (writer_.flushing()) await_commit(deadline);
    begin_commit();
    if (writer_.flushing()) await_commit(deadline);
  }

  Result<void> move_batch() {
    if (auto served = serve(); !served) return served;
    // Back-pressure: no more batches than the memory they may take.
    if (submitted_.bytes() > runner_.limits_.pinned_bytes) {
      sender_.poll_deliveries(runner_.limits_.busy_poll);
      return {};
    }
    if (!transaction_) tell_connector();
    auto batch = poll();
    if (!batch) return fail(std::move(batch).error());
    if (transaction_) marks_ = take_marks();
    if (*batch == nullptr || (*batch)->original.selected.empty()) {
      if (transaction_)
        if (auto ended = end_transaction_if_due(); !ended) return ended;
      return rest();
    }
    quick_empty_polls_ = 0;
    const auto output = convert(**batch);
    sender_.dropped(*batch, output);
    if (transaction_) return send_in_transaction(*batch, output);
    if (auto sent = sender_.send(*batch, output, (*batch)->arena().reserved()); !sent) return sent;
    if (output.failure) return fail(*output.failure);
    return {};
  }

  // ---- Exactly once

  std::vector<plugin::TransactionMark> take_marks() {
    if (settings_.transactions->boundary != TransactionBoundary::kConnector) return {};
    return task_.take_transaction_marks();
  }

  using Output = pipeline::SourcePipeline::Output;

  Result<void> send_in_transaction(const std::shared_ptr<data::Batch>& batch,
                                   const Output& output) {
    Output rest = output;
    // Its memory counts once, with the last part.
    for (const plugin::TransactionMark& mark : marks_) {
      if (mark.record == plugin::TransactionMark::kAfterBatch) break;
      const Output part = cut_after(rest, mark.record);
      if (auto sent = send_part(batch, part, 0); !sent) return sent;
      if (output.failure && mark.record >= output.handled) break;
      if (auto ended = end_transaction(mark.abort); !ended) return ended;
    }
    if (auto sent = send_part(batch, rest, batch->arena().reserved()); !sent) return sent;
    if (output.failure) return fail(*output.failure);
    return end_transaction_if_due();
  }

  Result<void> send_part(const std::shared_ptr<data::Batch>& batch, const Output& part,
                         size_t bytes) {
    if (part.selected.empty() && part.dead_letters.empty()) return {};
    if (auto begun = transaction_->begin(sender_.producer()); !begun)
      return fail(transaction_failure(settings_.id.to_string(), std::move(begun).error()));
    transaction_size_ += part.selected.size();
    if (auto sent = sender_.send(batch, part, bytes); !sent) return sent;
    if (sender_.failure()) return fail(*sender_.failure());
    return {};
  }

  // Takes the records up to `last` off the front.
  static Output cut_after(Output& rest, uint32_t last) {
    auto cut = [last](std::span<const uint32_t>& records) {
      const auto end = std::upper_bound(records.begin(), records.end(), last);
      const auto count = static_cast<size_t>(end - records.begin());
      const auto front = records.first(count);
      records = records.subspan(count);
      return front;
    };
    Output part = rest;
    part.selected = cut(rest.selected);
    part.dead_letters = cut(rest.dead_letters);
    return part;
  }

  // After a poll, also one that gave nothing.
  Result<void> end_transaction_if_due() {
    switch (settings_.transactions->boundary) {
      case TransactionBoundary::kPoll: return end_transaction(false);
      case TransactionBoundary::kInterval:
        if (Clock::now() < next_boundary_) return {};
        next_boundary_ = Clock::now() + settings_.transactions->interval;
        return end_transaction(false);
      case TransactionBoundary::kConnector: break;
    }
    if (marks_.empty() || marks_.back().record != plugin::TransactionMark::kAfterBatch) return {};
    return end_transaction(marks_.back().abort);
  }

  // Before a pause and at the end. What a connector has not marked as whole is not committed.
  Result<void> end_transaction_finally() {
    if (settings_.transactions->boundary == TransactionBoundary::kConnector) return {};
    return end_transaction(false);
  }

  // aborted: its records never count, but the connector goes on behind them.
  Result<void> end_transaction(bool aborted) {
    commit_started_ = Clock::now();
    auto failed = [this](Error cause) {
      commit_failed();
      return fail(transaction_failure(settings_.id.to_string(), std::move(cause)));
    };
    const auto give_up = [this] { return runner_.abandoned(); };
    if (auto written = settings_.errors->await_dead_letters(settings_.offset_flush_timeout);
        !written)
      return failed(std::move(written).error());
    sender_.drain(Clock::time_point::max(),
                  [&] { return give_up() || sender_.failure().has_value(); });
    if (sender_.failure()) return fail(*sender_.failure());
    if (give_up()) return {};
    collect(true);
    auto offsets = writer_.take();
    if (!offsets) return failed(std::move(offsets).error());
    if (aborted && !transaction_->open()) {
      log_.warn(
          "Ignoring request by task to abort transaction as the current transaction is empty");
    } else if (aborted) {
      log_.info("Aborting transaction as requested by connector");
      auto done = transaction_->abort(sender_.producer(), kAbortPatience);
      if (!done) return failed(std::move(done).error());
      transaction_size_ = 0;
    }
    if (transaction_->open() || !offsets->empty()) {
      auto done = transaction_->commit(sender_.producer(), *std::move(offsets), give_up);
      if (!done) return failed(std::move(done).error());
      metrics_.transaction_size.record(static_cast<double>(transaction_size_));
      transaction_size_ = 0;
    }
    count_commit();
    tell_connector();
    commit_connector();
    return {};
  }

  template <typename Call>
  auto call(PluginCall which, Call&& of_connector) {
    const Holding holding(runner_.held_, which);
    return of_connector();
  }

  // What is done between two polls, and while the task is paused.
  Result<void> serve() {
    sender_.poll_deliveries(milliseconds(0));
    collect(false);
    if (!transaction_) commit_if_due();
    if (sender_.failure()) return fail(*sender_.failure());
    sender_.close_if_idle();
    return {};
  }

  Result<void> pause() {
    if (transaction_)
      if (auto ended = end_transaction_finally(); !ended) return ended;
    metrics_.states.enter(State::kPaused);
    runner_.report_paused();
    while (runner_.paused() && !runner_.stopping()) {
      if (auto served = serve(); !served) return served;
      if (!transaction_) tell_connector();
      runner_.wait_for_change(poll_time());
    }
    if (runner_.stopping()) return {};
    metrics_.states.enter(State::kRunning);
    runner_.report_running();
    return {};
  }

  milliseconds poll_time() const {
    const bool busy = sender_.in_flight() > 0 || writer_.flushing();
    const milliseconds longest = busy ? runner_.limits_.busy_poll : runner_.limits_.idle_poll;
    if (transaction_)
      return settings_.transactions->boundary == TransactionBoundary::kInterval
                 ? std::min(longest, until(next_boundary_))
                 : longest;
    return std::min(longest, until(next_commit_));
  }

  Result<std::shared_ptr<data::Batch>> poll() {
    const auto started = Clock::now();
    auto batch = call(PluginCall::kPoll, [&] { return task_.poll(poll_time()); });
    poll_took_ = Clock::now() - started;
    if (!batch) {
      if (batch.error().kind() == ErrorKind::cancelled && runner_.stopping()) return nullptr;
      if (batch.error().kind() != ErrorKind::retriable) return batch;
      log_.warn("failed to poll records from SourceTask. Will retry operation. {}",
                batch.error().describe());
      return nullptr;
    }
    if (*batch == nullptr) return batch;
    const size_t count = (*batch)->original.selected.size();
    metrics_.poll.record(poll_took_);
    metrics_.poll_ms.record(milliseconds_since(started));
    metrics_.polled.mark(count);
    metrics_.batch_size.record(static_cast<double>(count));
    metrics_.active_changed(static_cast<int64_t>(count));
    return batch;
  }

  // A connector that does not wait in poll must not turn the task into a busy loop.
  Result<void> rest() {
    constexpr milliseconds kQuick{1}, kLongestRest{50};
    if (poll_took_ >= kQuick) {
      quick_empty_polls_ = 0;
    } else if (++quick_empty_polls_ > 3) {
      runner_.wait_for_change(std::min(milliseconds(quick_empty_polls_), kLongestRest));
    }
    return {};
  }

  pipeline::SourcePipeline::Output convert(data::Batch& batch) {
    const auto started = Clock::now();
    auto output = runner_.pipeline_->run(batch);
    metrics_.convert.record(Clock::now() - started);
    return output;
  }

  // SourceTask.commitRecord. As in Java, what it throws harms nobody.
  void tell_connector() {
    if (!task_.wants_acknowledgements()) return;
    const auto acknowledgements = sender_.take_acknowledgements();
    if (acknowledgements.empty()) return;
    auto told =
        call(PluginCall::kCommitRecord, [&] { return task_.acknowledged(acknowledgements); });
    if (!told)
      log_.error("Exception thrown while calling task.commitRecord(): {}", told.error().describe());
  }

  void collect(bool all) {
    submitted_.collect(
        all, [this](const Result<std::string>& key, Result<std::optional<std::string>> value) {
          writer_.offset(key, std::move(value));
        });
  }

  // ---- Offsets

  void commit_if_due() {
    if (writer_.flushing()) {
      if (auto outcome = writer_.poll_flush(milliseconds(0)))
        end_commit(*outcome);
      else if (Clock::now() >= commit_started_ + settings_.offset_flush_timeout)
        commit_timed_out();
    } else if (Clock::now() >= next_commit_) {
      begin_commit();
    }
  }

  void begin_commit() {
    commit_started_ = Clock::now();
    // No offset is committed before all dead letters up to it are written.
    if (auto written = settings_.errors->await_dead_letters(settings_.offset_flush_timeout);
        !written)
      return end_commit(std::move(written));
    collect(true);
    auto begun = writer_.begin_flush();
    if (!begun)
      end_commit(fail(std::move(begun).error()));
    else if (!*begun)  // Java, too, counts this as a commit and tells the connector
      end_commit({});
  }

  void await_commit(Clock::time_point deadline) {
    writer_.hurry();
    if (auto outcome = writer_.poll_flush(until(deadline)))
      end_commit(*outcome);
    else
      commit_timed_out();
  }

  void commit_timed_out() {
    writer_.cancel_flush();
    offsets_log_.error(
        "Timed out waiting to flush offsets to storage; will try again on next flush interval with "
        "latest offsets");
    commit_failed();
  }

  void end_commit(const Result<void>& outcome) {
    if (!outcome) {
      offsets_log_.error("Failed to flush offsets to storage: {}", outcome.error().describe());
      commit_failed();
      return;
    }
    count_commit();
    commit_connector();
  }

  void commit_connector() {
    auto committed = call(PluginCall::kCommit, [&] { return task_.commit(); });
    if (!committed)
      offsets_log_.error("Exception thrown while calling task.commit(): {}",
                         committed.error().describe());
  }

  void commit_failed() {
    metrics_.failed_commits.add();
    count_commit();
  }

  void count_commit() {
    metrics_.commits.add();
    metrics_.commit_ms.record(milliseconds_since(commit_started_));
    next_commit_ = Clock::now() + settings_.offset_flush_interval;
  }

  std::string offsets_context() const {
    return "[" + settings_.id.connector + "|task-" + std::to_string(settings_.id.index) +
           "|offsets] ";
  }

  SourceSender::Settings sender_settings() {
    return {
        log_.context(),
        settings_.client_properties,
        runner_.limits_,
        task_.wants_acknowledgements(),
        settings_.topic_creation,
        [this](std::string_view topic) {
          if (settings_.topic_used) settings_.topic_used(settings_.id, topic);
        },
        [this](milliseconds time) { return runner_.wait_to_stop(time); },
        settings_.transactions != nullptr,
        settings_.id.to_string(),
        settings_.transactions != nullptr ? settings_.transactions->offsets_topic : std::string()};
  }

  SourceTaskRunner& runner_;
  const TaskSettings& settings_;
  SourceTaskMetrics& metrics_;
  const Logger& log_;
  const Logger offsets_log_{"org.apache.kafka.connect.runtime.WorkerSourceTask", offsets_context()};
  plugin::SourceTask& task_;
  SubmittedRecords submitted_;
  SourceSender sender_;
  SourceOffsetWriter writer_;
  Clock::time_point next_commit_, commit_started_;
  std::optional<SourceTransaction> transaction_;  // of exactly-once delivery
  Clock::time_point next_boundary_;
  std::vector<plugin::TransactionMark> marks_;  // of the last poll
  size_t transaction_size_ = 0;                 // records
  Clock::duration poll_took_{};
  int quick_empty_polls_ = 0;
};

SourceTaskRunner::SourceTaskRunner(TaskSettings settings,
                                   std::shared_ptr<const plugin::ConnectorClass> connector_class,
                                   std::unique_ptr<pipeline::SourcePipeline> pipeline,
                                   std::shared_ptr<OffsetStore> offsets, SourceTaskLimits limits)
    : Task(settings.id, settings.target, *settings.listener,
           "org.apache.kafka.connect.runtime.WorkerSourceTask"),
      settings_(std::move(settings)),
      connector_class_(std::move(connector_class)),
      pipeline_(std::move(pipeline)),
      offsets_(std::move(offsets)),
      limits_(limits),
      metrics_(std::make_shared<SourceTaskMetrics>()),
      context_(std::make_shared<SourceTaskContext>(
          id_, log_.context(), offsets_, metrics_,
          settings_.transactions != nullptr &&
              settings_.transactions->boundary == TransactionBoundary::kConnector)) {
  if (settings_.metrics != nullptr)
    registrations_.emplace(*settings_.metrics, id_, held_, metrics_, settings_.errors);
}

SourceTaskRunner::~SourceTaskRunner() = default;

Result<void> SourceTaskRunner::run() {
  while (paused() && !stopping()) {  // as in Java, the connector is not started before
    metrics_->states.enter(State::kPaused);
    report_paused();
    wait_for_change(limits_.idle_poll);
  }
  if (stopping()) return {};
  Result<void> result = run_connector();
  metrics_->states.enter(result || stopping() ? State::kUnassigned : State::kFailed);
  return result;
}

Result<void> SourceTaskRunner::run_connector() {
  auto made = connector_class_->make_source_task(context_);
  if (!made) return fail(std::move(made).error());
  const std::shared_ptr<plugin::SourceTask> task = std::move(*made);
  // The producer itself is made at the first record.
  if (auto checked = settings_.clients->check_producer(settings_.client_properties); !checked)
    return checked;
  Loop loop(*this, *task);
  if (settings_.transactions != nullptr) {
    auto prepared = loop.prepare();
    if (stopping()) return {};
    if (!prepared) return prepared;
  }
  make_cancellable(task);
  settings_.errors->wait_with([this](milliseconds time) { return wait_to_stop(time); });
  Result<void> result = settings_.errors->open_dead_letters();
  if (result) result = offsets_->start();
  if (result) {
    const Holding holding(held_, PluginCall::kStart);
    result = task->start(settings_.config);
  }
  if (result) {
    log_.info("Source task finished initialization and start");
    metrics_->states.enter(State::kRunning);
    if (!paused()) report_running();
    loop.begin();
    result = loop.finish(loop.run());
    make_cancellable(nullptr);
    const Holding holding(held_, PluginCall::kStop);
    task->stop();
  }
  make_cancellable(nullptr);
  if (result || !stopping() || result.error().kind() != ErrorKind::cancelled) return result;
  return {};
}

void SourceTaskRunner::make_cancellable(std::shared_ptr<plugin::SourceTask> task) {
  std::lock_guard lock(mutex_);
  cancellable_.swap(task);
}

void SourceTaskRunner::wake() {
  if (!stopping()) return;
  std::shared_ptr<plugin::SourceTask> task;
  {
    std::lock_guard lock(mutex_);
    task = cancellable_;
  }
  // A connector may hang in cancel, too: nobody waits for it.
  if (task != nullptr) std::thread([task = std::move(task)] { task->cancel(); }).detach();
}

void SourceTaskRunner::abandoned_now() {
  context_->close();
  std::optional<SourceTaskRegistrations> ended;
  std::lock_guard lock(mutex_);
  ended.swap(registrations_);
}

}  // namespace millrace::runtime
