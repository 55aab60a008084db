#pragma once
// SourceOffsetWriter: collects one task's committable offsets and writes them to the store, one
// flush at a time. What could not be written stays for the next flush, but for newer offsets of the
// same source partition. org.apache.kafka.connect.storage.OffsetStorageWriter. One thread.

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/log.h"
#include "runtime/offset_store.h"

namespace millrace::runtime {

class SourceOffsetWriter {
 public:
  SourceOffsetWriter(std::string connector, std::shared_ptr<OffsetStore> store,
                     const std::string& log_context);

  // The latest offset of a source partition; errors make flushes fail until they are overwritten.
  void offset(const Result<std::string>& key, Result<std::optional<std::string>> value);

  // Hands all to the store. False: there was nothing to write. An error: something cannot be
  // stored; nothing was written. Not while flushing().
  Result<bool> begin_flush();
  bool flushing() const { return flush_ != nullptr; }
  // What was collected, for one who writes it himself; an error as above.
  Result<std::vector<OffsetEntry>> take();
  // The outcome of the running flush once it is known; at most `timeout` is waited for. nullopt:
  // not yet.
  std::optional<Result<void>> poll_flush(std::chrono::milliseconds timeout);
  // Gives the running flush up: its offsets will be written again.
  void cancel_flush();
  // Somebody waits for the flush.
  void hurry() { store_->hurry(); }

 private:
  using Offsets = std::map<std::string, Result<std::optional<std::string>>>;
  struct Flush {  // shared with the store, which may answer after everybody has left
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<void>> outcome;
  };

  Result<std::vector<OffsetEntry>> pending_entries() const;

  const std::string connector_;
  const std::shared_ptr<OffsetStore> store_;
  const Logger log_;
  Offsets pending_, in_flush_;
  std::shared_ptr<Flush> flush_;
};

}  // namespace millrace::runtime
