#include "runtime/record_preview.h"

#include "base/redaction.h"
#include "base/text_list.h"
#include "pipeline/sink_pipeline.h"
#include "pipeline/source_pipeline.h"
#include "runtime/preview_text.h"
#include "runtime/record_witness.h"

namespace millrace::runtime {
namespace {

using convert::Bytes;

// Every failure is of interest, none is reported anywhere.
std::shared_ptr<pipeline::ErrorPolicy> lenient_policy() {
  pipeline::ErrorPolicyConfig config;
  config.tolerate_all = true;
  config.silent = true;
  return std::make_shared<pipeline::ErrorPolicy>(config, "preview", "[preview] ");
}

// `transforms`, which was validated before.
std::vector<std::string> transform_names(const config::Properties& config) {
  auto found = config.find("transforms");
  if (found == config.end()) return {};
  return split_list(found->second, EmptyItems::kLeftOut);
}

Bytes bytes_of(const std::optional<std::string>& text) {
  if (!text) return {};
  return {reinterpret_cast<const uint8_t*>(text->data()), text->size()};
}

template <typename T>
T* one(data::Batch& batch, T value) {
  T* column = batch.arena().allocate_array<T>(1);
  *column = value;
  return column;
}

// Borrows the record's bytes.
void fill(pipeline::SinkBatch& batch, const kafka::StoredRecord& record) {
  pipeline::RawRecords& raw = batch.raw;
  raw.count = 1;
  raw.topics = one<std::string_view>(batch, record.partition.topic);
  raw.partitions = one(batch, record.partition.partition);
  raw.offsets = one(batch, record.offset);
  raw.timestamps = one(batch, record.timestamp);
  raw.timestamp_types = one(batch, record.timestamp_type);
  raw.keys = one(batch, bytes_of(record.key));
  raw.values = one(batch, bytes_of(record.value));
  if (record.headers.empty()) return;
  const auto count = static_cast<uint32_t>(record.headers.size());
  auto* begin = batch.arena().allocate_array<uint32_t>(2);
  auto* names = batch.arena().allocate_array<std::string_view>(count);
  auto* values = batch.arena().allocate_array<Bytes>(count);
  for (uint32_t i = 0; i < count; ++i) {
    names[i] = record.headers[i].first;
    values[i] = bytes_of(record.headers[i].second);
  }
  begin[0] = 0, begin[1] = count;
  raw.header_begin = begin;
  raw.header_keys = names;
  raw.header_values = values;
}

Result<void> fill(data::Batch& batch, const ConnectRecord& record) {
  data::Records& view = batch.original;
  view.count = 1;
  view.selected = data::select_all(batch.arena(), 1);
  view.topics = one<std::string_view>(batch, record.topic);
  view.partitions = one(batch, record.partition.value_or(data::kNone));
  view.timestamps = one(batch, record.timestamp.value_or(data::kNone));
  auto key = read_connect_data(record.key, batch);
  if (!key) return fail(std::move(key).error().within("key"));
  view.key_schemas = one(batch, key->schema);
  view.keys = one(batch, key->cell);
  auto value = read_connect_data(record.value, batch);
  if (!value) return fail(std::move(value).error().within("value"));
  view.value_schemas = one(batch, value->schema);
  view.values = one(batch, value->cell);
  if (record.headers.empty()) return {};
  const auto count = static_cast<uint32_t>(record.headers.size());
  auto* begin = batch.arena().allocate_array<uint32_t>(2);
  auto* headers = batch.arena().allocate_array<data::Header>(count);
  for (uint32_t i = 0; i < count; ++i) {
    const auto& [name, json] = record.headers[i];
    auto read = read_connect_data(json, batch);
    if (!read) return fail(std::move(read).error().within("header '" + name + "'"));
    headers[i] = {{name.data(), name.size()}, read->schema, read->cell};
  }
  begin[0] = 0, begin[1] = count;
  view.header_begin = begin;
  view.headers = headers;
  return {};
}

// What stands of a record that did not come through. Nothing: it did.
std::optional<RecordPreview> ended(const RecordWitness& witness, bool selected,
                                   const std::optional<Error>& refused, const std::string& owner) {
  RecordPreview preview;
  preview.transform = witness.transform;
  if (!witness.failure && !refused) {
    if (selected) return std::nullopt;
    preview.outcome = RecordPreview::Outcome::kDropped;
    return preview;
  }
  preview.outcome = RecordPreview::Outcome::kFailed;
  const Error& error = witness.failure ? witness.failure->error : *refused;
  preview.stage =
      data::stage_name(witness.failure ? witness.failure->stage : data::Stage::kProduce);
  if (witness.failure) preview.stage_class = witness.failure->stage_class;
  preview.exception = error.exception_class();
  preview.message = redaction::clean(owner, error.message());
  preview.trace = redaction::clean(owner, error.trace());
  return preview;
}

template <typename Number>
std::optional<Number> unless_none(Number number) {
  if (number == data::kNone) return std::nullopt;
  return number;
}

// A road whose parts are watched by a witness.
template <typename Pipeline>
struct WatchedRoad {
  explicit WatchedRoad(std::string secrets_owner) : owner(std::move(secrets_owner)) {}
  Result<void> lay(const config::WorkerConfig& worker, const config::Properties& config) {
    auto parts = make_pipeline_parts(worker, config, transform::Chaining::kOneByOne);
    if (!parts) return fail(std::move(parts).error());
    witness.watch(*parts, transform_names(config));
    pipeline = std::make_unique<Pipeline>(std::move(parts->converters),
                                          std::move(parts->transforms), lenient_policy());
    return {};
  }
  const std::string owner;
  RecordWitness witness;
  std::unique_ptr<Pipeline> pipeline;
};

class SinkPreviewer final : public SinkRecordPreviewer {
 public:
  explicit SinkPreviewer(std::string secrets_owner) : road(std::move(secrets_owner)) {}
  RecordPreview preview(const kafka::StoredRecord& record) override;
  WatchedRoad<pipeline::SinkPipeline> road;
};

class SourcePreviewer final : public SourceRecordPreviewer {
 public:
  explicit SourcePreviewer(std::string secrets_owner) : road(std::move(secrets_owner)) {}
  Result<RecordPreview> preview(const ConnectRecord& record) override;
  WatchedRoad<pipeline::SourcePipeline> road;
};

RecordPreview SinkPreviewer::preview(const kafka::StoredRecord& record) {
  pipeline::SinkBatch batch;
  fill(batch, record);
  road.witness.begin();
  const auto output = road.pipeline->run(batch);
  const data::Records& records = output.records;
  if (auto end = ended(road.witness, !records.selected.empty(), output.failure, road.owner))
    return *std::move(end);
  RecordPreview preview;
  preview.topic = redaction::clean(road.owner, records.topics[0]);
  preview.partition = unless_none(records.partitions[0]);
  preview.timestamp = unless_none(records.timestamps[0]);
  preview.key = connect_data_text(records.key_schemas[0], records.keys[0], road.owner);
  preview.value = connect_data_text(records.value_schemas[0], records.values[0], road.owner);
  for (const data::Header& header : records.headers_of(0))
    preview.headers.emplace_back(
        redaction::clean(road.owner, std::string_view(header.key.data, header.key.size)),
        connect_data_text(header.schema, header.value, road.owner));
  return preview;
}

Result<RecordPreview> SourcePreviewer::preview(const ConnectRecord& record) {
  data::Batch batch;
  if (auto filled = fill(batch, record); !filled) return fail(std::move(filled).error());
  road.witness.begin();
  const auto output = road.pipeline->run(batch);
  if (auto end = ended(road.witness, !output.selected.empty(), output.failure, road.owner))
    return *std::move(end);
  const pipeline::RawRecords& raw = output.records;
  RecordPreview preview;
  preview.topic = redaction::clean(road.owner, raw.topics[0]);
  preview.partition = unless_none(raw.partitions[0]);
  preview.timestamp = unless_none(raw.timestamps[0]);
  preview.key = bytes_text(raw.keys[0].text(), road.owner);
  preview.value = bytes_text(raw.values[0].text(), road.owner);
  const auto [begin, end] = raw.headers_of(0);
  for (uint32_t i = begin; i < end; ++i)
    preview.headers.emplace_back(redaction::clean(road.owner, raw.header_keys[i]),
                                 bytes_text(raw.header_values[i].text(), road.owner));
  return preview;
}

template <typename Previewer, typename Made>
Result<std::unique_ptr<Made>> make_previewer(const config::WorkerConfig& worker,
                                             const config::Properties& config,
                                             std::string secrets_owner) {
  auto previewer = std::make_unique<Previewer>(std::move(secrets_owner));
  if (auto laid = previewer->road.lay(worker, config); !laid) return fail(std::move(laid).error());
  return previewer;
}

}  // namespace

Result<std::unique_ptr<SinkRecordPreviewer>> SinkRecordPreviewer::make(
    const config::WorkerConfig& worker, const config::Properties& config,
    std::string secrets_owner) {
  return make_previewer<SinkPreviewer, SinkRecordPreviewer>(worker, config,
                                                            std::move(secrets_owner));
}

Result<std::unique_ptr<SourceRecordPreviewer>> SourceRecordPreviewer::make(
    const config::WorkerConfig& worker, const config::Properties& config,
    std::string secrets_owner) {
  return make_previewer<SourcePreviewer, SourceRecordPreviewer>(worker, config,
                                                                std::move(secrets_owner));
}

}  // namespace millrace::runtime
