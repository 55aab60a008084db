#include "pipeline/error_policy.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace millrace::pipeline {
namespace {

constexpr const char* kConnectException = "org.apache.kafka.connect.errors.ConnectException";

std::string_view value_of(const config::Properties& config, const std::string& key,
                          std::string_view otherwise) {
  auto found = config.find(key);
  return found == config.end() ? otherwise : std::string_view(found->second);
}

bool is_true(std::string_view text) {
  return text.size() == 4 && std::equal(text.begin(), text.end(), "true",
                                        [](char a, char b) { return (a | 0x20) == b; });
}

std::chrono::milliseconds milliseconds_of(const config::Properties& config, const std::string& key,
                                          std::chrono::milliseconds otherwise) {
  auto found = config.find(key);
  if (found == config.end()) return otherwise;
  return std::chrono::milliseconds(std::strtoll(found->second.c_str(), nullptr, 10));
}

int64_t wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Readers of traces leave out the lines that begin so, as all do with Java's.
constexpr std::string_view kFrame = "\n\tat ";

Error tolerance_exceeded(const data::RecordFailure& failure, const OriginalRecords& originals) {
  std::string message = "Tolerance exceeded in error handler";
  message.append(kFrame).append(data::stage_name(failure.stage)).append(" ");
  message.append(failure.stage_class).append(" ").append(originals.place(failure.record));
  return Error(ErrorKind::fatal, std::move(message), kConnectException).caused_by(failure.error);
}

}  // namespace

ErrorPolicyConfig ErrorPolicyConfig::from(const config::Properties& config) {
  ErrorPolicyConfig policy;
  policy.tolerate_all = value_of(config, "errors.tolerance", "none") == "all";
  policy.log = is_true(value_of(config, "errors.log.enable", "false"));
  policy.log_messages = is_true(value_of(config, "errors.log.include.messages", "false"));
  policy.retry_timeout = milliseconds_of(config, "errors.retry.timeout", policy.retry_timeout);
  policy.retry_delay_max =
      milliseconds_of(config, "errors.retry.delay.max.ms", policy.retry_delay_max);
  policy.bisect = is_true(value_of(config, "errors.bisect", "false"));
  return policy;
}

void ErrorProbe::read(Sample& sample) const {
  sample.counter("total-record-failures", static_cast<double>(failures.total()));
  sample.counter("total-record-errors", static_cast<double>(errors.total()));
  sample.counter("total-records-skipped", static_cast<double>(skipped.total()));
  sample.counter("total-retries", static_cast<double>(retries.total()));
  sample.counter("total-errors-logged", static_cast<double>(logged.total()));
  sample.counter("deadletterqueue-produce-requests",
                 static_cast<double>(dead_letter_requests.total()));
  sample.counter("deadletterqueue-produce-failures",
                 static_cast<double>(dead_letter_failures.total()));
  sample.gauge("last-error-timestamp",
               static_cast<double>(last_error_ms.load(std::memory_order_relaxed)));
}

std::string ConsumedRecords::describe(uint32_t record) const {
  return ", where consumed record is " + place(record);
}

std::string ConsumedRecords::place(uint32_t record) const {
  std::string text = "{topic='";
  text.append(raw_.topics[record]).append("', partition=");
  text.append(std::to_string(raw_.partitions[record])).append(", offset=");
  text.append(std::to_string(raw_.offsets[record]));
  int type = MILLRACE_NO_TIMESTAMP_TYPE;
  if (raw_.timestamp_types != nullptr) type = raw_.timestamp_types[record];
  if (type != MILLRACE_NO_TIMESTAMP_TYPE) {
    text.append(", timestamp=").append(std::to_string(raw_.timestamps[record]));
    text.append(", timestampType=");
    text.append(type == MILLRACE_CREATE_TIME ? "CreateTime" : "LogAppendTime");
  }
  return text.append("}");
}

ErrorPolicy::ErrorPolicy(ErrorPolicyConfig config, std::string task, const std::string& log_context,
                         std::shared_ptr<DeadLetterQueue> dead_letters)
    : config_(config),
      task_(std::move(task)),
      log_("org.apache.kafka.connect.runtime.errors.LogReporter", log_context),
      sink_log_("org.apache.kafka.connect.runtime.WorkerSinkTask", log_context),
      dead_letters_(std::move(dead_letters)) {}

std::span<const uint32_t> ErrorPolicy::survivors(std::span<const uint32_t> selected,
                                                 std::span<const data::RecordFailure> failures,
                                                 Arena& arena) const {
  if (failures.empty()) return selected;
  std::vector<uint32_t> failed;
  for (const data::RecordFailure& failure : failures) failed.push_back(failure.record);
  std::sort(failed.begin(), failed.end());
  if (!config_.tolerate_all) {
    auto end = std::lower_bound(selected.begin(), selected.end(), failed.front());
    return selected.first(static_cast<size_t>(end - selected.begin()));
  }
  auto* survivors = arena.allocate_array<uint32_t>(selected.size());
  auto* end = std::set_difference(selected.begin(), selected.end(), failed.begin(), failed.end(),
                                  survivors);
  return {survivors, end};
}

