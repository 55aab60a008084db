#pragma once
// The `topic.creation.*` keys of a source connector: groups of topics and how they are made.
// org.apache.kafka.connect.runtime.TopicCreationConfig and SourceConnectorConfig.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"

namespace millrace::config {

struct TopicCreationRules {
  std::string group;
  std::vector<std::string> include,
      exclude;              // regular expressions; those of `default` do not count
  int32_t partitions = -1;  // -1: the broker's default, as with the other
  int16_t replication_factor = -1;
  Properties configs;  // of the topic
};

// The groups in the order of topic.creation.groups, `default` last. bad_config: a value that is
// missing or that its key cannot take. Validation of a connector passes over these keys, as Java's
// does: the connector fails as it is started.
Result<std::vector<TopicCreationRules>> topic_creation_rules(const Properties& connector_config);

}  // namespace millrace::config
