#pragma once
// Shutting out producers: org.apache.kafka.clients.admin.Admin.fenceProducers. The coordinator of
// each transactional id is asked for a new producer id (InitProducerId), which ends the open
// transaction of a producer that has the id now and refuses all that it sends from then on.

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/client.h"

namespace millrace::kafka {

// Blocks until all are shut out, `timeout` at the longest. An error: some may be, some are not.
Result<void> fence_producers(const ClientProperties& admin,
                             const std::vector<std::string>& transactional_ids,
                             std::chrono::milliseconds timeout, const std::string& log_context);

}  // namespace millrace::kafka
