#include "herder/record_preview.h"

#include "base/redaction.h"
#include "convert/base64.h"
#include "herder/validation.h"
#include "pipeline/error_policy.h"
#include "runtime/worker.h"

namespace millrace::herder {
namespace {

constexpr char kBadRequest[] = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException";
constexpr size_t kMostAnswerBytes = 16 << 20;
constexpr std::chrono::seconds kLongestRead{30};

Failure refused(std::string message) {
  return fail(ErrorKind::bad_config, std::move(message), kBadRequest);
}

// Of a JSON text that holds the value.
std::string json_escaped(const std::string& value) {
  std::string text;
  for (char c : value) {
    switch (c) {
      case '"': text += "\\\""; break;
      case '\\': text += "\\\\"; break;
      case '\n': text += "\\n"; break;
      case '\r': text += "\\r"; break;
      case '\t': text += "\\t"; break;
      default: text += c;
    }
  }
  return text;
}

// The configuration, judged and resolved, and to whom the secrets in it belong.
struct Prepared {
  Properties config;
  std::string secrets_owner;
  plugin::ConnectorType type;
};

Result<Prepared> prepare(const ValidationParts& validation, const NullableProperties& raw,
                         Herder::Deadline deadline) {
  auto infos = validate_connector(validation, raw, deadline);
  if (!infos) return fail(std::move(infos).error());
  if (auto refusal_text = refusal(*infos)) return refused(*std::move(refusal_text));
  Properties given = config::given_of(raw);
  auto resolution = validation.resolver->resolution(given);
  if (!resolution) return fail(std::move(resolution).error());
  auto found = validation.plugins->find(config::trim(resolution->values.at("connector.class")));
  if (!found) return refused(found.error().message());
  Prepared prepared{std::move(resolution->values), "preview " + given["name"], (*found)->type()};
  for (size_t i = 0, count = resolution->secrets.size(); i < count; ++i)
    resolution->secrets.push_back(json_escaped(resolution->secrets[i]));
  redaction::note(prepared.secrets_owner, resolution->secrets);
  redaction::retire(prepared.secrets_owner);
  return prepared;
}

std::string place(size_t record, std::string_view what) {
  return "records[" + std::to_string(record) + "]." + std::string(what) + ": ";
}

Result<std::optional<std::string>> bytes_of(const GivenData& given, const std::string& where) {
  switch (given.form) {
    case GivenData::Form::kNull: return std::nullopt;
    case GivenData::Form::kText: return given.text;
    case GivenData::Form::kConnect:
      return refused(where +
                     R"(a sink's records are bytes, not {"schema":...,"payload":...}: give )"
                     R"({"text":...}, {"base64":...} or {"json":...})");
    case GivenData::Form::kBase64: break;
  }
  Arena arena;
  std::string_view bytes;
  if (!convert::read_base64(given.text, arena, bytes)) return refused(where + "this is no base64");
  return std::string(bytes);
}

Result<std::optional<std::string>> connect_data_of(const GivenData& given,
                                                   const std::string& where) {
  if (given.form == GivenData::Form::kNull) return std::nullopt;
  if (given.form == GivenData::Form::kConnect) return given.text;
  return refused(where +
                 R"(a source's records are Connect data: give {"schema":...,"payload":...})");
}

// The data of a record by `read`, which is one of the two above, into a record that has the members
// key, value and headers.
template <typename Record, typename Read>
Result<void> read_data(const GivenRecord& given, size_t index, Read read, Record& record) {
  auto key = read(given.key, place(index, "key"));
  if (!key) return fail(std::move(key).error());
  record.key = *std::move(key);
  auto value = read(given.value, place(index, "value"));
  if (!value) return fail(std::move(value).error());
  record.value = *std::move(value);
  for (const auto& [name, data] : given.headers) {
    auto header = read(data, place(index, "headers"));
    if (!header) return fail(std::move(header).error());
    record.headers.emplace_back(name, *std::move(header));
  }
  return {};
}

std::string first_topic(const Properties& config) {
  auto topics = config.find("topics");
  if (topics == config.end()) return "topic";
  return std::string(config::trim(topics->second.substr(0, topics->second.find(','))));
}

Result<std::vector<kafka::StoredRecord>> stored_records(const std::vector<GivenRecord>& given,
                                                        const Properties& config) {
  std::vector<kafka::StoredRecord> records;
  for (size_t i = 0; i < given.size(); ++i) {
    kafka::StoredRecord& record = records.emplace_back();
    record.partition = {given[i].topic ? *given[i].topic : first_topic(config),
                        given[i].partition.value_or(0)};
    record.offset = given[i].offset.value_or(static_cast<int64_t>(i));
    record.timestamp = given[i].timestamp.value_or(-1);
    record.timestamp_type = given[i].timestamp ? 0 : -1;  // CreateTime, none
    if (auto read = read_data(given[i], i, bytes_of, record); !read)
      return fail(std::move(read).error());
  }
  return records;
}

Result<std::vector<kafka::StoredRecord>> read_range(const runtime::WorkerParts& worker,
                                                    const Prepared& prepared,
                                                    const kafka::PartitionRange& range,
                                                    Herder::Deadline deadline) {
  const std::string& name = prepared.config.at("name");
  auto properties = config::consumer_properties(worker.config, prepared.config, {name, 0},
                                                worker.client_overrides);
  if (!properties) return fail(std::move(properties).error());
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return worker.clients->read_partition(*properties, range,
                                        std::min<std::chrono::milliseconds>(left, kLongestRead),
                                        "[" + name + "|preview] ");
}

// Adds previews until there are too many bytes of them.
class Collected {
 public:
  explicit Collected(RecordPreviews& previews) : previews_(previews) {}
  bool full() { return previews_.complete = bytes_ < kMostAnswerBytes, !previews_.complete; }
  void add(PreviewedRecord record) {
    const runtime::RecordPreview& preview = record.preview;
    bytes_ += preview.key.size() + preview.value.size() + preview.trace.size() + 200;
    for (const auto& [name, value] : preview.headers) bytes_ += name.size() + value.size();
    previews_.records.push_back(std::move(record));
  }

