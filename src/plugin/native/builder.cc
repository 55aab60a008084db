#include "plugin/native/builder.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

#include "plugin/native/check.h"

namespace millrace::plugin::native {

void Columns::reserve(uint32_t capacity) {
  if (capacity <= capacity_) return;
  constexpr size_t kRow = 2 * sizeof(data::Cell) + sizeof(std::string_view) + 4 * sizeof(void*) +
                          sizeof(int64_t) + sizeof(int32_t);
  char* fresh = static_cast<char*>(std::malloc(size_t{capacity} * kRow));
  if (fresh == nullptr) throw std::bad_alloc();
  char* next = fresh;
  auto move = [&](auto*& column) {
    auto* to = reinterpret_cast<std::remove_reference_t<decltype(column)>>(next);
    if (count != 0) std::copy_n(column, count, to);
    column = to;
    next += size_t{capacity} * sizeof(*column);
  };
  // By falling alignment.
  move(keys), move(values), move(topics), move(key_schemas), move(value_schemas);
  move(source_partitions), move(source_offsets), move(timestamps), move(partitions);
  std::free(block_);
  block_ = fresh;
  capacity_ = capacity;
}

void Columns::begin_headers(uint32_t index) {
  if (header_begin.empty()) header_begin.assign(index + 1, 0);
}

void Columns::add_headers(const millrace_record& record, uint32_t index) {
  begin_headers(index);
  const char* next = reinterpret_cast<const char*>(record.headers);
  for (uint32_t i = 0; i < record.header_count; ++i, next += record.header_stride)
    headers.push_back(*reinterpret_cast<const millrace_header*>(next));
  header_begin.push_back(static_cast<uint32_t>(headers.size()));
}

void Columns::merge_headers(const Columns& from, uint32_t from_index, uint32_t index) {
  if (from.header_begin.empty()) return add_no_headers();
  begin_headers(index);
  headers.insert(headers.end(), from.headers.begin() + from.header_begin[from_index],
                 from.headers.begin() + from.header_begin[from_index + 1]);
  header_begin.push_back(static_cast<uint32_t>(headers.size()));
}

}  // namespace millrace::plugin::native

using millrace::plugin::TransactionMark;
using millrace::plugin::native::Columns;

namespace {
// What version 1.0 has: records of older plug-ins stay shorter when the structure grows.
constexpr size_t kFirstRecordSize =
    offsetof(millrace_record, source_offset) + sizeof(millrace_record::source_offset);
}  // namespace

void millrace_builder::reset() {
  batch_ = std::make_shared<Batch>();
  columns_ = std::make_shared<Columns>();
  last_key_schema_ = last_value_schema_ = nullptr;
  last_source_partition_ = nullptr;
  last_topic_ = {};
  bytes_ = 0;
  lent_ = false;
}

std::string_view millrace_builder::same_topic(millrace_text topic) {
  if (topic.size == last_topic_.size() &&
      (topic.data == last_topic_.data() ||
       std::char_traits<char>::compare(topic.data, last_topic_.data(), topic.size) == 0))
    return last_topic_;
  return last_topic_ = {topic.data, topic.size};
}

bool millrace_builder::check_headers(const millrace_record& record, std::string& problem) {
  if (record.headers == nullptr ||
      record.header_stride < static_cast<int32_t>(sizeof(millrace_header))) {
    problem = "a record with headers needs `headers` and a header_stride of at least " +
              std::to_string(sizeof(millrace_header));
    return false;
  }
  const char* next = reinterpret_cast<const char*>(record.headers);
  for (uint32_t i = 0; i < record.header_count; ++i, next += record.header_stride) {
    const auto& header = *reinterpret_cast<const millrace_header*>(next);
    batch_->keep(header.schema);
    if (header.key.data == nullptr) problem = "its key is NULL";
    if (header.key.data == nullptr ||
        !millrace::plugin::native::check_value(header.schema, header.value, *batch_, problem)) {
      problem = "header " + std::to_string(i) + ": " + problem;
      return false;
    }
  }
  return true;
}

bool millrace_builder::check(const millrace_record& record, std::string& problem) {
  using millrace::plugin::native::check_value;
  if (record.size < kFirstRecordSize) {
    problem = "millrace_record::size is " + std::to_string(record.size) + ", expected at least " +
              std::to_string(kFirstRecordSize);
    return false;
  }
  if (record.topic.data == nullptr) {
    problem = "a record has no topic";
    return false;
  }
  if (!check_value(record.value_schema, record.value, *batch_, problem)) {
    problem = "value: " + problem;
    return false;
  }
  if (!check_value(record.key_schema, record.key, *batch_, problem)) {
    problem = "key: " + problem;
    return false;
  }
  if (record.source_partition != nullptr && record.source_partition != last_source_partition_) {
    if (!check_value(nullptr, *record.source_partition, *batch_, problem)) {
      problem = "source_partition: " + problem;
      return false;
    }
    last_source_partition_ = record.source_partition;
  }
  if (record.source_offset != nullptr &&
      !check_value(nullptr, *record.source_offset, *batch_, problem)) {
    problem = "source_offset: " + problem;
    return false;
  }
  return record.header_count == 0 || check_headers(record, problem);
}

