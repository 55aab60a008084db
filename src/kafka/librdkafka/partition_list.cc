#include "kafka/librdkafka/partition_list.h"

#include <cstdlib>
#include <cstring>

namespace millrace::kafka {

PartitionList make_list(std::span<const TopicPartitionOffset> offsets) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const TopicPartitionOffset& o : offsets) {
    rd_kafka_topic_partition_t* entry = rd_kafka_topic_partition_list_add(
        list.get(), o.partition.topic.c_str(), o.partition.partition);
    entry->offset = o.offset;
    if (o.metadata.empty()) continue;
    entry->metadata = std::malloc(o.metadata.size());  // the list frees it
    std::memcpy(entry->metadata, o.metadata.data(), o.metadata.size());
    entry->metadata_size = o.metadata.size();
  }
  return list;
}

TopicPartitionOffset to_offset(const rd_kafka_topic_partition_t& entry) {
  return {{entry.topic, entry.partition},
          entry.offset < 0 ? -1 : entry.offset,
          entry.metadata_size == 0
              ? std::string()
              : std::string(static_cast<const char*>(entry.metadata), entry.metadata_size)};
}

}  // namespace millrace::kafka
