#pragma once
// ErrorPolicy: errors.tolerance, errors.log.*, errors.retry.* and dead letters, applied in one
// place. Stages only note failures (data::Failures); here it is decided what becomes of the batch.
// Follows org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator and LogReporter.
//
//   tolerance all:  records that failed are deselected, the others go on.
//   tolerance none: the batch is cut to the records before the lowest one that failed. They go on
//                   through the later stages and are delivered; then the task fails. Where a later
//                   stage finds a failure in what was left, that lower record is the one reported,
//                   as in Java, which takes one record after the other through all stages.
//
// Use, per batch: survivors() after each stage that added failures, conclude() after the last.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "config/config_def.h"
#include "data/batch.h"
#include "pipeline/raw_records.h"
#include "pipeline/record_bytes.h"

namespace millrace::pipeline {

struct ErrorPolicyConfig {
  bool tolerate_all = false;                         // errors.tolerance=all
  bool log = false;                                  // errors.log.enable
  bool log_messages = false;                         // errors.log.include.messages
  std::chrono::milliseconds retry_timeout{0};        // errors.retry.timeout; -1: for ever
  std::chrono::milliseconds retry_delay_max{60000};  // errors.retry.delay.max.ms
  bool bisect = false;                               // errors.bisect
  bool silent = false;  // no line in the log for any record: of a preview

  // From a connector's configuration that was validated before; absent keys are at their defaults.
  static ErrorPolicyConfig from(const config::Properties& connector_config);
};

// Where records go that could not be converted, transformed or put. Thread-safe.
class DeadLetterQueue {
 public:
  virtual ~DeadLetterQueue() = default;
  // Once, on the task's thread, before its first record. An error fails the task.
  virtual Result<void> open() { return {}; }
  // record: index in `raw` of the record as it was read. Nothing is borrowed after the call.
  virtual void report(const RawRecords& raw, uint32_t record, const data::RecordFailure&) = 0;
  // Waits until all that was reported is written, or is known never to be: offsets are not
  // committed past a record that is on its way. An error: not after this time.
  virtual Result<void> await_written(std::chrono::milliseconds longest) = 0;
  // How many could not be written since the last call.
  virtual uint64_t take_failures() { return 0; }
};

// The counters behind `task-error-metrics`. Written under the policy's mutex.
struct ErrorProbe {
  Counter failures, errors, skipped, retries, logged;
  Counter dead_letter_requests, dead_letter_failures;
  std::atomic<int64_t> last_error_ms{0};  // since the epoch; 0: never
  void read(Sample& sample) const;
};

// How the records of a batch are named in log lines and found for dead letters.
class OriginalRecords {
 public:
  virtual ~OriginalRecords() = default;
  // What Java's LogReporter adds with errors.log.include.messages, e.g.
  // ", where consumed record is {topic='t', partition=0, offset=5, ...}".
  virtual std::string describe(uint32_t record) const = 0;
  // Where the record is from, without anything that it holds; for a status.
  virtual std::string place(uint32_t record) const = 0;
  virtual const RawRecords* raw() const { return nullptr; }        // null: there are no bytes
  virtual const data::Records* values() const { return nullptr; }  // where there are no bytes
};

// `raw` as a sink's log lines describe it. Borrows.
class ConsumedRecords : public OriginalRecords {
 public:
  explicit ConsumedRecords(const RawRecords& raw) : raw_(raw) {}
  std::string describe(uint32_t record) const override;
  std::string place(uint32_t record) const override;
  const RawRecords* raw() const override { return &raw_; }

 private:
  const RawRecords& raw_;
};

// Thread-safe.
class ErrorPolicy {
 public:
  // task: "NAME-0", as in log lines. log_context: "[NAME|task-0] ". dead_letters: null where there
  // are none.
  ErrorPolicy(ErrorPolicyConfig config, std::string task, const std::string& log_context,
              std::shared_ptr<DeadLetterQueue> dead_letters = nullptr);

  // The records of `selected` that go on after a stage that noted `failures` (in any order, more
  // than one per record allowed). Memory is the arena's. Costs nothing where there are no failures.
  std::span<const uint32_t> survivors(std::span<const uint32_t> selected,
                                      std::span<const data::RecordFailure> failures,
                                      Arena& arena) const;

  // How a task lets its thread wait while a stage is to be tried again: waits as long, or until the
  // task is to stop: true. Where nothing is set nothing is tried again. Set before the first
  // record.
  using Wait = std::function<bool(std::chrono::milliseconds)>;
  void wait_with(Wait wait) { wait_ = std::move(wait); }
  const Wait& wait() const { return wait_; }

  // Reports all that failed in a batch: one report per record, in the order of the records. With
  // tolerance none only the lowest record is reported. An error: deliver what survived, then fail
  // the task with it: `Tolerance exceeded in error handler`, with a line that tells stage, class
  // and record where Java has the frames of a trace, caused by the failure. stopped: what may pass
  // was given up because the task is to stop. Sorts `failures`.
  std::optional<Error> conclude(data::Failures& failures, const OriginalRecords& originals,
                                bool stopped = false);

  // One record that failed where no stage of a batch runs (Java: executeFailed). An error: not
  // tolerated, or a record without bytes that cannot be given any.
  Result<void> report_failed(data::RecordFailure failure, const OriginalRecords& originals);
  // One record that a sink task itself reports (stage TASK_PUT). An error: not tolerated, or a
  // record of its own that its converters do not take.
  Result<void> report_put(uint32_t record, Error error, const OriginalRecords& originals);
  // The first error that report_put did not tolerate, even if the task swallowed it; asked after
  // each put. Java: WorkerErrantRecordReporter.maybeThrowAsyncError.
  std::optional<Error> put_error() const;
  uint64_t put_reports() const;  // how often report_put was called

  // Whether a task has somewhere to report records to (Java: errantRecordReporter() != null).
  bool has_reporter() const { return dead_letters_ != nullptr || config_.log; }
  bool has_dead_letters() const { return dead_letters_ != nullptr; }
  // How records that have no bytes become dead letters. Set before the first record.
  void write_with(std::unique_ptr<RecordBytes> bytes) { bytes_ = std::move(bytes); }
  Result<void> open_dead_letters();
  Result<void> await_dead_letters(std::chrono::milliseconds longest = std::chrono::seconds(30));

  const ErrorPolicyConfig& config() const { return config_; }
  const ErrorProbe& probe() const { return probe_; }
  ErrorProbe& probe() { return probe_; }

 private:
  void report(const data::RecordFailure& failure, const OriginalRecords& originals);
  // An error: the record has no bytes and cannot be given any.
  Result<void> write_letter(const data::RecordFailure& failure, const OriginalRecords& originals);
  void log_conversion(const data::RecordFailure& failure, const RawRecords& raw) const;

  const ErrorPolicyConfig config_;
  const std::string task_;
  const Logger log_, sink_log_;
  const std::shared_ptr<DeadLetterQueue> dead_letters_;
  std::unique_ptr<RecordBytes> bytes_;
  Wait wait_;
  ErrorProbe probe_;
  mutable std::mutex mutex_;
  std::optional<Error> put_error_;
  uint64_t put_reports_ = 0;
};

}  // namespace millrace::pipeline
