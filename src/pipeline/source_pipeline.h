#pragma once
// SourcePipeline: records of a source -> transforms -> header converter -> key converter -> value
// converter -> raw bytes (Java's order). One call per stage and batch. Knows no Kafka and no
// threads; belongs to one task's thread.

#include <optional>

#include "pipeline/error_policy.h"
#include "pipeline/raw_records.h"
#include "pipeline/transform_stage.h"

namespace millrace::pipeline {

class SourcePipeline {
 public:
  // `errors` outlives the pipeline.
  SourcePipeline(Converters converters, Transforms transforms, ErrorPolicy& errors);

  struct Output {
    // What is to be sent: columns with an entry per record of the batch, of which only those of
    // `selected` are set. A record of the batch that is not in `selected` and comes before the last
    // one to be sent was filtered out or skipped: it counts as acknowledged without metadata.
    // offsets and timestamp_types are null; partitions may be data::kNone.
    RawRecords records;
    std::span<const uint32_t> selected;
    // Send `selected` first, then fail the task with this. Records from `failed_record` on were not
    // handled at all.
    std::optional<Error> failure;
    uint32_t failed_record = 0;
  };
  // Reads batch.original. Bytes lie in the batch's memory, or where its cells point to.
  Output run(data::Batch& batch);

 private:
  void convert_headers(data::Batch& batch, data::Records& view, RawRecords& out);
  void convert(data::Batch& batch, data::Records& view, NamedConverter& converter,
               data::Stage stage, const data::Schema* const* schemas, const data::Cell* cells,
               const Bytes*& out);
  void drop_failed(data::Batch& batch, data::Records& view, size_t failures_before);

  Converters converters_;
  Transforms transforms_;
  ErrorPolicy& errors_;
  std::vector<convert::ConversionFailure> conversion_failures_;
  data::Failures failures_;
};

}  // namespace millrace::pipeline
