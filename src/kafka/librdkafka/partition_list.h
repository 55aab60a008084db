#pragma once
// rd_kafka_topic_partition_list_t, owned.

#include <librdkafka/rdkafka.h>

#include <memory>
#include <span>

#include "kafka/topic_partition.h"

namespace millrace::kafka {

struct DestroyPartitionList {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, DestroyPartitionList>;

inline PartitionList make_list(std::span<const TopicPartition> partitions) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& p : partitions)
    rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.partition);
  return list;
}

PartitionList make_list(std::span<const TopicPartitionOffset> offsets);
TopicPartitionOffset to_offset(const rd_kafka_topic_partition_t& entry);  // -1 where none

}  // namespace millrace::kafka
