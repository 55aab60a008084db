#include "pipeline/record_bytes.h"

#include <optional>

#include "convert/json_text.h"

namespace millrace::pipeline {
namespace {

constexpr uint32_t kFirst[] = {0};

template <typename T>
const T* at(const T* column, uint32_t record) {
  return column == nullptr ? nullptr : column + record;
}

// `count` items through one converter. The first failure, if any, is the record's.
Result<const Bytes*> convert_all(data::Batch& batch, convert::Converter& converter, uint32_t count,
                                 const data::Schema* const* schemas, const data::Cell* cells,
                                 const std::string_view* topics,
                                 const std::string_view* header_keys) {
  auto* bytes = batch.arena().allocate_array<Bytes>(count);
  std::vector<convert::ConversionFailure> failures;
  converter.from_connect({batch, data::select_all(batch.arena(), count), schemas, cells, topics,
                          header_keys, bytes, failures});
  if (!failures.empty()) return fail(std::move(failures.front().error));
  return bytes;
}

Result<const Bytes*> convert_one(data::Batch& batch, convert::Converter& converter,
                                 const data::Schema* const* schemas, const data::Cell* cells,
                                 const std::string_view* topic) {
  static constexpr const data::Schema* kNoSchema = nullptr;
  static const data::Cell kNoValue = data::null_cell();
  return convert_all(batch, converter, 1, schemas == nullptr ? &kNoSchema : schemas,
                     cells == nullptr ? &kNoValue : cells, topic, nullptr);
}

Result<void> convert_headers(data::Batch& batch, convert::Converter& converter,
                             std::span<const data::Header> headers, std::string_view topic,
                             RawRecords& raw) {
  const auto count = static_cast<uint32_t>(headers.size());
  if (count == 0) return {};
  Arena& arena = batch.arena();
  auto* keys = arena.allocate_array<std::string_view>(count);
  auto* topics = arena.allocate_array<std::string_view>(count);
  auto** schemas = arena.allocate_array<const data::Schema*>(count);
  auto* cells = arena.allocate_array<data::Cell>(count);
  for (uint32_t i = 0; i < count; ++i) {
    keys[i] = {headers[i].key.data, headers[i].key.size};
    topics[i] = topic;
    schemas[i] = headers[i].schema;
    cells[i] = headers[i].value;
  }
  auto values = convert_all(batch, converter, count, schemas, cells, topics, keys);
  if (!values) return fail(std::move(values).error());
  auto* begin = arena.allocate_array<uint32_t>(2);
  begin[0] = 0;
  begin[1] = count;
  raw.header_begin = begin;
  raw.header_keys = keys;
  raw.header_values = *values;
  return {};
}

// A source's partition or offset as JSON. What has no JSON form has none here.
const Bytes* json_of(Arena& arena, const data::Cell* const* column, uint32_t record) {
  if (column == nullptr || column[record] == nullptr) return nullptr;
  std::string text;
  if (!convert::append_json(text, nullptr, *column[record])) return nullptr;
  auto* data = arena.allocate_array<uint8_t>(text.size());
  std::copy(text.begin(), text.end(), data);
  auto* bytes = arena.allocate_array<Bytes>(1);
  *bytes = {data, text.size()};
  return bytes;
}

}  // namespace

RecordBytes::RecordBytes(Converters converters) : converters_(std::move(converters)) {}

Result<std::unique_ptr<RecordBytes::Written>> RecordBytes::write(const data::Records& records,
                                                                 uint32_t record) {
  auto written = std::make_unique<Written>();
  data::Batch& batch = written->batch;
  RawRecords& raw = written->raw;
  static const std::string_view kNoTopic;
  const std::string_view* topic = records.topics == nullptr ? &kNoTopic : records.topics + record;
  auto key = convert_one(batch, *converters_.key.converter, at(records.key_schemas, record),
                         at(records.keys, record), topic);
  if (!key) return fail(std::move(key).error());
  auto value = convert_one(batch, *converters_.value.converter, at(records.value_schemas, record),
                           at(records.values, record), topic);
  if (!value) return fail(std::move(value).error());
  if (auto done = convert_headers(batch, *converters_.header.converter, records.headers_of(record),
                                  *topic, raw);
      !done)
    return fail(std::move(done).error());
  raw.count = 1;
  raw.topics = topic;
  raw.partitions = at(records.partitions, record);
  raw.offsets = at(records.original_offsets, record);
  raw.timestamps = at(records.timestamps, record);
  raw.timestamp_types = at(records.timestamp_types, record);
  raw.keys = *key;
  raw.values = *value;
  raw.source_partitions = json_of(batch.arena(), records.source_partitions, record);
  raw.source_offsets = json_of(batch.arena(), records.source_offsets, record);
  return written;
}

Converters lossless_converters() {
  auto json = [](convert::Role role) {
    NamedConverter named;
    named.class_name = "org.apache.kafka.connect.json.JsonConverter";
    // A class of this build with its defaults, which are schemas.enable=true.
    named.converter = *convert::make_converter(named.class_name, role, {});
    return named;
  };
  Converters converters;
  converters.key = json(convert::Role::kKey);
  converters.value = json(convert::Role::kValue);
  converters.header = json(convert::Role::kHeader);
  return converters;
}

}  // namespace millrace::pipeline
