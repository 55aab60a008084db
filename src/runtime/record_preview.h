#pragma once
// What becomes of a record on its way through a connector's converters and transforms: without
// Kafka, and without the connector. The parts are made as a task makes them (task_pipelines.h);
// each record goes alone, so that one does not hide what would become of the next. Such a previewer
// is used by one thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/worker_config.h"
#include "kafka/partition_range.h"

namespace millrace::runtime {

struct RecordPreview {
  enum class Outcome : uint8_t { kPassed, kDropped, kFailed };
  Outcome outcome = Outcome::kPassed;

  // kPassed: the record as the connector or Kafka gets it. Keys, values and headers are JSON texts:
  //   sink:   {"type":"STRUCT","schema":{...},"payload":{...}}; without a schema "type" is the Java
  //           class. What has no JSON form has its Java "text" in place of schema and payload.
  //   source: {"text":"...","base64":"..."}; no text where the bytes are no UTF-8.
  //   null:   no schema and no value; no bytes.
  std::string topic;
  std::optional<int32_t> partition;  // none: the producer chooses
  std::optional<int64_t> timestamp;  // ms since the epoch
  std::string key, value;
  std::vector<std::pair<std::string, std::string>> headers;

  // kDropped: the transform that did it, as `transforms` names it. kFailed: the one that failed, or
  // empty.
  std::string transform;
  // kFailed: as dead letters tell it. stage_class: empty where Kafka's client would refuse it.
  std::string stage, stage_class, exception, message, trace;
};

// Both take a configuration with its variables resolved. secrets_owner: to whom base/redaction
// knows the resolved values to belong; no text of a preview shows them.

class SinkRecordPreviewer {
 public:
  static Result<std::unique_ptr<SinkRecordPreviewer>> make(const config::WorkerConfig& worker,
                                                           const config::Properties& config,
                                                           std::string secrets_owner);
  virtual ~SinkRecordPreviewer() = default;
  virtual RecordPreview preview(const kafka::StoredRecord& record) = 0;
};

// What a source's task would give. Data is JSON as JsonConverter reads it:
// {"schema":...,"payload":...}; nullopt: null without a schema.
struct ConnectRecord {
  std::string topic;
  std::optional<int32_t> partition;
  std::optional<int64_t> timestamp;
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

class SourceRecordPreviewer {
 public:
  static Result<std::unique_ptr<SourceRecordPreviewer>> make(const config::WorkerConfig& worker,
                                                             const config::Properties& config,
                                                             std::string secrets_owner);
  virtual ~SourceRecordPreviewer() = default;
  // An error: the record was given in a form that cannot be read.
  virtual Result<RecordPreview> preview(const ConnectRecord& record) = 0;
};

}  // namespace millrace::runtime
