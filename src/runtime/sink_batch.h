#pragma once
// From what the consumer fetched to the batch that goes through the pipeline: columns instead of
// rows, nothing copied but the columns.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "kafka/consumer.h"
#include "pipeline/raw_records.h"

namespace millrace::runtime {

// Consecutive records of one partition: what is done per partition is done once per run.
struct PartitionRun {
  std::string_view topic;
  int32_t partition;
  uint32_t begin, end;  // records [begin, end)
};

// Takes the fetch's owner: the batch keeps the fetched bytes alive. `runs` is overwritten.
std::shared_ptr<pipeline::SinkBatch> make_sink_batch(kafka::Fetch& fetch,
                                                     std::vector<PartitionRun>& runs);

}  // namespace millrace::runtime
