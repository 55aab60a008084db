// StandaloneHerder: looking at and changing the offsets of connectors.

#include "config/client_config.h"
#include "herder/standalone.h"
#include "runtime/source_offset.h"

namespace millrace::herder {
namespace {

std::chrono::milliseconds time_until(Herder::Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(1));
}

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
  const std::string prefix = runtime::offset_key_prefix(name);
  for (const runtime::OffsetEntry& each : *entries) {
    // The key is `["NAME",PARTITION]`.
    if (each.key.size() <= prefix.size() || !each.value) continue;
    offsets.push_back(
        {each.key.substr(prefix.size(), each.key.size() - prefix.size() - 1), *each.value});
  }
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
  auto properties = config::admin_properties(
      parts.config, *resolved, "connector-adminclient-" + name, parts.client_overrides);
  if (!properties) return failed(std::move(properties).error());
  auto admin = parts.clients->make_admin(*properties, "[" + name + "|worker] ");
  if (!admin) return failed(std::move(admin).error());
  auto committed = (*admin)->group_offsets(config::consumer_group(parts.config, *resolved, name),
                                           time_until(deadline));
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
    const std::string& name, const std::optional<std::vector<Offset>>&, Deadline) {
  EntryPtr entry = find(name);
  if (entry == nullptr)
    return fail(ErrorKind::not_found, "Connector " + name + " not found",
                "org.apache.kafka.connect.errors.NotFoundException");
  return fail(ErrorKind::fatal,
              "Changing the offsets of connectors is not supported by this version of Millrace");
}

}  // namespace millrace::herder
