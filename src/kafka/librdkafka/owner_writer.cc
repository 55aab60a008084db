#include "kafka/librdkafka/owner_writer.h"

#include "kafka/librdkafka/producer.h"
#include "kafka/text_records.h"

namespace millrace::kafka {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kOneAttempt{1'000};

milliseconds attempt_until(std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::clamp(left, milliseconds(1), kOneAttempt);
}

bool may_be_repeated(const Error& error) {
  return error.kind() == ErrorKind::retriable || error.kind() == ErrorKind::timed_out;
}

}  // namespace

void OwnerWriter::post(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      jobs_.push_back(std::move(job));
      if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
      changed_.notify_one();
      return;
    }
  }
  job.done(fail(ErrorKind::cancelled, "The worker has stopped writing to " + topic_));
}

void OwnerWriter::claim(milliseconds timeout, TopicLog::Done done) {
  post(
      {[this, deadline = Clock::now() + timeout] { return claim_now(deadline); }, std::move(done)});
}

void OwnerWriter::send(std::vector<LogEntry> entries, milliseconds timeout, TopicLog::Done done) {
  post({[this, entries = std::move(entries), deadline = Clock::now() + timeout] {
          return send_now(entries, deadline);
        },
        std::move(done)});
}

void OwnerWriter::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

bool OwnerWriter::stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void OwnerWriter::run() {
  for (;;) {
    Job job;
    bool ending = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) break;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      ending = stopping_;
    }
    if (ending)
      job.done(fail(ErrorKind::cancelled, "The worker stops writing to " + topic_));
    else
      job.done(job.work());
  }
  producer_.reset();
}

Result<void> OwnerWriter::claim_now(Clock::time_point deadline) {
  if (producer_ != nullptr) return {};
  auto made = LibrdkafkaProducer::make(properties_, log_context_);
  if (!made) return fail(std::move(made).error());
  for (;;) {
    auto begun = (*made)->init_transactions(attempt_until(deadline));
    if (begun) break;
    if (!may_be_repeated(begun.error()) || Clock::now() >= deadline || stopping()) return begun;
  }
  producer_ = *std::move(made);
  return {};
}

Result<void> OwnerWriter::send_now(const std::vector<LogEntry>& entries,
                                   Clock::time_point deadline) {
  if (producer_ == nullptr)
    return fail(ErrorKind::fatal,
                "Cannot produce to topic '" + topic_ + "' without claiming write privileges first",
                "java.lang.IllegalStateException");
  auto sent = produce(entries, deadline);
  // Another one may be the owner by now; and a transaction that hangs ends with the next claim.
  if (!sent) producer_.reset();
  return sent;
}

Result<void> OwnerWriter::produce(const std::vector<LogEntry>& entries,
                                  Clock::time_point deadline) {
  if (auto begun = producer_->begin_transaction(); !begun) return begun;
  std::vector<TextRecord> records;
  for (const LogEntry& entry : entries)
    records.push_back({text_or_null(entry.key), text_or_null(entry.value)});
  auto sent = send_and_wait(*producer_, topic_, records, [&]() -> Result<void> {
    if (Clock::now() < deadline) return {};
    return fail(ErrorKind::timed_out,
                "No acknowledgement for a record to topic '" + topic_ + "' in time",
                "org.apache.kafka.common.errors.TimeoutException");
  });
  if (!sent) return sent;
  for (;;) {
    auto committed = producer_->commit_transaction(attempt_until(deadline));
    if (committed || !may_be_repeated(committed.error()) || Clock::now() >= deadline)
      return committed;
  }
}

}  // namespace millrace::kafka
