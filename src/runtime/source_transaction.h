#pragma once
// SourceTransaction: the transactions of one source task: its records and their offsets are in the
// same one. Made and used by the task's thread alone.
// org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "kafka/producer.h"
#include "runtime/offset_store.h"
#include "runtime/transaction_settings.h"

namespace millrace::runtime {

class SourceTransaction {
 public:
  using GiveUp = TransactionChecks::GiveUp;
  SourceTransaction(std::string offsets_topic, std::shared_ptr<OffsetStore> worker_store,
                    const std::string& log_context);

  // Takes the producer's transactional id over: waits as long as it takes, until give_up.
  static Result<void> initialize(kafka::Producer& producer, const GiveUp& give_up);

  bool open() const { return open_; }
  Result<void> begin(kafka::Producer& producer);  // where none is open
  // Writes the offsets into the transaction and ends it. All records are acknowledged. Begins one
  // where none is open.
  Result<void> commit(kafka::Producer& producer, std::vector<OffsetEntry> offsets,
                      const GiveUp& give_up);
  // Nothing of it will ever be read. Without an open one: nothing.
  Result<void> abort(kafka::Producer& producer, std::chrono::milliseconds timeout);

 private:
  Result<void> forget_in_worker_store(const std::vector<OffsetEntry>& offsets);
  Result<void> send(kafka::Producer& producer, const std::vector<OffsetEntry>& offsets,
                    const GiveUp& give_up);

  const std::string topic_;
  const std::shared_ptr<OffsetStore> worker_store_;  // null: the same topic
  const Logger log_;
  bool open_ = false;
};

// What a task fails with whose transaction cannot be brought to its end.
Error transaction_failure(const std::string& task, Error cause);

// Offsets alone, in a transaction of a producer that is made for that.
Result<void> write_in_transaction(kafka::Producer& producer, SourceTransaction& transaction,
                                  std::vector<OffsetEntry> offsets,
                                  std::chrono::steady_clock::time_point deadline);

}  // namespace millrace::runtime
