#pragma once
// A source connector whose task does what a test tells it to, and notes what it is told.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plugin/connector.h"

namespace millrace::testing {

// A record of a source in a test's words.
struct SourceRecord {
  std::string value;
  std::string file = "f";  // source partition {"filename":"f"}; "": null
  int64_t position = 0;    // source offset {"position":0}
  std::string topic = "t";
  int64_t timestamp = data::kNone;
  std::optional<std::string> header;  // value of header `h`
};

inline std::shared_ptr<data::Batch> make_batch(const std::vector<SourceRecord>& records) {
  auto batch = std::make_shared<data::Batch>();
  Arena& arena = batch->arena();
  const auto count = static_cast<uint32_t>(records.size());
  auto* topics = arena.allocate_array<std::string_view>(count);
  auto* partitions = arena.allocate_array<int32_t>(count);
  auto* key_schemas = arena.allocate_array<const data::Schema*>(count);
  auto* value_schemas = arena.allocate_array<const data::Schema*>(count);
  auto* keys = arena.allocate_array<data::Cell>(count);
  auto* values = arena.allocate_array<data::Cell>(count);
  auto* timestamps = arena.allocate_array<int64_t>(count);
  auto* header_begin = arena.allocate_array<uint32_t>(count + 1);
  auto* headers = arena.allocate_array<data::Header>(count);
  auto* source_partitions = arena.allocate_array<const data::Cell*>(count);
  auto* source_offsets = arena.allocate_array<const data::Cell*>(count);
  const auto map_of = [&](std::string_view key, data::Cell value) -> const data::Cell* {
    auto* cells = arena.allocate_array<data::Cell>(3);
    cells[0] = data::nested_cell(data::Kind::kMap, cells + 1, 1);
    cells[1] = data::string_cell(key);
    cells[2] = value;
    return cells;
  };
  const data::Cell* partition = nullptr;
  uint32_t header_count = 0;
  bool any_header = false;
  for (uint32_t i = 0; i < count; ++i) {
    const SourceRecord& record = records[i];
    topics[i] = i > 0 && record.topic == topics[i - 1] ? topics[i - 1] : arena.copy(record.topic);
    partitions[i] = data::kNone;
    key_schemas[i] = nullptr;
    value_schemas[i] = data::optional_primitive_schema(data::Kind::kString).get();
    keys[i] = data::null_cell();
    values[i] = data::string_cell(arena.copy(record.value));
    timestamps[i] = record.timestamp;
    if (i == 0 || record.file != records[i - 1].file)
      partition = record.file.empty()
                      ? nullptr
                      : map_of("filename", data::string_cell(arena.copy(record.file)));
    source_partitions[i] = partition;
    source_offsets[i] = map_of("position", data::int64_cell(record.position));
    header_begin[i] = header_count;
    if (record.header) {
      any_header = true;
      headers[header_count++] = {{"h", 1}, nullptr, data::string_cell(arena.copy(*record.header))};
    }
  }
  header_begin[count] = header_count;
  data::Records& original = batch->original;
  original.count = count;
  original.selected = data::select_all(arena, count);
  original.topics = topics;
  original.partitions = partitions;
  original.key_schemas = key_schemas;
  original.value_schemas = value_schemas;
  original.keys = keys;
  original.values = values;
  original.timestamps = timestamps;
  if (any_header) original.header_begin = header_begin, original.headers = headers;
  original.source_partitions = source_partitions;
  original.source_offsets = source_offsets;
  return batch;
}

// What the test and the task share.
class FakeSource {
 public:
  using Poll = std::function<Result<std::shared_ptr<data::Batch>>()>;
  bool wants_acknowledgements = false;
  std::optional<Error> fail_start, fail_commit;
  std::vector<plugin::TransactionMark> marks;  // of the running poll, which sets them

  // The next polls, one after the other; after them polls find nothing.
  void give(Poll poll) {
    std::lock_guard lock(mutex_);
    polls_.push_back(std::move(poll));
    changed_.notify_all();
  }
  void give(const std::vector<SourceRecord>& records) {
    give([batch = make_batch(records)] { return batch; });
  }
  // The next poll does not come back before let_go, whatever is cancelled.
  void hang() {
    give([this]() -> Result<std::shared_ptr<data::Batch>> {
      std::unique_lock lock(mutex_);
      hanging_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return let_go_; });
      hanging_ = false;
      return nullptr;
    });
  }
  void let_go() {
    std::lock_guard lock(mutex_);
    let_go_ = true;
    changed_.notify_all();
  }

  struct Seen {
    int starts = 0, polls = 0, commits = 0, cancels = 0, stops = 0, destroyed = 0;
    bool hanging = false;
    config::Properties config;
    std::vector<std::string> acknowledged;  // "value@offset", or "value dropped"
  };
  Seen seen() const {
    std::lock_guard lock(mutex_);
    Seen seen = seen_;
    seen.hanging = hanging_;
    return seen;
  }
  std::shared_ptr<plugin::SourceTaskContext> context() const {
    std::lock_guard lock(mutex_);
    return context_;
  }

 private:
  friend class FakeSourceTask;
  friend class FakeSourceClass;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Poll> polls_;
  bool hanging_ = false, let_go_ = false, cancelled_ = false;
  Seen seen_;
  std::shared_ptr<plugin::SourceTaskContext> context_;
};

