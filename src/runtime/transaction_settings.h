#pragma once
// Exactly-once delivery of a source task: KIP-618. What the task needs beside a plain task's
// settings.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "runtime/offset_store.h"

namespace millrace::runtime {

// What the herder is asked before a task may write; on the task's thread, which waits for the
// answer, or until give_up says that it is to stop (then the answer is of no concern).
struct TransactionChecks {
  using GiveUp = std::function<bool()>;
  using Check = std::function<Result<void>(const GiveUp& give_up)>;
  // Before the producer takes over its id: all producers of former tasks are shut out.
  Check before_producer;
  // After that: there are no newer task configurations, and the task is still this worker's.
  Check after_producer;
};

// SourceTask.TransactionBoundary
enum class TransactionBoundary : uint8_t { kPoll, kInterval, kConnector };

struct TransactionSettings {
  TransactionBoundary boundary = TransactionBoundary::kPoll;
  std::chrono::milliseconds interval{60'000};  // of kInterval
  std::string offsets_topic;                   // written to by the task's own producer
  std::shared_ptr<OffsetStore> worker_store;   // gets a copy, where it is another topic; else null
  TransactionChecks checks;
};

}  // namespace millrace::runtime
