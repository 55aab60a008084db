#pragma once
// The dry run of a connector's configuration: what would become of records, given with the request
// or read from a topic. Nothing is committed, produced or put, and no connector is started.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"
#include "kafka/partition_range.h"
#include "runtime/record_preview.h"

namespace millrace::runtime {
struct WorkerParts;
}

namespace millrace::herder {

struct ValidationParts;

// A key, a value or a header's value as a request gives it.
struct GivenData {
  enum class Form : uint8_t {
    kNull,
    kText,     // a sink's: bytes, as they stand
    kBase64,   // a sink's: bytes
    kConnect,  // a source's: {"schema":...,"payload":...}
  };
  Form form = Form::kNull;
  std::string text;
};

struct GivenRecord {
  std::optional<std::string> topic;  // a sink's: none: the first of its `topics`
  std::optional<int32_t> partition;
  std::optional<int64_t> offset, timestamp;
  GivenData key, value;
  std::vector<std::pair<std::string, GivenData>> headers;
};

struct RecordPreviewRequest {
  config::NullableProperties config;  // raw; without a name it gets one
  std::vector<GivenRecord> records;
  std::optional<kafka::PartitionRange> range;  // a sink's, in place of records
};

struct PreviewedRecord {
  // Where a sink's record stands.
  std::string topic;
  std::optional<int32_t> partition;
  std::optional<int64_t> offset;
  runtime::RecordPreview preview;
};

struct RecordPreviews {
  std::string name, type;      // of the connector; "sink", "source"
  bool tolerates_all = false;  // errors.tolerance
  std::vector<PreviewedRecord> records;
  bool complete = true;  // false: the answer would have become too large for those that are missing
};

inline constexpr size_t kMostPreviewedRecords = 1000;

// bad_config: the configuration is refused, as when the connector were created; or a record is of a
// form that its kind of connector does not have; or there is no such range.
Result<RecordPreviews> preview_records(const ValidationParts& validation,
                                       const runtime::WorkerParts& worker,
                                       RecordPreviewRequest request,
                                       std::chrono::steady_clock::time_point deadline);

}  // namespace millrace::herder
