#pragma once
// DevBroker: a Kafka broker inside this process, for a first run on a machine that has none. It
// listens on loopback, creates topics when they are first used, and keeps everything in memory: at
// most 5 MB and 100,000 records of a partition; older ones are dropped without a word, and a member
// that leaves a group keeps the others waiting for nearly a session timeout. Give consumers of it
// dev_broker_consumer_properties(). Transactions, and CreateTopics from other processes, are not
// there.
//
// Thread-safe. All clients must be gone before it is destroyed.

#include <memory>
#include <string>

#include "base/result.h"
#include "kafka/client.h"

namespace millrace::kafka {

class DevBroker {
 public:
  static constexpr int64_t kPartitionBytes = 5 * 1024 * 1024;
  static constexpr int64_t kPartitionRecords = 100000;
  static constexpr int kDefaultPartitions = 4;  // of topics that are created by their first use

  virtual ~DevBroker() = default;
  // "127.0.0.1:PORT"; the port is chosen by the system.
  virtual const std::string& bootstrap_servers() const = 0;
  // A topic that exists already is left as it is: success.
  virtual Result<void> create_topic(const std::string& name, int partitions) = 0;
};

Result<std::unique_ptr<DevBroker>> start_dev_broker();

// To be laid under a user's consumer properties: a consumer that fell behind what the broker keeps
// fails loudly instead of skipping, and rebalances are quick.
ClientProperties dev_broker_consumer_properties();

}  // namespace millrace::kafka
