#pragma once
// SinkPipeline: raw bytes -> key converter -> value converter -> header converter -> transforms.
// One call per stage and batch; a stage sees only what the stages before it left. Knows no Kafka
// and no threads; belongs to one task's thread.

#include <memory>
#include <optional>

#include "pipeline/error_policy.h"
#include "pipeline/raw_records.h"
#include "pipeline/stages.h"
#include "pipeline/transform_stage.h"

namespace millrace::pipeline {

class SinkPipeline {
 public:
  SinkPipeline(Converters converters, Transforms transforms, std::shared_ptr<ErrorPolicy> errors);

  struct Output {
    data::Records records;  // what the sink is to be given; may be empty
    // Give the sink `records` first, then fail the task with this.
    std::optional<Error> failure;
    // Records of the batch from here on were not handled at all: batch.raw.count where all is well.
    // Those before it that are not selected were filtered out or skipped.
    uint32_t handled = 0;
  };
  // batch.raw is set, and the batch keeps alive what it points into. Sets batch.original to the
  // records as converted. No allocation but of the batch's columns.
  Output run(SinkBatch& batch);

 private:
  // One half of the records: a column of bytes to the columns `schemas` and `cells` of `view`.
  void convert(SinkBatch& batch, data::Records& view, const NamedConverter& converter,
               data::Stage stage, const Bytes* bytes, const data::Schema* const*& schemas,
               const data::Cell*& cells);
  void convert_headers(SinkBatch& batch, data::Records& view);

  Converters converters_;
  Transforms transforms_;
  Stages stages_;
};

}  // namespace millrace::pipeline
