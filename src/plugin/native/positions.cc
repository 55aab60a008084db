#include "plugin/native/positions.h"

#include "plugin/native/errors.h"

namespace millrace::plugin::native {

using kafka::TopicPartition;
using kafka::TopicPartitionOffset;

std::vector<millrace_position> to_positions(std::span<const TopicPartition> partitions) {
  std::vector<millrace_position> positions;
  positions.reserve(partitions.size());
  for (const TopicPartition& partition : partitions)
    positions.push_back({text(partition.topic), partition.partition, MILLRACE_NONE, {nullptr, 0}});
  return positions;
}

std::vector<millrace_position> to_positions(std::span<const TopicPartitionOffset> offsets) {
  std::vector<millrace_position> positions;
  positions.reserve(offsets.size());
  for (const TopicPartitionOffset& offset : offsets) {
    millrace_text metadata =
        offset.metadata.empty() ? millrace_text{nullptr, 0} : text(offset.metadata);
    positions.push_back(
        {text(offset.partition.topic), offset.partition.partition, offset.offset, metadata});
  }
  return positions;
}

std::vector<TopicPartition> to_partitions(const millrace_position* positions, size_t count,
                                          size_t stride) {
  std::vector<TopicPartition> partitions;
  for (size_t i = 0; i < count; ++i) {
    const millrace_position* position = millrace_position_at(positions, stride, i);
    partitions.push_back({std::string(view(position->topic)), position->partition});
  }
  return partitions;
}

std::vector<TopicPartitionOffset> to_offsets(const millrace_position* positions, size_t count,
                                             size_t stride) {
  std::vector<TopicPartitionOffset> offsets;
  for (size_t i = 0; i < count; ++i) {
    const millrace_position* position = millrace_position_at(positions, stride, i);
    offsets.push_back({{std::string(view(position->topic)), position->partition},
                       position->offset,
                       std::string(view(position->metadata))});
  }
  return offsets;
}

}  // namespace millrace::plugin::native
