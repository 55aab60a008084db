#pragma once
// kafka::Admin over librdkafka's admin requests. Makes its instance with the first call, so that an
// admin that is never used costs nothing.

#include <functional>
#include <mutex>

#include "kafka/client.h"
#include "kafka/librdkafka/handle.h"

struct rd_kafka_queue_s;
struct rd_kafka_op_s;
struct rd_kafka_AdminOptions_s;

namespace millrace::kafka {

class LibrdkafkaAdmin final : public Admin {
 public:
  static Result<std::unique_ptr<Admin>> make(const ClientProperties& properties,
                                             const std::string& log_context);

  Result<std::string> cluster_id(std::chrono::milliseconds timeout) override;
  Result<std::vector<TopicDescription>> describe_topics(const std::vector<std::string>& names,
                                                        std::chrono::milliseconds timeout) override;
  Result<void> create_topic(const NewTopic& topic, std::chrono::milliseconds timeout) override;
  Result<void> delete_topic(const std::string& name, std::chrono::milliseconds timeout) override;
  Result<std::vector<TopicPartitionOffset>> group_offsets(
      const std::string& group, std::chrono::milliseconds timeout) override;
  Result<void> alter_group_offsets(const std::string& group,
                                   const std::vector<TopicPartitionOffset>& offsets,
                                   std::chrono::milliseconds timeout) override;
  Result<void> delete_group_offsets(const std::string& group,
                                    const std::vector<TopicPartition>& partitions,
                                    std::chrono::milliseconds timeout) override;
  Result<void> delete_group(const std::string& group, std::chrono::milliseconds timeout) override;

 private:
  LibrdkafkaAdmin(ClientSettings settings, std::shared_ptr<ClientLog> log)
      : settings_(std::move(settings)), log_(std::move(log)) {}
  using Request = std::function<void(rd_kafka_s*, rd_kafka_AdminOptions_s*, rd_kafka_queue_s*)>;
  using Event = std::shared_ptr<rd_kafka_op_s>;
  Result<std::shared_ptr<Handle>> handle();
  // Sends one request and waits for its event; an error of the whole request is a failure.
  Result<Event> ask(int operation, const std::string& what, std::chrono::milliseconds timeout,
                    const Request& request);
  static Result<Event> ask_by(Handle& client, int operation, const std::string& what,
                              std::chrono::milliseconds timeout, const Request& request);
  // Nothing: not answered in time.
  static Event ask_once(Handle& client, int operation, std::chrono::milliseconds timeout,
                        const Request& request);
  // Each of a single question to the group's coordinator.
  Result<std::vector<TopicPartitionOffset>> group_offsets_once(const std::string& group,
                                                               std::chrono::milliseconds timeout);
  Result<void> alter_group_offsets_once(const std::string& group,
                                        const std::vector<TopicPartitionOffset>& offsets,
                                        std::chrono::milliseconds timeout);
  Result<void> delete_group_offsets_once(const std::string& group,
                                         const std::vector<TopicPartition>& partitions,
                                         std::chrono::milliseconds timeout);
  Result<void> delete_group_once(const std::string& group, std::chrono::milliseconds timeout);
  // Made anew for each question. group: not empty.
  Result<std::shared_ptr<Handle>> consumer_handle(const std::string& group);

  ClientSettings settings_;
  std::shared_ptr<ClientLog> log_;
  std::mutex mutex_;  // handle_
  std::shared_ptr<Handle> handle_;
};

}  // namespace millrace::kafka
