#include "plugin/native/config.h"
#include "plugin/native/instance.h"
#include "plugin/native/instances.h"
#include "plugin/native/lent_batch.h"
#include "plugin/native/positions.h"

namespace millrace::plugin::native {
namespace {

class NativeSinkTask : public SinkTask {
 public:
  NativeSinkTask(TablesRef tables, std::shared_ptr<const ContextTarget> target)
      : tables_(std::move(tables)),
        table_(tables_->sink),
        instance_(tables_->class_name, std::move(target), table_.destroy) {}

  Result<void> create() { return instance_.create(table_.create); }

  Result<void> start(const config::Properties& properties) override {
    millrace_config config(properties);
    return instance_.call("start", [&](millrace_error* error) {
      return table_.start(instance_.self(), &config, error);
    });
  }

  Result<void> open(std::span<const TopicPartition> partitions) override {
    return with_partitions("open", table_.open, partitions);
  }
  Result<void> close(std::span<const TopicPartition> partitions) override {
    return with_partitions("close", table_.close, partitions);
  }

  Result<void> put(const std::shared_ptr<data::Batch>& batch,
                   const data::Records& records) override {
    LentBatchRef lent(LentBatch::make(batch, records));
    return instance_.call("put", [&](millrace_error* error) {
      return table_.put(instance_.self(), lent.get(), error);
    });
  }

  Result<void> pre_commit(std::vector<TopicPartitionOffset>& offsets) override {
    if (table_.pre_commit == nullptr) return {};
    std::vector<millrace_position> positions = to_positions(offsets);
    Result<void> done = instance_.call("pre_commit", [&](millrace_error* error) {
      return table_.pre_commit(instance_.self(), positions.data(), positions.size(),
                               sizeof(millrace_position), error);
    });
    if (!done) return done;
    for (size_t i = 0; i < offsets.size(); ++i) {
      offsets[i].offset = positions[i].offset;
      offsets[i].metadata.assign(view(positions[i].metadata));
    }
    std::erase_if(offsets, [](const auto& offset) { return offset.offset == MILLRACE_NONE; });
    return {};
  }

  void cancel() override { instance_.call_void("cancel", table_.cancel); }
  void stop() override { instance_.call_void("stop", table_.stop); }

 private:
  using OnPartitions = decltype(millrace_sink_task::open);
  Result<void> with_partitions(std::string_view name, OnPartitions function,
                               std::span<const TopicPartition> partitions) {
    if (function == nullptr) return {};
    std::vector<millrace_position> positions = to_positions(partitions);
    return instance_.call(name, [&](millrace_error* error) {
      return function(instance_.self(), positions.data(), positions.size(),
                      sizeof(millrace_position), error);
    });
  }

  TablesRef tables_;
  const millrace_sink_task& table_;
  Instance instance_;
};

}  // namespace

Result<std::unique_ptr<SinkTask>> make_native_sink_task(TablesRef tables,
                                                        std::shared_ptr<SinkTaskContext> context) {
  auto target = std::make_shared<const ContextTarget>(
      ContextTarget{context, nullptr, context.get(),
                    Logger(tables->class_name, context->log_context()), tables->class_name});
  auto task = std::make_unique<NativeSinkTask>(std::move(tables), std::move(target));
  Result<void> created = task->create();
  if (!created) return fail(std::move(created).error());
  return task;
}

}  // namespace millrace::plugin::native
