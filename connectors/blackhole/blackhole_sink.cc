#include "blackhole_sink.h"

#include <stdexcept>

namespace millrace::blackhole {
namespace {

constexpr char kDelay[] = "put.delay.ms";
constexpr char kFailAfter[] = "fail.after.records";
constexpr char kFailOn[] = "fail.on.text";
constexpr char kFailure[] = "fail.with";
constexpr char kTimes[] = "fail.times";
constexpr char kLogEvery[] = "log.every.records";

constexpr sdk::Key kKeys[] = {
    sdk::Key(kDelay, MILLRACE_CONFIG_LONG, MILLRACE_LOW,
             "How long each put takes at least, in milliseconds.")
        .or_default("0")
        .at_least(0),
    sdk::Key(kFailAfter, MILLRACE_CONFIG_LONG, MILLRACE_LOW,
             "The record after this many records meets the failure. -1: none does.")
        .or_default("-1")
        .at_least(-1),
    sdk::Key(kFailOn, MILLRACE_CONFIG_STRING, MILLRACE_LOW,
             "Records whose value is a text that holds this one meet the failure. Empty: none do.")
        .or_default(""),
    sdk::Key(kFailure, MILLRACE_CONFIG_STRING, MILLRACE_LOW,
             "The failure: retriable, bad_data and fatal are errors of that kind, report hands the "
             "record to the worker's error handling, throw lets a foreign exception out, hang "
             "never returns.")
        .or_default("fatal")
        .one_of("retriable,bad_data,fatal,report,throw,hang"),
    sdk::Key(kTimes, MILLRACE_CONFIG_LONG, MILLRACE_LOW,
             "How many times the failure happens; after that all goes well. -1: always.")
        .or_default("1")
        .at_least(-1),
    sdk::Key(kLogEvery, MILLRACE_CONFIG_LONG, MILLRACE_LOW,
             "Logs a line after every so many records. 0: never.")
        .or_default("0")
        .at_least(0)};

size_t bytes_of(const sdk::Cell& cell) {
  size_t count = cell.length;
  switch (cell.kind) {
    case MILLRACE_STRING:
    case MILLRACE_BYTES: return cell.length;
    case MILLRACE_MAP: count *= 2; break;
    case MILLRACE_ARRAY:
    case MILLRACE_STRUCT: break;
    default: return 0;
  }
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) bytes += bytes_of(cell.as.cells[i]);
  return bytes;
}

}  // namespace

std::span<const sdk::Key> BlackholeConnector::keys() { return kKeys; }

void BlackholeConnector::task_configs(int32_t tasks_max, sdk::TaskConfigs& configs) {
  for (int32_t i = 0; i < tasks_max; ++i) configs.add(config());
}

void BlackholeTask::start(const sdk::Config& config) {
  delay_ = std::chrono::milliseconds(config.number(kDelay));
  fail_after_ = config.number(kFailAfter);
  fail_on_ = config.text(kFailOn);
  failure_ = config.text(kFailure);
  failures_left_ = config.number(kTimes);
  log_every_ = config.number(kLogEvery);
}

void BlackholeTask::put(const sdk::Batch& batch) {
  if (batch.empty()) return;
  wait_before_put();
  int64_t before = records_;
  size_t bytes = 0;
  try {
    batch.for_each([&](const sdk::RecordView& record) {
      fail_if_due(record, batch);
      bytes += bytes_of(record.key()) + bytes_of(record.value());
      ++records_;
      if (log_every_ > 0 && records_ % log_every_ == 0)
        log(sdk::Level::kInfo, "Took " + std::to_string(records_) + " records");
    });
  } catch (...) {
    records_ = before;  // the same batch comes again, or nothing does
    throw;
  }
  count("records", static_cast<double>(records_ - before));
  count("bytes", static_cast<double>(bytes));
}

void BlackholeTask::wait_before_put() {
  if (delay_.count() == 0) return;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, delay_, [&] { return cancelled_; });
}

bool BlackholeTask::is_poison(const sdk::Cell& value) const {
  if (fail_on_.empty() || value.kind != MILLRACE_STRING) return false;
  const std::string_view text(reinterpret_cast<const char*>(value.as.bytes), value.length);
  return text.find(fail_on_) != std::string_view::npos;
}

void BlackholeTask::fail_if_due(const sdk::RecordView& record, const sdk::Batch& batch) {
  const bool due = fail_after_ >= 0 && records_ >= fail_after_;
  if ((!due && !is_poison(record.value())) || failures_left_ == 0) return;
  if (failures_left_ > 0) --failures_left_;
  std::string message = "fail.with=" + failure_ + " after " + std::to_string(records_) + " records";
  if (failure_ == "retriable") throw sdk::RetriableError(message);
  if (failure_ == "bad_data") throw sdk::DataError(message);
  if (failure_ == "report") return report(record, batch, message);
  if (failure_ == "throw") throw std::runtime_error(message);
  if (failure_ == "hang") {
    // Deaf to cancel, as a connector is that waits for a lost connection.
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [] { return false; });
  }
  throw sdk::FatalError(message);
}

void BlackholeTask::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  changed_.notify_all();
}

}  // namespace millrace::blackhole

MILLRACE_PLUGIN(
    sdk::sink<millrace::blackhole::BlackholeConnector, millrace::blackhole::BlackholeTask>(
        "org.millrace.BlackholeSinkConnector", "0.1.0"))
