#pragma once
// ClientFactory::read_partition over librdkafka's consumer without a group.

#include "kafka/client.h"

namespace millrace::kafka {

Result<std::vector<StoredRecord>> read_partition_range(const ClientProperties& properties,
                                                       const PartitionRange& range,
                                                       std::chrono::milliseconds timeout,
                                                       const std::string& log_context);

}  // namespace millrace::kafka
