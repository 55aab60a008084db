#pragma once
// Offsets of a connector as the REST API shows them (KIP-875): of a source from the offset store,
// of a sink those of its consumer group. Blocks.

#include <string>
#include <vector>

#include "herder/herder.h"
#include "runtime/worker.h"

namespace millrace::herder {

// config: variables unresolved.
Result<std::vector<Offset>> list_offsets(const runtime::WorkerParts& parts, const std::string& name,
                                         const Properties& config, Herder::Deadline deadline);

}  // namespace millrace::herder