class FakeSourceTask : public plugin::SourceTask {
 public:
  explicit FakeSourceTask(std::shared_ptr<FakeSource> source) : source_(std::move(source)) {}
  ~FakeSourceTask() override {
    std::lock_guard lock(source_->mutex_);
    ++source_->seen_.destroyed;
  }
  Result<void> start(const config::Properties& config) override {
    std::lock_guard lock(source_->mutex_);
    ++source_->seen_.starts;
    source_->seen_.config = config;
    if (source_->fail_start) return fail(*source_->fail_start);
    return {};
  }
  Result<std::shared_ptr<data::Batch>> poll(std::chrono::milliseconds timeout) override {
    FakeSource::Poll poll;
    {
      std::unique_lock lock(source_->mutex_);
      ++source_->seen_.polls;
      source_->changed_.notify_all();
      source_->changed_.wait_for(
          lock, timeout, [this] { return source_->cancelled_ || !source_->polls_.empty(); });
      if (source_->polls_.empty()) return nullptr;
      poll = std::move(source_->polls_.front());
      source_->polls_.pop_front();
    }
    return poll();
  }
  std::vector<plugin::TransactionMark> take_transaction_marks() override {
    return std::exchange(source_->marks, {});
  }
  bool wants_acknowledgements() const override { return source_->wants_acknowledgements; }
  Result<void> acknowledged(std::span<const plugin::Acknowledgement> acknowledgements) override {
    std::lock_guard lock(source_->mutex_);
    for (const plugin::Acknowledgement& one : acknowledgements) {
      std::string text(data::text(one.batch->original.values[one.record]));
      text += one.sent ? "@" + std::to_string(one.offset) : " dropped";
      source_->seen_.acknowledged.push_back(std::move(text));
    }
    return {};
  }
  Result<void> commit() override {
    std::lock_guard lock(source_->mutex_);
    ++source_->seen_.commits;
    if (source_->fail_commit) return fail(*source_->fail_commit);
    return {};
  }
  void cancel() override {
    std::lock_guard lock(source_->mutex_);
    ++source_->seen_.cancels;
    source_->cancelled_ = true;
    source_->changed_.notify_all();
  }
  void stop() override {
    std::lock_guard lock(source_->mutex_);
    ++source_->seen_.stops;
  }

 private:
  const std::shared_ptr<FakeSource> source_;
};

class FakeSourceClass : public plugin::ConnectorClass {
 public:
  explicit FakeSourceClass(std::shared_ptr<FakeSource> source) : source_(std::move(source)) {}
  plugin::ConnectorType type() const override { return plugin::ConnectorType::kSource; }
  const std::string& class_name() const override { return name_; }
  const std::vector<std::string>& other_names() const override { return other_names_; }
  const std::string& version() const override { return name_; }
  const std::string& location() const override { return name_; }
  const config::ConfigDef& config_def() const override { return config_def_; }
  Result<void> validate(const config::Properties&,
                        std::vector<config::ConfigValue>&) const override {
    return {};
  }
  Result<std::unique_ptr<plugin::Connector>> make_connector(
      std::shared_ptr<plugin::ConnectorContext>) const override {
    return fail(ErrorKind::fatal, "only tasks here");
  }
  Result<std::unique_ptr<plugin::SourceTask>> make_source_task(
      std::shared_ptr<plugin::SourceTaskContext> context) const override {
    std::lock_guard lock(source_->mutex_);
    source_->context_ = std::move(context);
    return std::make_unique<FakeSourceTask>(source_);
  }
  Result<std::unique_ptr<plugin::SinkTask>> make_sink_task(
      std::shared_ptr<plugin::SinkTaskContext>) const override {
    return fail(ErrorKind::fatal, "not a sink");
  }

 private:
  const std::shared_ptr<FakeSource> source_;
  const std::string name_ = "FakeSource";
  const std::vector<std::string> other_names_;
  const config::ConfigDef config_def_;
};

}  // namespace millrace::testing
