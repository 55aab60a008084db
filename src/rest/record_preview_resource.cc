// POST /connectors/validate-records: the dry run of a connector's configuration over records.
// Millrace's own.

#include <charconv>

#include "rest/record_preview_resource.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

using herder::GivenData;
using herder::GivenRecord;
using herder::RecordPreviewRequest;
template <typename T>
using Read = tl::expected<T, RestError>;

RestFailure wrong(const std::string& where, std::string_view what) {
  return refuse(400, where + ": " + std::string(what));
}

RestFailure unknown(const std::string& where, const std::string& field, std::string_view known) {
  return wrong(where, "unknown field \"" + field + "\" (known: " + std::string(known) + ")");
}

template <typename Number>
Read<std::optional<Number>> read_number(const JsonValue& json, const std::string& where) {
  if (json.is_null()) return std::nullopt;
  Number number{};
  const char* end = json.text.data() + json.text.size();
  auto [stopped, error] = std::from_chars(json.text.data(), end, number);
  if (json.kind != JsonValue::Kind::kNumber || error != std::errc() || stopped != end)
    return wrong(where, "must be an integer, not " + json.to_json().substr(0, 80));
  return number;
}

Read<std::string> read_text(const JsonValue& json, const std::string& where) {
  if (json.kind == JsonValue::Kind::kString) return json.text;
  return wrong(where, "must be a string, not " + json.to_json().substr(0, 80));
}

constexpr std::string_view kForms =
    R"(must be null, a string, {"text":...}, {"base64":...}, {"json":...} or, for a source, )"
    R"({"schema":...,"payload":...})";

Read<GivenData> read_data(const JsonValue& json, const std::string& where) {
  if (json.is_null()) return GivenData{};
  if (json.kind == JsonValue::Kind::kString) return GivenData{GivenData::Form::kText, json.text};
  if (!json.is_object()) return wrong(where, kForms);
  if (const JsonValue* payload = json.find("payload")) {
    const JsonValue* schema = json.find("schema");
    if (json.members.size() != (schema == nullptr ? 1 : 2)) return wrong(where, kForms);
    return GivenData{GivenData::Form::kConnect,
                     R"({"schema":)" + (schema == nullptr ? "null" : schema->to_json()) +
                         R"(,"payload":)" + payload->to_json() + "}"};
  }
  if (json.members.size() != 1) return wrong(where, kForms);
  const auto& [form, value] = json.members.front();
  if (form == "json") return GivenData{GivenData::Form::kText, value.to_json()};
  if (value.kind != JsonValue::Kind::kString) return wrong(where, kForms);
  if (form == "text") return GivenData{GivenData::Form::kText, value.text};
  if (form == "base64") return GivenData{GivenData::Form::kBase64, value.text};
  return wrong(where, kForms);
}

Read<std::vector<std::pair<std::string, GivenData>>> read_headers(const JsonValue& json,
                                                                  const std::string& where) {
  std::vector<std::pair<std::string, GivenData>> headers;
  if (json.is_null()) return headers;
  if (!json.is_array()) return wrong(where, R"(must be a list of {"key":...,"value":...})");
  for (size_t i = 0; i < json.elements.size(); ++i) {
    const std::string here = where + "[" + std::to_string(i) + "]";
    const JsonValue& element = json.elements[i];
    const JsonValue *key = element.find("key"), *value = element.find("value");
    if (key == nullptr || element.members.size() != (value == nullptr ? 1 : 2))
      return wrong(here, R"(must be {"key":...,"value":...})");
    auto name = read_text(*key, here + ".key");
    if (!name) return RestFailure(name.error());
    auto data = read_data(value == nullptr ? JsonValue{} : *value, here + ".value");
    if (!data) return RestFailure(data.error());
    headers.emplace_back(*std::move(name), *std::move(data));
  }
  return headers;
}

// Puts what was read into its place.
template <typename T, typename Into>
std::optional<RestError> settle(Read<T> read, Into& into) {
  if (!read) return read.error();
  into = *std::move(read);
  return std::nullopt;
}

