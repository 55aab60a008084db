#pragma once
// The parts of a distributed worker that a standalone one does not have: the three topics, the
// group member, the herder of a cluster.

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "config/worker_config.h"
#include "distributed/distributed_herder.h"
#include "runtime/offset_store.h"

namespace millrace::app {

// Not started.
Result<std::shared_ptr<runtime::OffsetStore>> make_offset_topic(const config::WorkerConfig& config);

// Of topics that source connectors name for their own offsets.
runtime::OpenOffsetTopic make_offset_topics(const config::WorkerConfig& config);

struct ClusterPlace {
  std::string worker_id;  // "host:port"
  std::string url;        // of the REST API, with a slash at its end
  std::function<std::string()> kafka_cluster_id;
};
// parts.offsets is the offset topic, started.
Result<std::unique_ptr<distributed::DistributedHerder>> make_distributed_herder(
    runtime::WorkerParts parts, ClusterPlace place);
Result<void> start_distributed_herder(distributed::DistributedHerder& herder);

}  // namespace millrace::app
