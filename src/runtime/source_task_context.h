#pragma once
// What a source task may ask of the worker: org.apache.kafka.connect.source.SourceTaskContext and
// its OffsetStorageReader. Thread-safe; shared with the connector's class, which may keep it longer
// than the task runs.

#include <atomic>
#include <memory>
#include <string>

#include "base/log.h"
#include "plugin/connector.h"
#include "runtime/offset_store.h"
#include "runtime/source_task_metrics.h"

namespace millrace::runtime {

// Reads the stored offsets of one connector's source partitions; for tasks and connectors alike.
class OffsetReader {
 public:
  OffsetReader(std::string connector, std::shared_ptr<OffsetStore> store,
               const std::string& log_context);
  // As TaskOrConnectorContext::read_offsets. A partition or a stored offset that is not what it may
  // be is logged, and counts as not stored.
  Result<void> read(std::span<const data::Cell> partitions,
                    const std::function<void(size_t index, const data::Cell& offset)>& found) const;
  // Reads fail from now on: the task was abandoned.
  void close() { closed_.store(true, std::memory_order_relaxed); }

 private:
  const std::string connector_;
  const std::shared_ptr<OffsetStore> store_;
  const Logger log_;
  std::atomic<bool> closed_{false};
};

class SourceTaskContext : public plugin::SourceTaskContext {
 public:
  SourceTaskContext(const TaskId& id, std::string log_context, std::shared_ptr<OffsetStore> store,
                    std::shared_ptr<SourceTaskMetrics> metrics, bool defines_transactions = false);
  const std::string& log_context() const override { return log_context_; }
  void count(std::string_view metric, double delta) override;
  Result<void> read_offsets(
      std::span<const data::Cell> partitions,
      const std::function<void(size_t index, const data::Cell& offset)>& found) override;
  bool defines_transactions() const override { return defines_transactions_; }
  void close() { reader_.close(); }

 private:
  const std::string log_context_;
  const bool defines_transactions_;
  OffsetReader reader_;
  const std::shared_ptr<SourceTaskMetrics> metrics_;
};

}  // namespace millrace::runtime
