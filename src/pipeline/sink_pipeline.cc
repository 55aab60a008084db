#include "pipeline/sink_pipeline.h"

#include <algorithm>

namespace millrace::pipeline {
namespace {

// The view of records of which nothing is converted yet.
data::Records unconverted(SinkBatch& batch) {
  const RawRecords& raw = batch.raw;
  data::Records view;
  view.count = raw.count;
  view.selected = data::select_all(batch.arena(), raw.count);
  view.topics = view.original_topics = raw.topics;
  view.partitions = view.original_partitions = raw.partitions;
  view.original_offsets = raw.offsets;
  view.timestamps = raw.timestamps;
  view.timestamp_types = raw.timestamp_types;
  return view;
}

// The headers of all records as one list of items, as converters want them.
struct HeaderItems {
  std::span<const uint32_t> selected;
  const std::string_view* topics;
  const data::Schema** schemas;
  data::Cell* cells;
};

HeaderItems header_items(SinkBatch& batch, const data::Records& view) {
  const RawRecords& raw = batch.raw;
  const uint32_t count = raw.header_begin[raw.count];
  Arena& arena = batch.arena();
  auto* topics = arena.allocate_array<std::string_view>(count);
  auto* selected = arena.allocate_array<uint32_t>(count);
  uint32_t selected_count = 0;
  for (uint32_t record : view.selected) {
    auto [begin, end] = raw.headers_of(record);
    for (uint32_t item = begin; item < end; ++item) {
      topics[item] = raw.topics[record];
      selected[selected_count++] = item;
    }
  }
  return {{selected, selected_count},
          topics,
          arena.allocate_array<const data::Schema*>(count),
          arena.allocate_array<data::Cell>(count)};
}

}  // namespace

SinkPipeline::SinkPipeline(Converters converters, Transforms transforms,
                           std::shared_ptr<ErrorPolicy> errors)
    : converters_(std::move(converters)),
      transforms_(std::move(transforms)),
      stages_(std::move(errors)) {}

SinkPipeline::Output SinkPipeline::run(SinkBatch& batch) {
  data::Records view = unconverted(batch);
  convert_keys(batch, view);
  convert_values(batch, view);
  convert_headers(batch, view);
  batch.original = view;
  stages_.transform(transforms_, batch, view);
  auto [failure, handled] = stages_.conclude(view.count, ConsumedRecords(batch.raw));
  return {view, std::move(failure), handled};
}

void SinkPipeline::convert_keys(SinkBatch& batch, data::Records& view) {
  auto** schemas = batch.arena().allocate_array<const data::Schema*>(view.count);
  auto* cells = batch.arena().allocate_array<data::Cell>(view.count);
  stages_.to_connect(converters_.key, data::Stage::kKeyConverter,
                     {batch, view.selected, batch.raw.keys, view.topics, nullptr, schemas, cells,
                      stages_.fresh_conversion_failures()},
                     view.selected);
  view.key_schemas = schemas;
  view.keys = cells;
}

void SinkPipeline::convert_values(SinkBatch& batch, data::Records& view) {
  auto** schemas = batch.arena().allocate_array<const data::Schema*>(view.count);
  auto* cells = batch.arena().allocate_array<data::Cell>(view.count);
  stages_.to_connect(converters_.value, data::Stage::kValueConverter,
                     {batch, view.selected, batch.raw.values, view.topics, nullptr, schemas, cells,
                      stages_.fresh_conversion_failures()},
                     view.selected);
  view.value_schemas = schemas;
  view.values = cells;
}

void SinkPipeline::convert_headers(SinkBatch& batch, data::Records& view) {
  const RawRecords& raw = batch.raw;
  if (raw.header_begin == nullptr) return;
  const HeaderItems items = header_items(batch, view);
  auto& item_failures = stages_.fresh_conversion_failures();
  converters_.header.converter->to_connect({batch, items.selected, raw.header_values, items.topics,
                                            raw.header_keys, items.schemas, items.cells,
                                            item_failures});
  const size_t before = stages_.failure_count();
  for (convert::ConversionFailure& failure : item_failures) {
    const uint32_t* begin = raw.header_begin;
    const auto record = static_cast<uint32_t>(
        std::upper_bound(begin, begin + raw.count + 1, failure.index) - begin - 1);
    stages_.note(record, data::Stage::kHeaderConverter, std::move(failure.error),
                 converters_.header.class_name);
  }
  stages_.narrow(view.selected, before, batch.arena());

  auto* headers = batch.arena().allocate_array<data::Header>(raw.header_begin[raw.count]);
  for (uint32_t item : items.selected) {
    const std::string_view key = raw.header_keys[item];
    headers[item] = {{key.data(), key.size()}, items.schemas[item], items.cells[item]};
  }
  view.header_begin = raw.header_begin;
  view.headers = headers;
}

}  // namespace millrace::pipeline
