#pragma once
// TopicCreation: makes the topics that a source task writes to, by the rules of its connector's
// `topic.creation.*` keys. org.apache.kafka.connect.util.TopicCreation and TopicCreationGroup.
// One thread.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/java_regex.h"
#include "base/log.h"
#include "base/result.h"
#include "config/config_def.h"
#include "config/worker_config.h"
#include "kafka/client.h"
#include "plugin/connector.h"

namespace millrace::runtime {

// A source's topics are made by the rules of its configuration, not by the broker.
bool makes_topics(const config::WorkerConfig& worker, plugin::ConnectorType type,
                  const config::Properties& connector_config);
// Validation passes over the rules. fatal: for REST that is an error of the worker, as in Java.
Result<void> check_topic_creation(const config::WorkerConfig& worker, plugin::ConnectorType type,
                                  const config::Properties& connector_config);

// How topics of one group are made.
struct TopicCreationGroup {
  std::string name;
  JavaRegex include, exclude;  // of whole names
  int32_t partitions;          // -1: the broker's default, as with the replication factor
  int16_t replication_factor;
  std::map<std::string, std::string> configs;

  bool matches(std::string_view topic) const {
    return !exclude.matches(topic) && include.matches(topic);
  }
};

class TopicCreation {
 public:
  // bad_config: a key that is missing or cannot be read.
  static Result<std::shared_ptr<TopicCreation>> make(const config::Properties& connector_config,
                                                     std::shared_ptr<kafka::ClientFactory> clients,
                                                     kafka::ClientProperties admin_properties,
                                                     const std::string& log_context);

  bool known(std::string_view topic) const { return topics_.find(topic) != topics_.end(); }
  // Looks whether the topic is there, and makes it where it is not. retriable: ask again.
  Result<void> ensure(std::string_view topic);

  // The first group that the name fits, in the order of topic.creation.groups; else `default`.
  const TopicCreationGroup& group_of(std::string_view topic) const;

 private:
  TopicCreation(std::vector<TopicCreationGroup> groups,
                std::shared_ptr<kafka::ClientFactory> clients, kafka::ClientProperties properties,
                const std::string& log_context);

  const std::vector<TopicCreationGroup> groups_;  // `default` is the last
  const std::shared_ptr<kafka::ClientFactory> clients_;
  const kafka::ClientProperties properties_;
  const std::string log_context_;
  const Logger log_;
  std::unique_ptr<kafka::Admin> admin_;  // made at the first topic
  std::set<std::string, std::less<>> topics_;
};

}  // namespace millrace::runtime
