#pragma once
// What a cluster says of its topics, as librdkafka gives it.

#include <chrono>
#include <memory>
#include <string_view>

#include "base/result.h"

struct rd_kafka_s;
struct rd_kafka_topic_s;
struct rd_kafka_metadata;

namespace millrace::kafka {

struct ClusterMetadataEnd {
  void operator()(const struct rd_kafka_metadata* metadata) const;
};
// (There is a function of that name, too.)
using ClusterMetadata = std::unique_ptr<const struct rd_kafka_metadata, ClusterMetadataEnd>;

// Asks for one topic, or for all where there is none (`only` is null; to ask for one by name can
// make the broker create it). Waits for the answer. `what` begins the message of an error.
// librdkafka leaves a question with the broker that it has chosen, also where that one is gone
// before it answers: so after half a second, after one more, two and so on it is put anew, to one
// that is connected then.
Result<ClusterMetadata> ask_metadata(rd_kafka_s* client, rd_kafka_topic_s* only,
                                     std::chrono::milliseconds timeout, std::string_view what);

}  // namespace millrace::kafka
