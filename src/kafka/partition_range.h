#pragma once
// A look into one partition: records by offset, without a group, nothing committed.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kafka/topic_partition.h"

namespace millrace::kafka {

// What is asked for. Reading ends at the first of the bounds that is met, or at the partition's end
// as it was when the reading began.
struct PartitionRange {
  TopicPartition partition;
  std::optional<int64_t> from;  // none: the first record that is there
  std::optional<int64_t> to;    // the first offset that is not read; none: the partition's end
  size_t most_records = 100;
  size_t most_bytes =
      4 << 20;  // of keys, values and headers: the record that exceeds it is the last
};

// A record as it stands in Kafka, with bytes of its own. nullopt: null.
struct StoredRecord {
  TopicPartition partition;
  int64_t offset = -1;
  int64_t timestamp = -1;      // ms since the epoch; -1: none
  int8_t timestamp_type = -1;  // MILLRACE_NO_TIMESTAMP_TYPE ...
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

}  // namespace millrace::kafka
