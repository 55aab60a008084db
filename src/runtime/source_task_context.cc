#include "runtime/source_task_context.h"

#include "runtime/source_offset.h"

namespace millrace::runtime {

OffsetReader::OffsetReader(std::string connector, std::shared_ptr<OffsetStore> store,
                           const std::string& log_context)
    : connector_(std::move(connector)),
      store_(std::move(store)),
      log_("org.apache.kafka.connect.storage.OffsetStorageReaderImpl", log_context) {}

Result<void> OffsetReader::read(
    std::span<const data::Cell> partitions,
    const std::function<void(size_t index, const data::Cell& offset)>& found) const {
  constexpr const char* kConnectException = "org.apache.kafka.connect.errors.ConnectException";
  if (closed_.load(std::memory_order_relaxed))
    return fail(Error(ErrorKind::cancelled, "Failed to fetch offsets.", kConnectException)
                    .caused_by(Error(ErrorKind::cancelled,
                                     "Offset reader is closed: the task was told to stop and took "
                                     "longer than the graceful shutdown period to do so",
                                     kConnectException)));
  std::vector<std::string> keys;
  std::vector<size_t> indexes;  // of each key
  for (size_t i = 0; i < partitions.size(); ++i) {
    auto key = offset_key(connector_, &partitions[i]);
    if (key) {
      keys.push_back(std::move(*key));
      indexes.push_back(i);
    } else {
      log_.error(
          "CRITICAL: Failed to serialize partition key when getting offsets for task with "
          "namespace {}. No value for this data will be returned, which may break the task or "
          "cause it to skip some data. {}",
          connector_, key.error().describe());
      found(i, data::null_cell());
    }
  }
  auto values = store_->get(keys);
  // A broker is away, or a transaction of a task that died is still open.
  while (!values && values.error().kind() == ErrorKind::timed_out &&
         !closed_.load(std::memory_order_relaxed)) {
    log_.warn("Failed to fetch offsets, will try again: {}", values.error().describe());
    values = store_->get(keys);
  }
  if (!values)
    return fail(Error(ErrorKind::fatal, "Failed to fetch offsets.", kConnectException)
                    .caused_by(std::move(values).error()));
  for (size_t i = 0; i < keys.size(); ++i) {
    data::Cell offset = data::null_cell();
    Arena arena;
    if ((*values)[i]) {
      auto parsed = parse_offset(*(*values)[i], arena);
      if (parsed)
        offset = *parsed;
      else
        log_.error(
            "CRITICAL: Failed to deserialize offset data when getting offsets for task with "
            "namespace {}. No value for this data will be returned, which may break the task or "
            "cause it to skip some data. {}",
            connector_, parsed.error().describe());
    }
    found(indexes[i], offset);
  }
  return {};
}

SourceTaskContext::SourceTaskContext(const TaskId& id, std::string log_context,
                                     std::shared_ptr<OffsetStore> store,
                                     std::shared_ptr<SourceTaskMetrics> metrics,
                                     bool defines_transactions)
    : log_context_(std::move(log_context)),
      defines_transactions_(defines_transactions),
      reader_(id.connector, std::move(store), log_context_),
      metrics_(std::move(metrics)) {}

void SourceTaskContext::count(std::string_view metric, double delta) {
  metrics_->count(metric, delta);
}

Result<void> SourceTaskContext::read_offsets(
    std::span<const data::Cell> partitions,
    const std::function<void(size_t index, const data::Cell& offset)>& found) {
  return reader_.read(partitions, found);
}

}  // namespace millrace::runtime
