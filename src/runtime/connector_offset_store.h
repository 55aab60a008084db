#pragma once
// ConnectorOffsetStore: the offsets of a source connector that has a topic of its own for them
// (offsets.storage.topic), beside the worker's store:
// org.apache.kafka.connect.storage.ConnectorOffsetBackingStore.
//
// What either holds is read, and the connector's own store wins; so a connector that is given a
// topic of its own goes on where it was. Writes go to its own store, then, in the background, to
// the worker's. A forgotten offset is forgotten by the worker's store first: else it would come
// back from there.

#include <memory>
#include <string>

#include "base/log.h"
#include "runtime/offset_store.h"

namespace millrace::runtime {

class ConnectorOffsetStore final : public OffsetStore {
 public:
  // worker: null where both are one topic. Neither is stopped by this one; `own` is started with
  // the first use, if start() was not called before.
  ConnectorOffsetStore(std::shared_ptr<OffsetStore> worker, std::shared_ptr<OffsetStore> own,
                       const std::string& log_context);

  Result<void> start() override { return own_->start(); }
  void stop() override {}
  Result<std::vector<std::optional<std::string>>> get(
      const std::vector<std::string>& keys) override;
  Result<std::vector<OffsetEntry>> entries_of(const std::string& connector) override;
  void set(std::vector<OffsetEntry> entries, Done done) override;
  void hurry() override { own_->hurry(); }

 private:
  const std::shared_ptr<OffsetStore> worker_, own_;
  const Logger log_;
};

// Those entries that forget an offset.
std::vector<OffsetEntry> forgotten_offsets(const std::vector<OffsetEntry>& entries);
// Those that do not go to the worker's store in the background; what becomes of them is only
// logged.
void copy_to_worker_store(OffsetStore& worker, const std::vector<OffsetEntry>& entries,
                          const Logger& log);

}  // namespace millrace::runtime
