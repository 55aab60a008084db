#pragma once
// OffsetStore: where the offsets of source connectors lie, as bytes:
// org.apache.kafka.connect.storage.OffsetBackingStore. A key is the JSON text
// `["CONNECTOR",{source partition}]`, a value the JSON text of the source offset; a partition is
// found again by equal bytes. See runtime/source_offset.h for the texts.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace::runtime {

struct OffsetEntry {
  std::string key;
  std::optional<std::string> value;  // nullopt: forget the key
};

// Thread-safe. One per worker.
class OffsetStore {
 public:
  using Done = std::function<void(const Result<void>&)>;
  virtual ~OffsetStore() = default;

  // Loads what is stored, once: what runs is not started again. A failure names the place; the
  // store is then not usable.
  virtual Result<void> start() = 0;
  // Writes what is pending, then ends. Later writes fail.
  virtual void stop() = 0;

  // One answer per key, nullopt where nothing is stored. May block (a topic is read to its end);
  // timed_out: may be asked again.
  virtual Result<std::vector<std::optional<std::string>>> get(
      const std::vector<std::string>& keys) = 0;

  // Stores all entries or none. `done` is called once, on a thread of the store's or within the
  // call, when they are durable or could not be made so; it must not block. After a failure the
  // store reads as before and the caller may give the same entries again.
  virtual void set(std::vector<OffsetEntry> entries, Done done) = 0;

  // Somebody waits for what was set before: do not gather more first.
  virtual void hurry() {}

  // All entries of one connector, for the REST API. Never has an entry without a value.
  virtual Result<std::vector<OffsetEntry>> entries_of(const std::string& connector) = 0;
};

}  // namespace millrace::runtime
