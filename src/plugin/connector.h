#pragma once
// What the runtime sees of any connector, wherever it runs: in a library beside us (plugin/native)
// or in a child process. Follows org.apache.kafka.connect.{source,sink}. All calls on one object
// come one at a time, but for `cancel`, which any thread may make while another call runs.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"
#include "data/batch.h"
#include "kafka/topic_partition.h"

namespace millrace::plugin {

using kafka::TopicPartition;
using kafka::TopicPartitionOffset;

enum class ConnectorType : uint8_t { kSource, kSink };

// What a source connector says of itself. kUnknown: it does not say (Java: null).
enum class ExactlyOnceSupport : uint8_t { kUnknown, kSupported, kUnsupported };

// ---- What a connector may ask of the runtime. Thread-safe; outlive the connector or task that
// they were given to.

class TaskOrConnectorContext {
 public:
  virtual ~TaskOrConnectorContext() = default;
  virtual const std::string& log_context() const = 0;  // "[NAME|task-0] "
  virtual void count(std::string_view metric, double delta) = 0;
  // Stored source offsets of these partitions (maps); `found` gets a null cell where there is none.
  // Blocks.
  virtual Result<void> read_offsets(
      std::span<const data::Cell> partitions,
      const std::function<void(size_t index, const data::Cell& offset)>& found) = 0;
  // A source task may say where transactions end (transaction.boundary=connector).
  virtual bool defines_transactions() const { return false; }
};

class ConnectorContext : public TaskOrConnectorContext {
 public:
  virtual void request_task_reconfiguration() = 0;
  virtual void raise_error(Error error) = 0;
};

class SourceTaskContext : public TaskOrConnectorContext {};

class SinkTaskContext : public TaskOrConnectorContext {
 public:
  // Take effect when the running call has returned.
  virtual void rewind(std::span<const TopicPartitionOffset> offsets) = 0;
  virtual void retry_after(std::chrono::milliseconds delay) = 0;
  virtual Result<void> pause(std::span<const TopicPartition> partitions) = 0;
  virtual Result<void> resume(std::span<const TopicPartition> partitions) = 0;
  virtual void request_commit() = 0;
  virtual std::vector<TopicPartition> assignment() const = 0;
  // A record that the sink cannot take: of a batch that it was given, or (records != null) one of
  // its own making. An error: errors are not tolerated, the task is to fail.
  virtual Result<void> report(const data::Batch& batch, uint32_t record, const data::Records* own,
                              Error error) = 0;
};

// ---- What a connector is

struct Acknowledgement {
  std::shared_ptr<const data::Batch> batch;  // as polled
  uint32_t record;
  bool sent;  // false: filtered out or skipped
  std::string_view topic;
  int32_t partition;
  int64_t offset, timestamp;
};

// Where a source's connector ends or gives up a transaction (Java: TransactionContext): after a
// record of the batch, or, kAfterBatch, after the last one.
struct TransactionMark {
  static constexpr uint32_t kAfterBatch = UINT32_MAX;
  uint32_t record = kAfterBatch;
  bool abort = false;
};

class SourceTask {
 public:
  virtual ~SourceTask() = default;
  virtual Result<void> start(const config::Properties& config) = 0;
  // Null or empty: nothing now. Returns within about `timeout`, or soon after `cancel`.
  virtual Result<std::shared_ptr<data::Batch>> poll(std::chrono::milliseconds timeout) = 0;
  // What the last poll marked, in the order of the records; only where its context
  // defines_transactions().
  virtual std::vector<TransactionMark> take_transaction_marks() { return {}; }
  virtual bool wants_acknowledgements() const = 0;
  virtual Result<void> acknowledged(std::span<const Acknowledgement> acknowledgements) = 0;
  virtual Result<void> commit() = 0;
  virtual void cancel() = 0;
  virtual void stop() = 0;
};

class SinkTask {
 public:
  virtual ~SinkTask() = default;
  virtual Result<void> start(const config::Properties& config) = 0;
  virtual Result<void> open(std::span<const TopicPartition> partitions) = 0;
  virtual Result<void> put(const std::shared_ptr<data::Batch>& batch,
                           const data::Records& records) = 0;
  // In: next offsets after what was put. Out: what may be committed; entries may be lowered or
  // removed.
  virtual Result<void> pre_commit(std::vector<TopicPartitionOffset>& offsets) = 0;
  virtual Result<void> close(std::span<const TopicPartition> partitions) = 0;
  virtual void cancel() = 0;
  virtual void stop() = 0;
};

class Connector {
 public:
  virtual ~Connector() = default;
  virtual Result<void> start(const config::Properties& config) = 0;
  virtual Result<std::vector<config::Properties>> task_configs(int32_t tasks_max) = 0;
  virtual void stop() = 0;
  struct OffsetChange {
    data::Cell partition, offset;  // maps; offset null: reset
  };
  // true: the connector did all there is to do. Java: SourceConnector.alterOffsets.
  virtual Result<bool> alter_offsets(const config::Properties& config,
                                     std::span<const OffsetChange> changes) = 0;
};

// One class of connector, as found on plugin.path. Immutable, thread-safe, lives as long as the
// process.
class ConnectorClass {
 public:
  virtual ~ConnectorClass() = default;
  virtual ConnectorType type() const = 0;
  virtual const std::string& class_name() const = 0;  // full name of our own class
  virtual const std::vector<std::string>& other_names()
      const = 0;  // full names of Java classes that it stands in for
  virtual const std::string& version() const = 0;
  virtual const std::string& location() const = 0;  // library that it came from
  virtual const config::ConfigDef& config_def() const = 0;
  // Findings beyond the definition: errors, recommended values and visibility are added to `values`
  // (one per key of config_def, in its order).
  virtual Result<void> validate(const config::Properties& config,
                                std::vector<config::ConfigValue>& values) const = 0;
  // Of a source connector with this configuration.
  virtual ExactlyOnceSupport exactly_once_support(const config::Properties&) const {
    return ExactlyOnceSupport::kUnknown;
  }
  virtual bool can_define_transaction_boundaries(const config::Properties&) const { return false; }

  virtual Result<std::unique_ptr<Connector>> make_connector(
      std::shared_ptr<ConnectorContext> context) const = 0;
  // Only the one that type() names succeeds.
  virtual Result<std::unique_ptr<SourceTask>> make_source_task(
      std::shared_ptr<SourceTaskContext> context) const = 0;
  virtual Result<std::unique_ptr<SinkTask>> make_sink_task(
      std::shared_ptr<SinkTaskContext> context) const = 0;
};

}  // namespace millrace::plugin
