#include "kafka/librdkafka/cluster_metadata.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "kafka/librdkafka/handle.h"

namespace millrace::kafka {

using std::chrono::milliseconds;

void ClusterMetadataEnd::operator()(const struct rd_kafka_metadata* metadata) const {
  rd_kafka_metadata_destroy(metadata);
}

Result<ClusterMetadata> ask_metadata(rd_kafka_s* client, rd_kafka_topic_s* only,
                                     milliseconds timeout, std::string_view what) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + timeout;
  for (milliseconds patience(500);; patience *= 2) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    const auto wait =
        std::clamp(std::min(left, patience), milliseconds(1), milliseconds(3'600'000));
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto error = rd_kafka_metadata(client, only == nullptr ? 1 : 0, only, &metadata,
                                         static_cast<int>(wait.count()));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return ClusterMetadata(metadata);
    const bool unanswered =
        error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT;
    if (!unanswered || Clock::now() >= deadline) return fail(client_error(error, what));
  }
}

}  // namespace millrace::kafka