bool millrace_builder::append(const millrace_record& record, std::string& problem) {
  if (!check(record, problem)) return false;
  Columns& columns = *columns_;
  if (columns.full()) columns.reserve(std::max(capacity_hint_, columns.capacity() * 2));
  if (record.key_schema != last_key_schema_) batch_->keep(last_key_schema_ = record.key_schema);
  if (record.value_schema != last_value_schema_)
    batch_->keep(last_value_schema_ = record.value_schema);

  uint32_t index = columns.count;
  columns.keys[index] = record.key;
  columns.values[index] = record.value;
  columns.topics[index] = same_topic(record.topic);
  columns.key_schemas[index] = record.key_schema;
  columns.value_schemas[index] = record.value_schema;
  columns.source_partitions[index] = record.source_partition;
  columns.source_offsets[index] = record.source_offset;
  columns.timestamps[index] = record.timestamp;
  columns.partitions[index] = record.partition;
  if (record.header_count != 0) {
    columns.add_headers(record, index);
  } else {
    columns.add_no_headers();
  }
  ++columns.count;
  bool text = record.value.kind == MILLRACE_STRING || record.value.kind == MILLRACE_BYTES;
  if (text) bytes_ += record.value.length;
  return true;
}

void millrace_builder::merge(millrace_builder& from) {
  std::shared_ptr<Columns> source = std::move(from.columns_);
  std::shared_ptr<Batch> memory = std::move(from.batch_);
  size_t bytes = from.bytes_;
  from.reset();
  batch_->keep_alive(memory);  // with its schemas, its arena and what the plug-in lent
  Columns& into = *columns_;
  if (into.count + source->count > into.capacity())
    into.reserve(std::max(into.capacity() * 2, into.count + source->count));
  for (uint32_t i = 0; i < source->count; ++i) {
    uint32_t index = into.count;
    into.keys[index] = source->keys[i];
    into.values[index] = source->values[i];
    into.topics[index] = source->topics[i];
    into.key_schemas[index] = source->key_schemas[i];
    into.value_schemas[index] = source->value_schemas[i];
    into.source_partitions[index] = source->source_partitions[i];
    into.source_offsets[index] = source->source_offsets[i];
    into.timestamps[index] = source->timestamps[i];
    into.partitions[index] = source->partitions[i];
    into.merge_headers(*source, i, index);
    ++into.count;
  }
  for (TransactionMark mark : std::exchange(from.marks_, {})) {
    if (mark.record != TransactionMark::kAfterBatch) mark.record += into.count - source->count;
    marks_.push_back(mark);
  }
  bytes_ += bytes;
}

bool millrace_builder::mark_transaction(uint32_t record, bool abort) {
  const bool known = record == TransactionMark::kAfterBatch || record < count();
  if (!transactions_ || !known) return false;
  marks_.push_back({record, abort});
  return true;
}

std::vector<TransactionMark> millrace_builder::take_transaction_marks() {
  std::stable_sort(marks_.begin(), marks_.end(),
                   [](const auto& a, const auto& b) { return a.record < b.record; });
  return std::exchange(marks_, {});
}

std::shared_ptr<millrace::data::Batch> millrace_builder::finish() {
  Columns& columns = *columns_;
  if (columns.count == 0) {
    if (bytes_ != 0 || lent_) reset();
    return nullptr;
  }
  capacity_hint_ = std::clamp(columns.count, kFirstCapacity, kFullRecords);
  millrace::data::Records& records = batch_->original;
  records.count = columns.count;
  records.selected = millrace::data::select_all(batch_->arena(), columns.count);
  records.topics = columns.topics;
  records.partitions = columns.partitions;
  records.key_schemas = columns.key_schemas;
  records.value_schemas = columns.value_schemas;
  records.keys = columns.keys;
  records.values = columns.values;
  records.timestamps = columns.timestamps;
  records.source_partitions = columns.source_partitions;
  records.source_offsets = columns.source_offsets;
  if (!columns.header_begin.empty()) {
    records.header_begin = columns.header_begin.data();
    records.headers = columns.headers.data();
  }
  batch_->keep_alive(columns_);
  std::shared_ptr<Batch> batch = std::move(batch_);
  reset();
  return batch;
}