Read<GivenRecord> read_record(const JsonValue& json, const std::string& where) {
  if (!json.is_object()) return wrong(where, "must be an object");
  GivenRecord record;
  for (const auto& [field, value] : json.members) {
    const std::string here = where + "." + field;
    std::optional<RestError> problem;
    if (field == "topic") {
      if (!value.is_null()) problem = settle(read_text(value, here), record.topic);
    } else if (field == "partition") {
      problem = settle(read_number<int32_t>(value, here), record.partition);
    } else if (field == "offset") {
      problem = settle(read_number<int64_t>(value, here), record.offset);
    } else if (field == "timestamp") {
      problem = settle(read_number<int64_t>(value, here), record.timestamp);
    } else if (field == "key") {
      problem = settle(read_data(value, here), record.key);
    } else if (field == "value") {
      problem = settle(read_data(value, here), record.value);
    } else if (field == "headers") {
      problem = settle(read_headers(value, here), record.headers);
    } else {
      return unknown(where, field, "topic, partition, offset, timestamp, key, value, headers");
    }
    if (problem) return RestFailure(*std::move(problem));
  }
  return record;
}

Read<std::vector<GivenRecord>> read_records(const JsonValue& json) {
  if (!json.is_array()) return wrong("records", "must be a list");
  if (json.elements.size() > herder::kMostPreviewedRecords)
    return wrong("records", "at most " + std::to_string(herder::kMostPreviewedRecords) +
                                " at a time, not " + std::to_string(json.elements.size()));
  std::vector<GivenRecord> records;
  for (size_t i = 0; i < json.elements.size(); ++i) {
    auto record = read_record(json.elements[i], "records[" + std::to_string(i) + "]");
    if (!record) return RestFailure(record.error());
    records.push_back(*std::move(record));
  }
  return records;
}

using Range = decltype(RecordPreviewRequest::range);

Read<Range> read_range(const JsonValue& json) {
  if (!json.is_object()) return wrong("range", "must be an object");
  Range range(std::in_place);
  std::optional<int32_t> partition;
  std::optional<int64_t> limit;
  for (const auto& [field, value] : json.members) {
    const std::string here = "range." + field;
    std::optional<RestError> problem;
    if (field == "topic") {
      problem = settle(read_text(value, here), range->partition.topic);
    } else if (field == "partition") {
      problem = settle(read_number<int32_t>(value, here), partition);
    } else if (field == "from") {
      problem = settle(read_number<int64_t>(value, here), range->from);
    } else if (field == "to") {
      problem = settle(read_number<int64_t>(value, here), range->to);
    } else if (field == "limit") {
      problem = settle(read_number<int64_t>(value, here), limit);
    } else {
      return unknown("range", field, "topic, partition, from, to, limit");
    }
    if (problem) return RestFailure(*std::move(problem));
  }
  if (range->partition.topic.empty()) return wrong("range.topic", "is missing");
  if (partition.value_or(0) < 0) return wrong("range.partition", "must not be negative");
  range->partition.partition = partition.value_or(0);
  constexpr auto kMost = static_cast<int64_t>(herder::kMostPreviewedRecords);
  if (limit && (*limit < 1 || *limit > kMost))
    return wrong("range.limit", "must be between 1 and " + std::to_string(kMost));
  if (limit) range->most_records = static_cast<size_t>(*limit);
  return range;
}

Read<RecordPreviewRequest> read_request(const JsonValue& json) {
  if (!json.is_object()) return wrong("The request's body", "must be an object");
  RecordPreviewRequest request;
  bool has_config = false, has_records = false;
  for (const auto& [field, value] : json.members) {
    std::optional<RestError> problem;
    if (field == "config") {
      has_config = true;
      problem = settle(to_properties(value, "config"), request.config);
    } else if (field == "records") {
      has_records = true;
      problem = settle(read_records(value), request.records);
    } else if (field == "range") {
      problem = settle(read_range(value), request.range);
    } else {
      return unknown("The request's body", field, "config, records, range");
    }
    if (problem) return RestFailure(*std::move(problem));
  }
  if (!has_config) return wrong("config", "is missing");
  if (has_records == request.range.has_value())
    return refuse(400, R"(Give either "records" or a "range" of a topic)");
  return request;
}

