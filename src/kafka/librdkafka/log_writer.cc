#include "kafka/librdkafka/log_writer.h"

#include <algorithm>

#include "kafka/librdkafka/producer.h"
#include "kafka/text_records.h"

namespace millrace::kafka {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLastWrites{5'000}, kDeliveryPatience{2};

}  // namespace

void LogWriter::send(std::vector<LogEntry> entries, milliseconds timeout, Sent sent) {
  auto job = std::make_shared<Job>();
  job->entries = std::move(entries);
  job->deadline = Clock::now() + timeout;
  job->done = std::move(sent);
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      added_.push_back(std::move(job));
      if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
      changed_.notify_one();
      return;
    }
  }
  job->done(fail(ErrorKind::cancelled, "The worker has stopped writing to " + topic_), {});
}

void LogWriter::stop() {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) stop_at_ = Clock::now() + kLastWrites;
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void LogWriter::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (jobs_.empty()) changed_.wait(lock, [this] { return stopping_ || !added_.empty(); });
      for (auto& job : added_) jobs_.push_back(std::move(job));
      added_.clear();
      if (stopping_) {
        if (jobs_.empty()) return;
        for (auto& job : jobs_) job->deadline = std::min(job->deadline, stop_at_);
      }
    }
    hand_over();
    collect();
    finish();
  }
}

Result<void> LogWriter::open() {
  if (producer_ != nullptr) return {};
  auto made = LibrdkafkaProducer::make(properties_, log_context_);
  if (!made) return fail(std::move(made).error());
  producer_ = *std::move(made);
  return {};
}

void LogWriter::hand_over() {
  auto opened = open();
  for (auto& job : jobs_) {
    if (!opened && !job->failure) job->failure = opened.error();
    while (!job->failure && job->sent < job->entries.size()) {
      const LogEntry& entry = job->entries[job->sent];
      OutgoingRecord record =
          outgoing(topic_, {text_or_null(entry.key), text_or_null(entry.value)});
      record.token = reinterpret_cast<uintptr_t>(job.get());
      auto taken = producer_->send({&record, 1});
      if (!taken && taken.error().kind() != ErrorKind::retriable) {
        job->failure = std::move(taken).error();
      } else if (!taken || *taken == 0) {
        return;  // full, or the topic is not known yet: acknowledgements come first
      } else {
        ++job->sent;
        ++job->open;
      }
    }
  }
}

void LogWriter::collect() {
  if (producer_ == nullptr) return;
  deliveries_.clear();
  producer_->poll_deliveries(kDeliveryPatience, deliveries_);
  for (const Delivery& delivery : deliveries_) {
    auto* job = reinterpret_cast<Job*>(static_cast<uintptr_t>(delivery.token));
    --job->open;
    int64_t& end = job->ends[delivery.partition];
    end = std::max(end, delivery.offset + 1);
    if (delivery.error != 0 && !job->failure)
      job->failure = producer_->describe_error(delivery.error, topic_);
  }
}

// In the order of the calls. A job whose records are still under way keeps their memory.
void LogWriter::finish() {
  while (!jobs_.empty()) {
    Job& job = *jobs_.front();
    const bool overdue = Clock::now() >= job.deadline;
    const bool all_sent = job.failure.has_value() || job.sent == job.entries.size();
    if (overdue && !(all_sent && job.open == 0)) {
      if (!job.failure)
        job.failure = Error(ErrorKind::timed_out,
                            "No acknowledgement for a record to topic '" + topic_ + "' in time",
                            "org.apache.kafka.common.errors.TimeoutException");
      if (job.open > 0) producer_ = nullptr;  // drops what is under way; made anew when needed
      for (auto& each : jobs_) {
        if (each->open > 0 && !each->failure) each->failure = job.failure;
        each->open = 0;
      }
    } else if (!all_sent || job.open > 0) {
      return;
    }
    const auto done = std::move(job.done);
    const auto failure = std::move(job.failure);
    const LogEnds ends = std::move(job.ends);
    jobs_.pop_front();
    if (failure)
      done(fail(*failure), ends);
    else
      done({}, ends);
  }
}

}  // namespace millrace::kafka
