#pragma once
// Altering and resetting the offsets of a stopped connector (KIP-875).
// org.apache.kafka.connect.runtime.Worker.modifyConnectorOffsets. The connector is asked first: an
// instance of its own is made for that, which is never started. Blocks.

#include <optional>
#include <string>
#include <vector>

#include "config/connector_config.h"
#include "herder/herder.h"
#include "runtime/worker.h"

namespace millrace::herder {

struct OffsetChangeRequest {
  std::string connector;
  Properties config;                           // variables unresolved
  std::optional<std::vector<Offset>> offsets;  // nothing: reset all
  Herder::Deadline deadline;
};

// The message for the user. bad_config: offsets that are not of the form that sinks have.
Result<std::string> change_offsets(const runtime::WorkerParts& parts,
                                   const OffsetChangeRequest& request);

// Client and consumer group by which a sink's offsets are seen and changed. config: resolved.
struct SinkGroup {
  std::unique_ptr<kafka::Admin> admin;
  std::string group;
};
Result<SinkGroup> open_sink_group(const runtime::WorkerParts& parts, const std::string& connector,
                                  const Properties& config);

// A Connect exception keeps its text; the request is not to blame for what a configuration or a
// plug-in holds.
Error as_server_error(const Error& error);
// The same for Connect's own exceptions; what is none becomes the cause of one with this message.
// Java: ConnectUtils.maybeWrap.
Error maybe_wrapped(Error error, std::string message);

// What is left until then; at least a millisecond.
std::chrono::milliseconds time_until(Herder::Deadline deadline);

// The JSON texts of `connector`'s stored partition, out of a key of the offset store.
std::optional<std::string> partition_of_key(const std::string& connector, const std::string& key);

// Java: SinkUtils.parseSinkConnectorOffsets. An offset of -1 stands for a reset.
Result<std::vector<kafka::TopicPartitionOffset>> parse_sink_offsets(
    const std::vector<Offset>& offsets);

}  // namespace millrace::herder