std::string number_json(const auto& number) { return number ? std::to_string(*number) : "null"; }

std::string passed_json(const runtime::RecordPreview& preview) {
  std::string headers;
  for (const auto& [key, value] : preview.headers)
    headers += (headers.empty() ? "" : ",") + (R"({"key":)" + json_string(key)) + R"(,"value":)" +
               value + "}";
  return R"({"topic":)" + json_string(preview.topic) + R"(,"partition":)" +
         number_json(preview.partition) + R"(,"timestamp":)" + number_json(preview.timestamp) +
         R"(,"key":)" + preview.key + R"(,"value":)" + preview.value + R"(,"headers":[)" + headers +
         "]}";
}

std::string failure_json(const runtime::RecordPreview& preview) {
  auto text = [](const std::string& value) { return value.empty() ? "null" : json_string(value); };
  return R"({"stage":)" + json_string(preview.stage) + R"(,"class":)" + text(preview.stage_class) +
         R"(,"transform":)" + text(preview.transform) + R"(,"exception":)" +
         json_string(preview.exception) + R"(,"message":)" + json_string(preview.message) +
         R"(,"trace":)" + json_string(preview.trace) + "}";
}

std::string record_json(const herder::PreviewedRecord& record) {
  const std::string given = R"({"given":{"topic":)" + json_string(record.topic) +
                            R"(,"partition":)" + number_json(record.partition) + R"(,"offset":)" +
                            number_json(record.offset) + R"(},"outcome":)";
  const runtime::RecordPreview& preview = record.preview;
  switch (preview.outcome) {
    case runtime::RecordPreview::Outcome::kDropped:
      return given + R"("DROPPED","transform":)" + json_string(preview.transform) + "}";
    case runtime::RecordPreview::Outcome::kFailed:
      return given + R"("FAILED","error":)" + failure_json(preview) + "}";
    case runtime::RecordPreview::Outcome::kPassed: break;
  }
  return given + R"("PASSED","record":)" + passed_json(preview) + "}";
}

}  // namespace

std::string record_previews_json(const herder::RecordPreviews& previews) {
  size_t counts[3] = {};
  std::string records;
  for (const herder::PreviewedRecord& record : previews.records) {
    ++counts[static_cast<size_t>(record.preview.outcome)];
    records += (records.empty() ? "" : ",") + record_json(record);
  }
  auto count = [&counts](runtime::RecordPreview::Outcome outcome) {
    return std::to_string(counts[static_cast<size_t>(outcome)]);
  };
  using Outcome = runtime::RecordPreview::Outcome;
  return R"({"name":)" + json_string(previews.name) + R"(,"type":)" + json_string(previews.type) +
         R"(,"errors.tolerance":)" + (previews.tolerates_all ? R"("all")" : R"("none")") +
         R"(,"passed":)" + count(Outcome::kPassed) + R"(,"dropped":)" + count(Outcome::kDropped) +
         R"(,"failed":)" + count(Outcome::kFailed) + R"(,"complete":)" +
         (previews.complete ? "true" : "false") + R"(,"records":[)" + records + "]}";
}

void add_record_preview_resource(Router& router, ResourceContext& context) {
  router.add({.method = "POST",
              .pattern = "/connectors/validate-records",
              .summary = "Show what a configuration makes of records; nothing is produced or put",
              .handler = [&context](Call& call) -> Answer {
                auto body = call.json();
                // Java's requests answer a body that is no JSON with 500; here the client is told.
                if (!body) return refuse(400, body.error().message);
                auto request = read_request(*body);
                if (!request) return refuse(400, request.error().message);
                auto previews =
                    context.herder.preview_records(*std::move(request), context.deadline());
                if (!previews) return refuse(previews.error());
                return json_response(record_previews_json(*previews));
              }});
}

}  // namespace millrace::rest
