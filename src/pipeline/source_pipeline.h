#pragma once
// SourcePipeline: records of a source -> transforms -> header converter -> key converter -> value
// converter -> raw bytes (Java's order). One call per stage and batch. Knows no Kafka and no
// threads; belongs to one task's thread.

#include <memory>
#include <optional>
#include <span>

#include "pipeline/error_policy.h"
#include "pipeline/raw_records.h"
#include "pipeline/stages.h"
#include "pipeline/transform_stage.h"

namespace millrace::pipeline {

class SourcePipeline {
 public:
  SourcePipeline(Converters converters, Transforms transforms, std::shared_ptr<ErrorPolicy> errors);

  struct Output {
    // What is to be sent: columns with an entry per record of the batch, of which only those of
    // `selected` are set. offsets and timestamp_types are null; partitions may be data::kNone.
    RawRecords records;
    std::span<const uint32_t> selected;
    // Those that are done with without being sent, rising: they failed, which is tolerated, and
    // were written to the dead letters. Empty where there are none.
    std::span<const uint32_t> dead_letters;
    // Send `selected` first, then fail the task with this.
    std::optional<Error> failure;
    // Records of the batch from here on were not handled at all: the batch's count where all is
    // well. Those before it that are not selected were filtered out or skipped.
    uint32_t handled = 0;
  };
  // Reads batch.original. Bytes lie in the batch's memory, or where its cells point to.
  Output run(data::Batch& batch);

 private:
  std::span<const uint32_t> dead_letters(Arena& arena, std::span<const uint32_t> skipped) const;
  void convert_headers(data::Batch& batch, data::Records& view, RawRecords& out);
  const Bytes* convert(data::Batch& batch, data::Records& view, NamedConverter& converter,
                       data::Stage stage, const data::Schema* const* schemas,
                       const data::Cell* cells);

  Converters converters_;
  Transforms transforms_;
  std::shared_ptr<ErrorPolicy> errors_;
  Stages stages_;
};

}  // namespace millrace::pipeline
