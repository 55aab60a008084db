// StandaloneHerder: looking at and changing the offsets of connectors.

#include "herder/offset_changes.h"
#include "herder/standalone.h"
#include "runtime/call_thread.h"

namespace millrace::herder {
namespace {

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;  // names of topics have no control characters
  }
  out += '"';
}

}  // namespace

Result<std::vector<Offset>> StandaloneHerder::connector_offsets(const std::string& name,
                                                                Deadline deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr)
    return fail(ErrorKind::not_found, "Connector " + name + " not found",
                "org.apache.kafka.connect.errors.NotFoundException");
  Properties config;
  {
    std::lock_guard lock(mutex_);
    config = entry->config;
  }
  if (type_of(config) == "sink") return sink_offsets(name, config, deadline);
  auto entries = worker_.parts().offsets->entries_of(name);
  if (!entries) return fail(std::move(entries).error());
  std::vector<Offset> offsets;
  for (const runtime::OffsetEntry& each : *entries)
    if (auto partition = partition_of_key(name, each.key); partition && each.value)
      offsets.push_back({*std::move(partition), *each.value});
  return offsets;
}

Result<std::vector<Offset>> StandaloneHerder::sink_offsets(const std::string& name,
                                                           const Properties& config,
                                                           Deadline deadline) {
  auto failed = [&name](Error error) {
    return fail(std::move(error).within(
        "Failed to retrieve consumer group offsets for sink connector " + name));
  };
  const runtime::WorkerParts& parts = worker_.parts();
  auto resolved = parts.resolver->resolve(config);
  if (!resolved) return failed(std::move(resolved).error());
  auto opened = open_sink_group(parts, name, *resolved);
  if (!opened) return failed(std::move(opened).error());
  auto committed = opened->admin->group_offsets(opened->group, time_until(deadline));
  if (!committed) return failed(std::move(committed).error());
  std::vector<Offset> offsets;
  for (const kafka::TopicPartitionOffset& each : *committed) {
    std::string partition =
        "{\"kafka_partition\":" + std::to_string(each.partition.partition) + ",\"kafka_topic\":";
    append_json_text(partition, each.partition.topic);
    offsets.push_back({partition + "}", "{\"kafka_offset\":" + std::to_string(each.offset) + "}"});
  }
  return offsets;
}

Result<std::string> StandaloneHerder::modify_connector_offsets(
    const std::string& name, const std::optional<std::vector<Offset>>& offsets, Deadline deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr)
    return fail(ErrorKind::not_found, "Connector " + name + " not found",
                "org.apache.kafka.connect.errors.NotFoundException");
  auto answer = Pending<std::string>::make();
  // In the row of the connector's operations, so that a stop before it is over; the work itself may
  // hang in the connector's code and gets a thread of its own.
  operate(entry, [this, entry, offsets, deadline, answer] {
    OffsetChangeRequest request{entry->name, {}, offsets, deadline};
    {
      std::lock_guard lock(mutex_);
      if (entry->target != TargetState::kStopped || !entry->tasks.empty())
        return answer->answer(fail(
            ErrorKind::bad_config,
            "Connectors must be in the STOPPED state before their offsets can be modified. This "
            "can be done for the specified connector by issuing a 'PUT' request to the "
            "'/connectors/" +
                entry->name + "/stop' endpoint",
            "org.apache.kafka.connect.runtime.rest.errors.BadRequestException"));
      request.config = entry->config;
    }
    auto thread = std::make_shared<runtime::CallThread>("offsets-" + entry->name);
    thread->post([self = shared_from_this(), request = std::move(request), answer] {
      auto changed = change_offsets(self->worker_.parts(), request);
      if (!changed)
        self->log_.error("Failed to modify offsets for connector {}: {}", request.connector,
                         changed.error().describe());
      answer->answer(std::move(changed));
    });
  });
  return answer->wait(deadline);
}

}  // namespace millrace::herder
