#pragma once
// SinkOffsets: how far a sink task has come in each of its partitions, by the coordinates that
// records were read from. All offsets are next offsets to read. One thread.

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "kafka/topic_partition.h"

namespace millrace::runtime {

using kafka::TopicPartition;
using kafka::TopicPartitionOffset;

class SinkOffsets {
 public:
  void assigned(const TopicPartition& partition, int64_t position);
  void removed(std::span<const TopicPartition> partitions);
  void rewound(const TopicPartition& partition, int64_t offset);
  // Read and converted, not yet put: for the count of active records.
  void consumed(const TopicPartition& partition, int64_t next);
  // Given to the task, or skipped. No effect on a partition that is not ours any more.
  void delivered(const TopicPartition& partition, int64_t next);
  void committed(std::span<const TopicPartitionOffset> offsets);

  // What was delivered of those of `partitions` that are ours: what preCommit is given.
  std::vector<TopicPartitionOffset> current(std::span<const TopicPartition> partitions) const;
  std::vector<TopicPartition> partitions() const;
  // Goes back to the last committed offsets of `partitions`; gives where to read again.
  std::vector<TopicPartitionOffset> roll_back(std::span<const TopicPartitionOffset> partitions);

  // Of what the task said may be committed: what it may say. `asked` is what preCommit was given,
  // `assignment` what the consumer holds. Entries beyond what was consumed or for partitions that
  // are not ours are dropped with a warning. Empty: nothing has changed since the last commit.
  std::vector<TopicPartitionOffset> committable(std::span<const TopicPartitionOffset> provided,
                                                std::span<const TopicPartitionOffset> asked,
                                                const std::set<TopicPartition>& assignment,
                                                const Logger& log) const;
  // Consumed but not committed, over all partitions (Java: sink-record-active-count).
  int64_t active_records() const;

 private:
  struct Position {
    int64_t current = 0, consumed = 0;
    int64_t committed = 0;
    std::string committed_metadata;
  };
  std::map<TopicPartition, Position> positions_;
};

}  // namespace millrace::runtime
