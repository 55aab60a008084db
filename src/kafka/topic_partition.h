#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace millrace::kafka {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

struct TopicPartitionOffset {
  TopicPartition partition;
  int64_t offset = -1;  // the next offset to read; -1: none
  std::string metadata;
};

}  // namespace millrace::kafka
