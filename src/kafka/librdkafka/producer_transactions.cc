// LibrdkafkaProducer: transactions.

#include <librdkafka/rdkafka.h>

#include "kafka/librdkafka/producer.h"

namespace millrace::kafka {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

milliseconds until(Clock::time_point time) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(time - Clock::now()));
}

// Takes the error over. In the classes of Java's producer, which tells a fenced producer by them.
Result<void> outcome(rd_kafka_t* rk, rd_kafka_error_t* error, const char* what) {
  if (error == nullptr) return {};
  int code = rd_kafka_error_code(error);
  std::string detail = rd_kafka_error_string(error);
  const bool again = rd_kafka_error_is_retriable(error) != 0;
  const bool aborts = rd_kafka_error_txn_requires_abort(error) != 0;
  const bool fatal = rd_kafka_error_is_fatal(error) != 0;
  rd_kafka_error_destroy(error);
  if (fatal || code == RD_KAFKA_RESP_ERR__FATAL) {
    char why[512] = "";
    if (const int first = rd_kafka_fatal_error(rk, why, sizeof why);
        first != RD_KAFKA_RESP_ERR_NO_ERROR) {
      code = first;
      detail = why;
    }
  }
  if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED)
    return fail(ErrorKind::fatal,
                "There is a newer producer with the same transactionalId which fences the current "
                "one.",
                "org.apache.kafka.common.errors.ProducerFencedException");
  const Error described = client_error(code, what, detail);
  const ErrorKind kind = fatal    ? ErrorKind::fatal
                         : again  ? ErrorKind::retriable
                         : aborts ? ErrorKind::conflict
                                  : ErrorKind::fatal;
  return fail(kind, described.message(), described.exception_class().data());
}

}  // namespace

Result<void> LibrdkafkaProducer::init_transactions(milliseconds timeout) {
  if (refusal_) return fail(Error(*refusal_));
  auto begun = outcome(
      handle_->get(), rd_kafka_init_transactions(handle_->get(), static_cast<int>(timeout.count())),
      "The producer's transactional id could not be taken over");
  // What was refused meanwhile (a login) is told by the events.
  std::vector<Delivery> none;
  poll_deliveries(milliseconds(0), none);
  if (!begun && refusal_) return fail(Error(*refusal_));
  return begun;
}

Result<void> LibrdkafkaProducer::begin_transaction() {
  return outcome(handle_->get(), rd_kafka_begin_transaction(handle_->get()),
                 "A transaction could not be begun");
}

Result<void> LibrdkafkaProducer::commit_transaction(milliseconds timeout) {
  return outcome(handle_->get(),
                 rd_kafka_commit_transaction(handle_->get(), static_cast<int>(timeout.count())),
                 "The transaction could not be committed");
}

Result<void> LibrdkafkaProducer::abort_transaction(milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  // What a broker may have got already is waited for: its answer keeps the sequence whole.
  if (in_flight() > 0)
    rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
  std::vector<Delivery> dropped;
  while (in_flight() > 0 && Clock::now() < deadline) {
    dropped.clear();
    poll_deliveries(milliseconds(50), dropped);
  }
  if (in_flight() > 0)
    return fail(ErrorKind::timed_out, "Records are still under way while they are to be dropped",
                "org.apache.kafka.common.errors.TimeoutException");
  return outcome(
      handle_->get(),
      rd_kafka_abort_transaction(
          handle_->get(), static_cast<int>(std::max(until(deadline), milliseconds(1)).count())),
      "The transaction could not be aborted");
}

}  // namespace millrace::kafka
