#pragma once
// Where partitions begin and end, and where the records of a time begin.

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/topic_partition.h"

struct rd_kafka_s;

namespace millrace::kafka {

// spec_or_time: librdkafka's OffsetSpec, or milliseconds since the epoch; then an offset is -1
// where there is no record of that time or a later one. Gives one offset for each partition, or
// fails. `what` begins the message of an error. Waits while partitions change their leaders, as
// Java's clients do: librdkafka itself goes on asking the leaders that it once knew, and leaves out
// what they do not answer.
Result<std::vector<TopicPartitionOffset>> list_offsets(rd_kafka_s* client,
                                                       std::span<const TopicPartition> partitions,
                                                       int64_t spec_or_time, bool read_committed,
                                                       std::chrono::milliseconds timeout,
                                                       const std::string& what);

}  // namespace millrace::kafka
