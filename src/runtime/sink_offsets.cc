#include "runtime/sink_offsets.h"

#include <algorithm>

namespace millrace::runtime {
namespace {

std::string name_of(const TopicPartition& partition) {
  return partition.topic + "-" + std::to_string(partition.partition);
}

const TopicPartitionOffset* find(std::span<const TopicPartitionOffset> offsets,
                                 const TopicPartition& partition) {
  auto found = std::find_if(offsets.begin(), offsets.end(),
                            [&](const auto& offset) { return offset.partition == partition; });
  return found == offsets.end() ? nullptr : &*found;
}

void warn_of_stranger(const TopicPartitionOffset& answer,
                      const std::set<TopicPartition>& assignment, const Logger& log) {
  if (!assignment.contains(answer.partition)) {
    log.warn("Ignoring invalid task provided offset {}/{} -- partition not assigned",
             name_of(answer.partition), answer.offset);
  } else {
    log.debug("Ignoring task provided offset {}/{} -- partition not requested",
              name_of(answer.partition), answer.offset);
  }
}

}  // namespace

void SinkOffsets::assigned(const TopicPartition& partition, int64_t position) {
  positions_[partition] = {position, position, position, {}};
}

void SinkOffsets::removed(std::span<const TopicPartition> partitions) {
  for (const TopicPartition& partition : partitions) positions_.erase(partition);
}

void SinkOffsets::rewound(const TopicPartition& partition, int64_t offset) {
  assigned(partition, offset);
}

void SinkOffsets::consumed(const TopicPartition& partition, int64_t next) {
  auto found = positions_.find(partition);
  if (found != positions_.end()) found->second.consumed = next;
}

void SinkOffsets::delivered(const TopicPartition& partition, int64_t next) {
  auto found = positions_.find(partition);
  if (found != positions_.end()) found->second.current = next;
}

void SinkOffsets::committed(std::span<const TopicPartitionOffset> offsets) {
  for (const TopicPartitionOffset& offset : offsets) {
    auto found = positions_.find(offset.partition);
    if (found == positions_.end()) continue;
    found->second.committed = offset.offset;
    found->second.committed_metadata = offset.metadata;
  }
}

std::vector<TopicPartitionOffset> SinkOffsets::current(
    std::span<const TopicPartition> partitions) const {
  std::vector<TopicPartitionOffset> offsets;
  for (const TopicPartition& partition : partitions) {
    auto found = positions_.find(partition);
    if (found != positions_.end()) offsets.push_back({partition, found->second.current, {}});
  }
  return offsets;
}

std::vector<TopicPartition> SinkOffsets::partitions() const {
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, position] : positions_) partitions.push_back(partition);
  return partitions;
}

std::vector<TopicPartitionOffset> SinkOffsets::roll_back(
    std::span<const TopicPartitionOffset> partitions) {
  std::vector<TopicPartitionOffset> targets;
  for (const TopicPartitionOffset& offset : partitions) {
    auto found = positions_.find(offset.partition);
    if (found == positions_.end()) continue;
    found->second.current = found->second.consumed = found->second.committed;
    targets.push_back({offset.partition, found->second.committed, {}});
  }
  return targets;
}

std::vector<TopicPartitionOffset> SinkOffsets::committable(
    std::span<const TopicPartitionOffset> provided, std::span<const TopicPartitionOffset> asked,
    const std::set<TopicPartition>& assignment, const Logger& log) const {
  // As in Java every partition that was asked for is committed as soon as one has changed.
  std::vector<TopicPartitionOffset> offsets;
  for (const TopicPartitionOffset& offset : asked) {
    const Position& position = positions_.at(offset.partition);
    offsets.push_back({offset.partition, position.committed, position.committed_metadata});
  }
  bool changed = false;
  for (const TopicPartitionOffset& answer : provided) {
    if (answer.offset < 0) continue;  // not to be committed
    const TopicPartitionOffset* current = find(asked, answer.partition);
    if (current == nullptr) {
      warn_of_stranger(answer, assignment, log);
    } else if (answer.offset > current->offset) {
      log.warn(
          "Ignoring invalid task provided offset {}/{} -- not yet consumed, taskOffset={} "
          "currentOffset={}",
          name_of(answer.partition), answer.offset, answer.offset, current->offset);
    } else {
      TopicPartitionOffset& offset = offsets[static_cast<size_t>(current - asked.data())];
      changed |= offset.offset != answer.offset || offset.metadata != answer.metadata;
      offset = answer;
    }
  }
  if (!changed) offsets.clear();
  return offsets;
}

int64_t SinkOffsets::active_records() const {
  int64_t active = 0;
  for (const auto& [partition, position] : positions_) {
    active += std::max<int64_t>(0, position.consumed - position.committed);
  }
  return active;
}

}  // namespace millrace::runtime