 private:
  RecordPreviews& previews_;
  size_t bytes_ = 0;
};

Result<void> preview_sink(const runtime::WorkerParts& worker, const Prepared& prepared,
                          const RecordPreviewRequest& request, Herder::Deadline deadline,
                          RecordPreviews& previews) {
  auto previewer =
      runtime::SinkRecordPreviewer::make(worker.config, prepared.config, prepared.secrets_owner);
  if (!previewer) return refused(previewer.error().describe());
  auto records = request.range ? read_range(worker, prepared, *request.range, deadline)
                               : stored_records(request.records, prepared.config);
  if (!records) return fail(std::move(records).error());
  Collected collected(previews);
  for (const kafka::StoredRecord& record : *records) {
    if (collected.full()) break;
    collected.add({record.partition.topic, record.partition.partition, record.offset,
                   (*previewer)->preview(record)});
  }
  return {};
}

Result<void> preview_source(const runtime::WorkerParts& worker, const Prepared& prepared,
                            const std::vector<GivenRecord>& given, RecordPreviews& previews) {
  auto previewer =
      runtime::SourceRecordPreviewer::make(worker.config, prepared.config, prepared.secrets_owner);
  if (!previewer) return refused(previewer.error().describe());
  Collected collected(previews);
  for (size_t i = 0; i < given.size() && !collected.full(); ++i) {
    if (!given[i].topic) return refused(place(i, "topic") + "a source's record needs a topic");
    runtime::ConnectRecord record;
    record.topic = *given[i].topic;
    record.partition = given[i].partition;
    record.timestamp = given[i].timestamp;
    if (auto read = read_data(given[i], i, connect_data_of, record); !read) return read;
    auto preview = (*previewer)->preview(record);
    if (!preview)
      return refused("records[" + std::to_string(i) + "]: " + preview.error().describe());
    collected.add({record.topic, record.partition, std::nullopt, *std::move(preview)});
  }
  return {};
}

}  // namespace

Result<RecordPreviews> preview_records(const ValidationParts& validation,
                                       const runtime::WorkerParts& worker,
                                       RecordPreviewRequest request, Herder::Deadline deadline) {
  request.config.try_emplace("name", "preview");
  auto prepared = prepare(validation, request.config, deadline);
  if (!prepared) return fail(std::move(prepared).error());
  RecordPreviews previews;
  previews.name = prepared->config.at("name");
  const bool source = prepared->type == plugin::ConnectorType::kSource;
  previews.type = source ? "source" : "sink";
  previews.tolerates_all = pipeline::ErrorPolicyConfig::from(prepared->config).tolerate_all;
  if (source && request.range)
    return refused("A source does not read topics: give \"records\" in place of \"range\"");
  Result<void> done = source ? preview_source(worker, *prepared, request.records, previews)
                             : preview_sink(worker, *prepared, request, deadline, previews);
  if (!done) return fail(std::move(done).error());
  return previews;
}

}  // namespace millrace::herder
