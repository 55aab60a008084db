#pragma once
// RecordBytes: makes bytes of a record that has none: of a source's, for its dead letters, and of
// one that a sink's connector made itself and reports
// (org.apache.kafka.connect.runtime.WorkerErrantRecordReporter). Used under its caller's lock.

#include <memory>

#include "base/result.h"
#include "data/batch.h"
#include "pipeline/raw_records.h"
#include "pipeline/transform_stage.h"

namespace millrace::pipeline {

class RecordBytes {
 public:
  // The converters belong to this alone: a task's own ones are its thread's.
  explicit RecordBytes(Converters converters);

  // One record, at index 0. `raw` points into `batch`, and into what `records` borrows.
  struct Written {
    data::Batch batch;
    RawRecords raw;
  };
  // Where the record has a source partition and a source offset they come along as JSON.
  Result<std::unique_ptr<Written>> write(const data::Records& records, uint32_t record);

 private:
  Converters converters_;
};

// JsonConverters with schemas for key, value and headers: nothing of a record is lost.
Converters lossless_converters();

}  // namespace millrace::pipeline
