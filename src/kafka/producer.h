#pragma once
// What a source task needs of a Kafka producer: ordered sends with back-pressure, and
// acknowledgements in batches. Implemented by kafka/librdkafka.

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::kafka {

struct OutgoingHeader {
  std::string_view key;
  const uint8_t* value;  // null: null value
  size_t size;
};

// Key, value and headers are borrowed until the delivery of `token` has been polled: nothing is
// copied.
struct OutgoingRecord {
  std::string_view topic;
  int32_t partition = -1;  // -1: the partitioner chooses, as Java's does
  int64_t timestamp = -1;  // ms since the epoch; -1: now
  const uint8_t* key = nullptr;
  size_t key_size = 0;
  const uint8_t* value = nullptr;
  size_t value_size = 0;
  std::span<const OutgoingHeader> headers;
  uint64_t token = 0;  // the caller's; comes back in the delivery
};

struct Delivery {
  uint64_t token;
  int32_t partition;  // valid on success
  int64_t offset;
  int64_t timestamp;
  int32_t error = 0;  // 0: acknowledged; else the client's error code: see describe_error
};

// Thread-safe, but deliveries are polled by one thread.
class Producer {
 public:
  virtual ~Producer() = default;  // drops what is not yet sent

  // Hands over a prefix of `records`; gives how many were taken. Fewer than all without an error:
  // the buffer is full: poll deliveries and come again. An error concerns the first record that was
  // not taken: retriable (unknown topic while metadata is missing ...), bad_data (too large), or
  // fatal.
  virtual Result<size_t> send(std::span<const OutgoingRecord> records) = 0;

  // Appends what was acknowledged or failed, in the order of acknowledgement; waits up to `timeout`
  // for the first.
  virtual void poll_deliveries(std::chrono::milliseconds timeout,
                               std::vector<Delivery>& deliveries) = 0;
  virtual Error describe_error(int32_t error, std::string_view topic) const = 0;

  // Sends what lingers at once; does not wait.
  virtual void flush_soon() = 0;
  virtual size_t in_flight() const = 0;  // records not yet delivered

  // Transactions (KIP-98), of a producer with a transactional.id: by the thread that polls. Errors:
  // retriable or timed_out: the same call may be made again; else the producer is of no more use
  // (ProducerFencedException: another one has taken over its id).
  //
  // Shuts out former producers with this id, and ends their transactions; once, before all else.
  virtual Result<void> init_transactions(std::chrono::milliseconds timeout);
  virtual Result<void> begin_transaction();
  // All deliveries are polled and good.
  virtual Result<void> commit_transaction(std::chrono::milliseconds timeout);
  // What is not yet sent is dropped. Polls the deliveries that are still to come, for nobody.
  virtual Result<void> abort_transaction(std::chrono::milliseconds timeout);
};

inline Result<void> no_transactions() {
  return fail(ErrorKind::fatal, "This producer has no transactions",
              "java.lang.IllegalStateException");
}
inline Result<void> Producer::init_transactions(std::chrono::milliseconds) {
  return no_transactions();
}
inline Result<void> Producer::begin_transaction() { return no_transactions(); }
inline Result<void> Producer::commit_transaction(std::chrono::milliseconds) {
  return no_transactions();
}
inline Result<void> Producer::abort_transaction(std::chrono::milliseconds) {
  return no_transactions();
}

}  // namespace millrace::kafka
