#pragma once
// Makes Kafka clients from *Java* client properties. The only way to a real client; app/ and tests
// hand an implementation to the runtime.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kafka/consumer.h"
#include "kafka/partition_range.h"
#include "kafka/producer.h"

namespace millrace::kafka {

// Java client properties: `bootstrap.servers`, `acks`, `sasl.jaas.config` ...
using ClientProperties = std::map<std::string, std::string>;

struct TopicDescription {
  std::string name;
  int32_t partitions = 0;
};

struct NewTopic {
  std::string name;
  int32_t partitions = -1;          // -1: the broker's default
  int16_t replication_factor = -1;  // -1: the broker's default
  std::map<std::string, std::string> configs;
};

// What brokers say of a topic that cannot be made as it was described: in Java
// InvalidConfigurationException and those that extend it.
inline bool is_invalid_configuration(const Error& error) {
  const std::string_view name = error.exception_class();
  return name.ends_with(".InvalidConfigurationException") ||
         name.ends_with(".InvalidReplicationFactorException") ||
         name.ends_with(".InvalidTopicException");
}

// Thread-safe. Every call waits at most `timeout`.
class Admin {
 public:
  virtual ~Admin() = default;
  virtual Result<std::string> cluster_id(std::chrono::milliseconds timeout) = 0;
  virtual Result<std::vector<TopicDescription>> describe_topics(
      const std::vector<std::string>& names,
      std::chrono::milliseconds timeout) = 0;  // existing ones
  virtual Result<void> create_topic(const NewTopic& topic,
                                    std::chrono::milliseconds timeout) = 0;  // existing: success
  virtual Result<void> delete_topic(const std::string& name, std::chrono::milliseconds timeout) = 0;
  virtual Result<std::vector<TopicPartitionOffset>> group_offsets(
      const std::string& group, std::chrono::milliseconds timeout) = 0;
  virtual Result<void> alter_group_offsets(const std::string& group,
                                           const std::vector<TopicPartitionOffset>& offsets,
                                           std::chrono::milliseconds timeout) = 0;
  virtual Result<void> delete_group_offsets(const std::string& group,
                                            const std::vector<TopicPartition>& partitions,
                                            std::chrono::milliseconds timeout) = 0;
  virtual Result<void> delete_group(const std::string& group,
                                    std::chrono::milliseconds timeout) = 0;  // unknown: success
};

// Log context of a client: the prefix of its log lines, as "[NAME|task-0] ".
class ClientFactory {
 public:
  virtual ~ClientFactory() = default;
  virtual Result<std::unique_ptr<Consumer>> make_consumer(const ClientProperties&,
                                                          const std::string& log_context) = 0;
  virtual Result<std::unique_ptr<Producer>> make_producer(const ClientProperties&,
                                                          const std::string& log_context) = 0;
  // Whether make_producer or make_consumer would find fault with the properties, without a client
  // being made.
  virtual Result<void> check_producer(const ClientProperties&) { return {}; }
  virtual Result<void> check_consumer(const ClientProperties&) { return {}; }
  virtual Result<std::unique_ptr<Admin>> make_admin(const ClientProperties&,
                                                    const std::string& log_context) = 0;
  // Records of one partition, read with a consumer's properties but without its group. Waits for
  // them at most `timeout`. bad_config: there is no such partition, or the range lies outside of
  // it.
  virtual Result<std::vector<StoredRecord>> read_partition(const ClientProperties&,
                                                           const PartitionRange&,
                                                           std::chrono::milliseconds /*timeout*/,
                                                           const std::string& /*log_context*/) {
    return fail(ErrorKind::fatal, "These clients cannot read a range of offsets");
  }
};

}  // namespace millrace::kafka
