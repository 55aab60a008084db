#pragma once
// Where the offsets of one source connector lie: in the worker's store, or in a topic that the
// connector names (offsets.storage.topic), or, with transactions, in the worker's topic by clients
// of the connector's own. org.apache.kafka.connect.runtime.Worker.offsetStoreFor...

#include <memory>
#include <string>

#include "runtime/worker.h"

namespace millrace::runtime {

struct ConnectorOffsets {
  std::shared_ptr<OffsetStore> store;
  // What a transaction writes to; empty where there are no transactions and no own topic.
  std::string topic;
  // The worker's store, where it is another one than that topic; else null.
  std::shared_ptr<OffsetStore> second;
};

// connector_config: resolved. Errors are of the connector's client settings; the topic itself is
// looked at with the store's start.
Result<ConnectorOffsets> offsets_of_connector(const WorkerParts& parts,
                                              const std::string& connector,
                                              const config::Properties& connector_config);

// exactly.once.source.support=enabled: of all source connectors here.
bool delivers_exactly_once(const WorkerParts& parts);

// Of a source task: with transactions where this worker has them. What is overruled is logged.
Result<config::Properties> source_producer_properties(const WorkerParts& parts,
                                                      const config::Properties& connector_config,
                                                      const config::ConnectorTaskClient& task);

// The connector's offsets are read by clients of its own, not by the worker's. Variables may be
// unresolved.
bool has_offset_clients(const WorkerParts& parts, const config::Properties& connector_config);

}  // namespace millrace::runtime
