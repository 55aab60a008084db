#include "runtime/sink_batch.h"

namespace millrace::runtime {
namespace {

void copy_headers(kafka::Fetch& fetch, Arena& arena, pipeline::RawRecords& raw) {
  const size_t count = fetch.headers.size();
  auto* begin = arena.allocate_array<uint32_t>(fetch.header_begin.size());
  auto* keys = arena.allocate_array<std::string_view>(count);
  auto* values = arena.allocate_array<convert::Bytes>(count);
  std::copy(fetch.header_begin.begin(), fetch.header_begin.end(), begin);
  for (size_t i = 0; i < count; ++i) {
    keys[i] = fetch.headers[i].key;
    values[i] = {fetch.headers[i].value, fetch.headers[i].size};
  }
  raw.header_begin = begin;
  raw.header_keys = keys;
  raw.header_values = values;
}

}  // namespace

std::shared_ptr<pipeline::SinkBatch> make_sink_batch(kafka::Fetch& fetch,
                                                     std::vector<PartitionRun>& runs) {
  auto batch = std::make_shared<pipeline::SinkBatch>();
  batch->keep_alive(std::move(fetch.owner));
  fetch.owner = nullptr;

  Arena& arena = batch->arena();
  const auto count = static_cast<uint32_t>(fetch.records.size());
  auto* topics = arena.allocate_array<std::string_view>(count);
  auto* keys = arena.allocate_array<convert::Bytes>(count);
  auto* values = arena.allocate_array<convert::Bytes>(count);
  auto* offsets = arena.allocate_array<int64_t>(count);
  auto* timestamps = arena.allocate_array<int64_t>(count);
  auto* partitions = arena.allocate_array<int32_t>(count);
  auto* timestamp_types = arena.allocate_array<int8_t>(count);

  runs.clear();
  for (uint32_t i = 0; i < count; ++i) {
    const kafka::Fetch::Record& record = fetch.records[i];
    topics[i] = record.topic;
    keys[i] = {record.key, record.key_size};
    values[i] = {record.value, record.value_size};
    offsets[i] = record.offset;
    timestamps[i] = record.timestamp;
    partitions[i] = record.partition;
    timestamp_types[i] = record.timestamp_type;
    // A topic is one pointer in all records of a fetch, so its text need not be compared.
    if (runs.empty() || runs.back().partition != record.partition ||
        runs.back().topic.data() != record.topic.data()) {
      runs.push_back({record.topic, record.partition, i, i});
    }
    runs.back().end = i + 1;
  }
  batch->raw = {count, topics, partitions, offsets, timestamps, timestamp_types, keys, values};
  if (!fetch.header_begin.empty()) copy_headers(fetch, arena, batch->raw);
  return batch;
}

}  // namespace millrace::runtime
