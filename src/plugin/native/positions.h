#pragma once
// Places in Kafka, between the contract's form and ours.

#include <span>
#include <vector>

#include "kafka/topic_partition.h"
#include "millrace/abi.h"

namespace millrace::plugin::native {

// Borrow the topics' text.
std::vector<millrace_position> to_positions(std::span<const kafka::TopicPartition> partitions);
std::vector<millrace_position> to_positions(std::span<const kafka::TopicPartitionOffset> offsets);

std::vector<kafka::TopicPartition> to_partitions(const millrace_position* positions, size_t count,
                                                 size_t stride);
std::vector<kafka::TopicPartitionOffset> to_offsets(const millrace_position* positions,
                                                    size_t count, size_t stride);

}  // namespace millrace::plugin::native
