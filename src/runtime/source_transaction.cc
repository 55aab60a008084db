#include "runtime/source_transaction.h"

#include <future>

#include "kafka/text_records.h"
#include "runtime/connector_offset_store.h"
#include "runtime/java_names.h"

namespace millrace::runtime {
namespace {

using std::chrono::milliseconds;

// Of one call, after which it is looked whether the task is to stop.
constexpr milliseconds kOneAttempt{500};

// Calls until it is done, cannot be done, or nobody wants it any more.
template <typename Call>
Result<void> persist(const SourceTransaction::GiveUp& give_up, Call&& call) {
  for (;;) {
    Result<void> done = call(kOneAttempt);
    if (done) return done;
    const ErrorKind kind = done.error().kind();
    if ((kind != ErrorKind::retriable && kind != ErrorKind::timed_out) || give_up()) return done;
  }
}

}  // namespace

SourceTransaction::SourceTransaction(std::string offsets_topic,
                                     std::shared_ptr<OffsetStore> worker_store,
                                     const std::string& log_context)
    : topic_(std::move(offsets_topic)),
      worker_store_(std::move(worker_store)),
      log_("org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask", log_context) {}

Result<void> SourceTransaction::initialize(kafka::Producer& producer, const GiveUp& give_up) {
  return persist(give_up, [&](milliseconds time) { return producer.init_transactions(time); });
}

Result<void> SourceTransaction::begin(kafka::Producer& producer) {
  if (open_) return {};
  auto begun = producer.begin_transaction();
  open_ = begun.has_value();
  return begun;
}

Result<void> SourceTransaction::commit(kafka::Producer& producer, std::vector<OffsetEntry> offsets,
                                       const GiveUp& give_up) {
  if (auto begun = begin(producer); !begun) return begun;
  if (auto forgotten = forget_in_worker_store(offsets); !forgotten) return forgotten;
  if (auto sent = send(producer, offsets, give_up); !sent) return sent;
  auto committed =
      persist(give_up, [&](milliseconds time) { return producer.commit_transaction(time); });
  if (!committed) return committed;
  open_ = false;
  if (worker_store_ != nullptr) copy_to_worker_store(*worker_store_, offsets, log_);
  return {};
}

// Else it would come back from there. Java does so before the transaction ends, too.
Result<void> SourceTransaction::forget_in_worker_store(const std::vector<OffsetEntry>& offsets) {
  std::vector<OffsetEntry> forgotten;
  if (worker_store_ != nullptr) forgotten = forgotten_offsets(offsets);
  if (forgotten.empty()) return {};
  auto answer = std::make_shared<std::promise<Result<void>>>();
  worker_store_->set(std::move(forgotten),
                     [answer](const Result<void>& done) { answer->set_value(done); });
  worker_store_->hurry();
  return answer->get_future().get();
}

Result<void> SourceTransaction::send(kafka::Producer& producer,
                                     const std::vector<OffsetEntry>& offsets,
                                     const GiveUp& give_up) {
  std::vector<kafka::TextRecord> records;
  for (const OffsetEntry& each : offsets)
    records.push_back({&each.key, kafka::text_or_null(each.value)});
  return kafka::send_and_wait(producer, topic_, records, [&]() -> Result<void> {
    if (!give_up()) return {};
    return fail(ErrorKind::cancelled, "The task was given up while it wrote its offsets");
  });
}

Result<void> SourceTransaction::abort(kafka::Producer& producer, milliseconds timeout) {
  if (!open_) return {};
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  auto aborted = persist([&] { return std::chrono::steady_clock::now() >= deadline; },
                         [&](milliseconds time) { return producer.abort_transaction(time); });
  if (aborted) open_ = false;
  return aborted;
}

Error transaction_failure(const std::string& task, Error cause) {
  const bool expired =
      cause.exception_class() == "org.apache.kafka.common.errors.InvalidProducerEpochException";
  const std::string message =
      expired ? "The task " + task +
                    " was unable to finish writing records to Kafka before its producer "
                    "transaction expired. It may be necessary to reconfigure this connector in "
                    "order for it to run healthily with exactly-once support. Options for this "
                    "include: tune the connector's producer configuration for higher throughput, "
                    "increase the transaction timeout for the connector's producers, decrease the "
                    "offset commit interval (if using interval-based transaction boundaries), or "
                    "use the 'poll' transaction boundary (if the connector is not already "
                    "configured to use it)."
              : "Failed to flush offsets and/or records for task " + task;
  return Error(ErrorKind::fatal, message, java::kConnectException).caused_by(std::move(cause));
}

Result<void> write_in_transaction(kafka::Producer& producer, SourceTransaction& transaction,
                                  std::vector<OffsetEntry> offsets,
                                  std::chrono::steady_clock::time_point deadline) {
  const auto late = [deadline] { return std::chrono::steady_clock::now() >= deadline; };
  if (auto begun = SourceTransaction::initialize(producer, late); !begun) return begun;
  return transaction.commit(producer, std::move(offsets), late);
}

}  // namespace millrace::runtime