std::optional<Error> ErrorPolicy::conclude(data::Failures& failures,
                                           const OriginalRecords& originals, bool stopped) {
  if (failures.empty()) return std::nullopt;
  // Stages come in their order, so the first failure of a record is the one that ended its way.
  std::stable_sort(failures.begin(), failures.end(),
                   [](const auto& a, const auto& b) { return a.record < b.record; });
  std::lock_guard lock(mutex_);
  const data::RecordFailure* before = nullptr;
  for (data::RecordFailure& failure : failures) {
    if (before != nullptr && before->record == failure.record) continue;
    before = &failure;
    // As in Java, whose last attempt at what may pass counts twice: where it was tried and where it
    // was given up; given up because of a stop, only where it was tried.
    if (failure.error.kind() != ErrorKind::retriable)
      probe_.failures.add();
    else if (!stopped)
      probe_.failures.add(2);
    probe_.errors.add();
    if (config_.tolerate_all) probe_.skipped.add();
    if (auto written = write_letter(failure, originals); !written) {
      probe_.dead_letter_requests.add();
      probe_.dead_letter_failures.add();
      log_.error("A record of task {} cannot be written to the dead letter queue: {}{}", task_,
                 written.error().describe(), originals.describe(failure.record));
    }
    report(failure, originals);
    if (!config_.tolerate_all) return tolerance_exceeded(failure, originals);
  }
  return std::nullopt;
}

Result<void> ErrorPolicy::report_failed(data::RecordFailure failure,
                                        const OriginalRecords& originals) {
  std::lock_guard lock(mutex_);
  if (auto written = write_letter(failure, originals); !written) return written;
  probe_.failures.add();
  report(failure, originals);
  if (config_.tolerate_all) return {};
  probe_.errors.add();
  return fail(tolerance_exceeded(failure, originals));
}

Result<void> ErrorPolicy::report_put(uint32_t record, Error error,
                                     const OriginalRecords& originals) {
  Result<void> reported = report_failed(
      {record, data::Stage::kPut, std::move(error), "org.apache.kafka.connect.sink.SinkTask"},
      originals);
  std::lock_guard lock(mutex_);
  ++put_reports_;
  if (!reported && !config_.tolerate_all && !put_error_) put_error_ = reported.error();
  return reported;
}

uint64_t ErrorPolicy::put_reports() const {
  std::lock_guard lock(mutex_);
  return put_reports_;
}

std::optional<Error> ErrorPolicy::put_error() const {
  std::lock_guard lock(mutex_);
  return put_error_;
}

Result<void> ErrorPolicy::open_dead_letters() {
  if (dead_letters_ == nullptr) return {};
  return dead_letters_->open();
}

Result<void> ErrorPolicy::await_dead_letters(std::chrono::milliseconds longest) {
  if (dead_letters_ == nullptr) return {};
  Result<void> written = dead_letters_->await_written(longest);
  std::lock_guard lock(mutex_);
  probe_.dead_letter_failures.add(dead_letters_->take_failures());
  return written;
}

Result<void> ErrorPolicy::write_letter(const data::RecordFailure& failure,
                                       const OriginalRecords& originals) {
  if (dead_letters_ == nullptr) return {};
  if (originals.raw() != nullptr) {
    probe_.dead_letter_requests.add();
    dead_letters_->report(*originals.raw(), failure.record, failure);
    return {};
  }
  if (originals.values() == nullptr || bytes_ == nullptr) return {};
  auto written = bytes_->write(*originals.values(), failure.record);
  if (!written) return fail(std::move(written).error());
  probe_.dead_letter_requests.add();
  dead_letters_->report((*written)->raw, 0, failure);
  return {};
}

void ErrorPolicy::report(const data::RecordFailure& failure, const OriginalRecords& originals) {
  probe_.last_error_ms.store(wall_clock_ms(), std::memory_order_relaxed);
  if (config_.silent) return;
  if (originals.raw() != nullptr) log_conversion(failure, *originals.raw());
  if (!config_.log) return;
  log_.error("Error encountered in task {}. Executing stage '{}' with class '{}'{}.\n{}", task_,
             data::stage_name(failure.stage), failure.stage_class,
             config_.log_messages ? originals.describe(failure.record) : std::string(),
             failure.error.trace());
  probe_.logged.add();
}

// As Java's sink task does whatever errors.log.enable says: this line alone tells which record it
// is.
void ErrorPolicy::log_conversion(const data::RecordFailure& failure, const RawRecords& raw) const {
  const bool key = failure.stage == data::Stage::kKeyConverter;
  if (!key && failure.stage != data::Stage::kValueConverter) return;
  sink_log_.error(
      "WorkerSinkTask{id={}} Error converting message {} in topic '{}' partition {} at offset {} "
      "and timestamp {}: {}",
      task_, key ? "key" : "value", raw.topics[failure.record], raw.partitions[failure.record],
      raw.offsets[failure.record], raw.timestamps[failure.record], failure.error.describe());
}

}  // namespace millrace::pipeline
