#pragma once
// Stand-ins for the runtime in tests of connectors: what was asked of them is recorded.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "data/cell.h"
#include "plugin/connector.h"

namespace millrace::plugin {

// Metrics and stored offsets, for every kind of context.
struct FakeRuntime {
  std::map<std::string, double, std::less<>> counts;
  data::Cell stored_offset = data::null_cell();  // what read_offsets gives for every partition
  std::vector<std::string> asked_partitions;     // the first text value of each partition

  void count(std::string_view metric, double delta) { counts[std::string(metric)] += delta; }
  Result<void> read_offsets(std::span<const data::Cell> partitions,
                            const std::function<void(size_t, const data::Cell&)>& found) {
    for (size_t i = 0; i < partitions.size(); ++i) {
      if (partitions[i].length > 0 && partitions[i].as.cells[1].kind == MILLRACE_STRING)
        asked_partitions.emplace_back(data::text(partitions[i].as.cells[1]));
      found(i, stored_offset);
    }
    return {};
  }
};

template <typename Base>
class FakeContextBase : public Base, public FakeRuntime {
 public:
  const std::string& log_context() const override { return log_context_; }
  void count(std::string_view metric, double delta) override { FakeRuntime::count(metric, delta); }
  Result<void> read_offsets(std::span<const data::Cell> partitions,
                            const std::function<void(size_t, const data::Cell&)>& found) override {
    return FakeRuntime::read_offsets(partitions, found);
  }

 private:
  std::string log_context_ = "[fake|task-0] ";
};

class FakeConnectorContext : public FakeContextBase<ConnectorContext> {
 public:
  void request_task_reconfiguration() override { ++reconfigurations; }
  void raise_error(Error error) override { errors.push_back(std::move(error)); }

  int reconfigurations = 0;
  std::vector<Error> errors;
};

class FakeSourceTaskContext : public FakeContextBase<SourceTaskContext> {};

class FakeSinkTaskContext : public FakeContextBase<SinkTaskContext> {
 public:
  void rewind(std::span<const TopicPartitionOffset> offsets) override {
    rewinds.assign(offsets.begin(), offsets.end());
  }
  void retry_after(std::chrono::milliseconds delay) override { retry_delay = delay; }
  Result<void> pause(std::span<const TopicPartition> partitions) override {
    paused.assign(partitions.begin(), partitions.end());
    return {};
  }
  Result<void> resume(std::span<const TopicPartition>) override {
    return paused.clear(), Result<void>{};
  }
  void request_commit() override { ++commits_requested; }
  std::vector<TopicPartition> assignment() const override { return assigned; }
  Result<void> report(const data::Batch&, uint32_t record, const data::Records*,
                      Error error) override {
    if (!tolerant) return fail(ErrorKind::fatal, "errors are not tolerated");
    reported.emplace_back(record, error.message());
    return {};
  }

  std::vector<TopicPartitionOffset> rewinds;
  std::vector<TopicPartition> paused, assigned;
  std::chrono::milliseconds retry_delay{0};
  int commits_requested = 0;
  bool tolerant = true;
  std::vector<std::pair<uint32_t, std::string>> reported;
};

// A sink's batch of values, one record each, on partition 0 of `topic`.
struct FakeSinkBatch {
  explicit FakeSinkBatch(const std::vector<data::Cell>& given, const data::Schema* schema = nullptr,
                         std::string_view topic = "topic")
      : batch(std::make_shared<data::Batch>()), values(given), topics(given.size(), topic) {
    batch->keep(schema);
    schemas.assign(given.size(), schema);
    no_schemas.assign(given.size(), nullptr);
    keys.assign(given.size(), data::null_cell());
    partitions.assign(given.size(), 0);
    timestamps.assign(given.size(), 1000);
    timestamp_types.assign(given.size(), MILLRACE_CREATE_TIME);
    for (size_t i = 0; i < given.size(); ++i) offsets.push_back(static_cast<int64_t>(i));
    data::Records& records = batch->original;
    records.count = static_cast<uint32_t>(given.size());
    records.selected = data::select_all(batch->arena(), records.count);
    records.topics = records.original_topics = topics.data();
    records.partitions = records.original_partitions = partitions.data();
    records.key_schemas = no_schemas.data();
    records.value_schemas = schemas.data();
    records.keys = keys.data();
    records.values = values.data();
    records.timestamps = timestamps.data();
    records.timestamp_types = timestamp_types.data();
    records.original_offsets = offsets.data();
  }
  const data::Records& records() const { return batch->original; }

  std::shared_ptr<data::Batch> batch;
  std::vector<data::Cell> values, keys;
  std::vector<std::string_view> topics;
  std::vector<const data::Schema*> schemas, no_schemas;
  std::vector<int32_t> partitions;
  std::vector<int64_t> timestamps, offsets;
  std::vector<int8_t> timestamp_types;
};

}  // namespace millrace::plugin
