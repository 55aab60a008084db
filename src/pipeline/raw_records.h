#pragma once
// Records as they stand in Kafka: bytes, column-wise. What a sink's pipeline reads, what dead
// letters are made of, and (without offsets) what a source's pipeline writes. Everything is
// borrowed: it lives as long as the batch that it belongs to.

#include <cstdint>
#include <span>
#include <string_view>

#include "convert/converter.h"
#include "data/batch.h"

namespace millrace::pipeline {

using convert::Bytes;

// Columns of `count` entries each.
struct RawRecords {
  uint32_t count = 0;
  const std::string_view* topics = nullptr;
  const int32_t* partitions = nullptr;
  const int64_t* offsets = nullptr;
  const int64_t* timestamps = nullptr;      // ms since the epoch, or data::kNone
  const int8_t* timestamp_types = nullptr;  // MILLRACE_NO_TIMESTAMP_TYPE ...
  const Bytes* keys = nullptr;
  const Bytes* values = nullptr;
  const uint32_t* header_begin = nullptr;  // count + 1 entries; null: no record has headers
  const std::string_view* header_keys = nullptr;
  const Bytes* header_values = nullptr;
  // JSON texts; of a source's dead letters only.
  const Bytes* source_partitions = nullptr;
  const Bytes* source_offsets = nullptr;

  std::pair<uint32_t, uint32_t> headers_of(uint32_t record) const {
    if (header_begin == nullptr) return {0, 0};
    return {header_begin[record], header_begin[record + 1]};
  }
};

// A sink's batch: what was converted, and the raw records that it was converted from, for dead
// letters and error logs. Every batch that a sink task is given is one.
struct SinkBatch : data::Batch {
  RawRecords raw;
};

}  // namespace millrace::pipeline
