#include "herder/offset_listing.h"

#include "herder/offset_changes.h"
#include "herder/plugin_listing.h"
#include "runtime/connector_offsets.h"
#include "runtime/topic_creation.h"

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

Result<std::vector<Offset>> list_sink_offsets(const runtime::WorkerParts& parts,
                                              const std::string& name, const Properties& config,
                                              Herder::Deadline deadline) {
  auto failed = [&name](Error error) {
    return fail(std::move(error).within(
        "Failed to retrieve consumer group offsets for sink connector " + name));
  };
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

}  // namespace

Result<std::vector<Offset>> list_offsets(const runtime::WorkerParts& parts, const std::string& name,
                                         const Properties& config, Herder::Deadline deadline) {
  if (type_of_connector(*parts.plugins, config) == "sink")
    return list_sink_offsets(parts, name, config, deadline);
  std::shared_ptr<runtime::OffsetStore> store = parts.offsets;
  const bool makes_topics =
      runtime::makes_topics(parts.config, plugin::ConnectorType::kSource, config);
  if (makes_topics || runtime::has_offset_clients(parts, config)) {
    auto resolved = parts.resolver->resolve(config);
    if (!resolved) return fail(std::move(resolved).error());
    auto checked =
        runtime::check_topic_creation(parts.config, plugin::ConnectorType::kSource, *resolved);
    if (!checked) return fail(std::move(checked).error());
    auto offsets = runtime::offsets_of_connector(parts, name, *resolved);
    if (!offsets) return fail(std::move(offsets).error());
    store = std::move(offsets->store);
  }
  auto entries = store->entries_of(name);
  if (!entries) return fail(std::move(entries).error());
  std::vector<Offset> offsets;
  for (const runtime::OffsetEntry& each : *entries)
    if (auto partition = partition_of_key(name, each.key); partition && each.value)
      offsets.push_back({*std::move(partition), *each.value});
  return offsets;
}

}  // namespace millrace::herder
