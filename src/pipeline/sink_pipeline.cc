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
  convert(batch, view, converters_.key, data::Stage::kKeyConverter, batch.raw.keys,
          view.key_schemas, view.keys);
  convert(batch, view, converters_.value, data::Stage::kValueConverter, batch.raw.values,
          view.value_schemas, view.values);
  convert_headers(batch, view);
  batch.original = view;
  stages_.transform(transforms_, batch, view);
  Stages::Conclusion end = stages_.conclude(view.count, ConsumedRecords(batch.raw));
  return {view, std::move(end.failure), end.handled};
}

void SinkPipeline::convert(SinkBatch& batch, data::Records& view, const NamedConverter& converter,
                           data::Stage stage, const Bytes* bytes,
                           const data::Schema* const*& schemas, const data::Cell*& cells) {
  auto** made_schemas = batch.arena().allocate_array<const data::Schema*>(view.count);
  auto* made_cells = batch.arena().allocate_array<data::Cell>(view.count);
  stages_.to_connect(converter, stage,
                     {batch, view.selected, bytes, view.topics, nullptr, made_schemas, made_cells,
                      stages_.fresh_failures()},
                     view.selected);
  schemas = made_schemas;
  cells = made_cells;
}

void SinkPipeline::convert_headers(SinkBatch& batch, data::Records& view) {
  const RawRecords& raw = batch.raw;
  if (raw.header_begin == nullptr) return;
  const HeaderItems items = header_items(batch, view);
  stages_.to_connect(converters_.header, data::Stage::kHeaderConverter,
                     {batch, items.selected, raw.header_values, items.topics, raw.header_keys,
                      items.schemas, items.cells, stages_.fresh_failures()},
                     view.selected, [&raw](uint32_t item) {
                       const uint32_t* begin = raw.header_begin;
                       const uint32_t* next = std::upper_bound(begin, begin + raw.count + 1, item);
                       return static_cast<uint32_t>(next - begin - 1);
                     });

  auto* headers = batch.arena().allocate_array<data::Header>(raw.header_begin[raw.count]);
  for (uint32_t item : items.selected) {
    const std::string_view key = raw.header_keys[item];
    headers[item] = {{key.data(), key.size()}, items.schemas[item], items.cells[item]};
  }
  view.header_begin = raw.header_begin;
  view.headers = headers;
}

}  // namespace millrace::pipeline
