#include "pipeline/source_pipeline.h"

#include <algorithm>

#include "pipeline/source_records.h"

namespace millrace::pipeline {
namespace {

constexpr const char* kInvalidRecord = "org.apache.kafka.common.InvalidRecordException";

// The headers of all selected records, as the columns that converters want.
struct HeaderColumns {
  uint32_t* begin;  // count + 1; an item of a record that is not selected has no place here
  std::span<const uint32_t> items;
  uint32_t* records;  // of each item
  std::string_view *keys, *topics;
  const data::Schema** schemas;
  data::Cell* cells;
  Bytes* bytes;
};

HeaderColumns header_columns(Arena& arena, const data::Records& view) {
  uint32_t count = 0;
  for (uint32_t record : view.selected) {
    count += view.header_begin[record + 1] - view.header_begin[record];
  }
  HeaderColumns columns{arena.allocate_array<uint32_t>(view.count + 1),
                        data::select_all(arena, count),
                        arena.allocate_array<uint32_t>(count),
                        arena.allocate_array<std::string_view>(count),
                        arena.allocate_array<std::string_view>(count),
                        arena.allocate_array<const data::Schema*>(count),
                        arena.allocate_array<data::Cell>(count),
                        arena.allocate_array<Bytes>(count)};
  uint32_t item = 0, next_record = 0;
  for (uint32_t record : view.selected) {
    while (next_record <= record) columns.begin[next_record++] = item;
    for (const data::Header& header : view.headers_of(record)) {
      columns.records[item] = record;
      columns.keys[item] = {header.key.data, header.key.size};
      columns.topics[item] = view.topics[record];
      columns.schemas[item] = header.schema;
      columns.cells[item] = header.value;
      ++item;
    }
  }
  while (next_record <= view.count) columns.begin[next_record++] = item;
  return columns;
}

// The first record whose time stamp Kafka cannot have: such a record fails the task whatever is
// tolerated.
std::optional<uint32_t> invalid_timestamp(const data::Records& view) {
  if (view.timestamps == nullptr) return std::nullopt;
  for (uint32_t record : view.selected) {
    if (view.timestamps[record] < data::kNone) return record;
  }
  return std::nullopt;
}

}  // namespace

SourcePipeline::SourcePipeline(Converters converters, Transforms transforms,
                               std::shared_ptr<ErrorPolicy> errors)
    : converters_(std::move(converters)),
      transforms_(std::move(transforms)),
      errors_(errors),
      stages_(std::move(errors)) {}

SourcePipeline::Output SourcePipeline::run(data::Batch& batch) {
  data::Records view = batch.original;
  RawRecords out;
  stages_.transform(transforms_, batch, view);
  convert_headers(batch, view, out);
  out.keys = convert(batch, view, converters_.key, data::Stage::kKeyConverter, view.key_schemas,
                     view.keys);
  out.values = convert(batch, view, converters_.value, data::Stage::kValueConverter,
                       view.value_schemas, view.values);
  const std::optional<uint32_t> invalid = invalid_timestamp(view);
  if (invalid) {
    stages_.cut(*invalid);
    auto end = std::lower_bound(view.selected.begin(), view.selected.end(), *invalid);
    view.selected = view.selected.first(static_cast<size_t>(end - view.selected.begin()));
  }

  auto [failure, handled, skipped] = stages_.conclude(view.count, SourceRecords(batch.original));
  if (invalid && !failure) {
    failure = Error(ErrorKind::fatal,
                    "Invalid record timestamp " + std::to_string(view.timestamps[*invalid]),
                    kInvalidRecord);
    handled = *invalid;
  }
  out.count = view.count;
  out.topics = view.topics;
  out.partitions = view.partitions;
  out.timestamps = view.timestamps;
  return {out, view.selected, dead_letters(batch.arena(), skipped), std::move(failure), handled};
}

std::span<const uint32_t> SourcePipeline::dead_letters(Arena& arena,
                                                       std::span<const uint32_t> skipped) const {
  if (skipped.empty() || !errors_->has_dead_letters()) return {};
  auto* records = arena.allocate_array<uint32_t>(skipped.size());
  return {records, std::copy(skipped.begin(), skipped.end(), records)};
}

void SourcePipeline::convert_headers(data::Batch& batch, data::Records& view, RawRecords& out) {
  if (view.header_begin == nullptr) return;
  const HeaderColumns columns = header_columns(batch.arena(), view);
  stages_.from_connect(converters_.header, data::Stage::kHeaderConverter,
                       {batch, columns.items, columns.schemas, columns.cells, columns.topics,
                        columns.keys, columns.bytes, stages_.fresh_failures()},
                       view.selected, [&columns](uint32_t item) { return columns.records[item]; });
  out.header_begin = columns.begin;
  out.header_keys = columns.keys;
  out.header_values = columns.bytes;
}

const Bytes* SourcePipeline::convert(data::Batch& batch, data::Records& view,
                                     NamedConverter& converter, data::Stage stage,
                                     const data::Schema* const* schemas, const data::Cell* cells) {
  auto* bytes = batch.arena().allocate_array<Bytes>(view.count);
  stages_.from_connect(
      converter, stage,
      {batch, view.selected, schemas, cells, view.topics, nullptr, bytes, stages_.fresh_failures()},
      view.selected);
  return bytes;
}

}  // namespace millrace::pipeline
