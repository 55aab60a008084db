#include "herder/offset_listing.h"

#include "base/arena.h"
#include "base/log.h"
#include "convert/json_text.h"
#include "data/java_hash_map.h"
#include "data/java_string.h"
#include "herder/offset_changes.h"
#include "plugin/catalogue.h"
#include "runtime/connector_check.h"
#include "runtime/connector_offsets.h"
#include "runtime/source_offset.h"

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

// What stands in the store under `entry.key`; nothing where it is no offset of a connector's. A
// text that is empty, or null, is no offset, and yet lists the partition. Java: OffsetUtils
// .processPartitionKey, OffsetStorageReaderImpl.offsets.
std::optional<Offset> read_entry(const std::string& connector, const runtime::OffsetEntry& entry) {
  auto partition = partition_of_key(connector, entry.key);
  if (!partition || !entry.value) return std::nullopt;
  Arena arena;
  auto key = convert::parse_json(entry.key, arena);
  if (!key || data::kind(*key) != data::Kind::kArray || key->length != 2) return std::nullopt;
  const data::Cell& source = key->as.cells[1];
  if (data::kind(source) != data::Kind::kMap || !runtime::offset_key(connector, &source))
    return std::nullopt;
  if (entry.value->find_first_not_of(" \t\r\n") == std::string::npos)
    return Offset{*std::move(partition), "null"};
  if (auto offset = runtime::parse_offset(*entry.value, arena); !offset) {
    Logger("org.apache.kafka.connect.storage.OffsetStorageReaderImpl")
        .error(
            "CRITICAL: Failed to deserialize offset data when getting offsets for task with "
            "namespace {}. No value for this data will be returned, which may break the task or "
            "cause it to skip some data: {}",
            connector, offset.error().describe());
    return std::nullopt;
  }
  return Offset{*std::move(partition), *entry.value};
}

// As the HashMap<TopicPartition, ...> of Java's client hands them out.
std::vector<uint32_t> java_order(const std::vector<kafka::TopicPartitionOffset>& offsets) {
  std::vector<int32_t> hashes;
  for (const kafka::TopicPartitionOffset& each : offsets) {
    const uint32_t partition = 31 + static_cast<uint32_t>(each.partition.partition);
    const auto topic = static_cast<uint32_t>(data::java_string_hash(each.partition.topic));
    hashes.push_back(static_cast<int32_t>(31 * partition + topic));
  }
  std::vector<uint32_t> order;
  data::hash_map_order(hashes, order);
  return order;
}

// config: variables resolved.
Result<std::vector<Offset>> list_sink_offsets(const runtime::WorkerParts& parts,
                                              const std::string& name, const Properties& config,
                                              Herder::Deadline deadline) {
  auto failed = [&name](Error error) {
    return fail(std::move(error).within(
        "Failed to retrieve consumer group offsets for sink connector " + name));
  };
  auto opened = open_sink_group(parts, name, config);
  if (!opened) return fail(as_server_error(opened.error()));
  auto committed = opened->admin->group_offsets(opened->group, time_until(deadline));
  if (!committed) return failed(std::move(committed).error());
  std::vector<Offset> offsets;
  for (const uint32_t index : java_order(*committed)) {
    const kafka::TopicPartitionOffset& each = (*committed)[index];
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
  auto resolved = parts.resolver->resolve(config);
  if (!resolved) return fail(as_server_error(resolved.error()));
  auto named = resolved->find("connector.class");
  auto found = parts.plugins->find(named == resolved->end() ? std::string_view()
                                                            : config::trim(named->second));
  if (!found) return fail(as_server_error(found.error()));
  const plugin::ConnectorType type = (*found)->type();
  if (auto checked = runtime::check_connector_config(parts.config, type, *resolved); !checked)
    return fail(as_server_error(checked.error()));
  if (type == plugin::ConnectorType::kSink)
    return list_sink_offsets(parts, name, *resolved, deadline);
  auto offsets_of = runtime::offsets_of_connector(parts, name, *resolved);
  if (!offsets_of) return fail(as_server_error(offsets_of.error()));
  const std::shared_ptr<runtime::OffsetStore> store = std::move(offsets_of->store);
  auto entries = store->entries_of(name);
  if (!entries)
    return fail(maybe_wrapped(std::move(entries).error(),
                              "Failed to retrieve offsets for source connector " + name));
  std::vector<Offset> offsets;
  for (const runtime::OffsetEntry& each : *entries)
    if (auto offset = read_entry(name, each)) offsets.push_back(*std::move(offset));
  return offsets;
}

}  // namespace millrace::herder
