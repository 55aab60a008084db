#pragma once
// FileOffsetStore: the standalone worker's `offset.storage.file.filename`, in the Java worker's own
// format (a serialised HashMap<byte[], byte[]>), so that either worker goes on where the other
// stopped. org.apache.kafka.connect.storage.FileOffsetBackingStore. What we do otherwise: see
// docs/decisions/source-offsets.md.
//
// The whole file is rewritten on each commit, beside the old one, which it replaces when it is
// safely on the disk: a worker killed at any moment leaves the old or the new offsets. One thread
// writes; what tasks commit within `gather` of each other goes into one file.

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "runtime/offset_store.h"

namespace millrace::runtime {

class FileOffsetStore : public OffsetStore {
 public:
  // path: of the file; its folder must exist. gather: the least time between two writes that nobody
  // hurries.
  explicit FileOffsetStore(std::string path,
                           std::chrono::milliseconds gather = std::chrono::milliseconds(1000));
  ~FileOffsetStore() override;

  // A missing or empty file holds no offsets. One that holds something else is an error (bad_data)
  // that names it: it is never overwritten.
  Result<void> start() override;
  void stop() override;

  Result<std::vector<std::optional<std::string>>> get(
      const std::vector<std::string>& keys) override;
  void set(std::vector<OffsetEntry> entries, Done done) override;
  void hurry() override;
  Result<std::vector<OffsetEntry>> entries_of(const std::string& connector) override;

  // How often the file was written since the start.
  uint64_t writes() const;

 private:
  struct Update {
    std::vector<OffsetEntry> entries;
    Done done;
  };
  using Data = std::map<std::string, std::string, std::less<>>;

  void write_updates();
  void write_once(std::unique_lock<std::mutex>& lock);
  Result<void> save(const Data& data) const;

  const std::string path_;
  const std::chrono::milliseconds gather_;
  const Logger log_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Data data_;  // what the file holds
  std::vector<Update> updates_;
  bool running_ = false, stopping_ = false, hurried_ = false;
  std::chrono::steady_clock::time_point last_write_{};
  uint64_t writes_ = 0;
  std::thread writer_;
};

}  // namespace millrace::runtime
