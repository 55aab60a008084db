#include "distributed/connect_protocol.h"

#include <algorithm>
#include <map>

#include "distributed/java_order.h"

namespace millrace::distributed {
namespace {

constexpr int32_t kConnectorTask = -1;  // stands for the connector itself among its tasks
constexpr const char* kSchemaException = "org.apache.kafka.common.protocol.types.SchemaException";

// Big-endian primitives of Kafka's older protocols.
class Writer {
 public:
  void int16(int16_t value) { number(static_cast<uint16_t>(value), 2); }
  void int32(int32_t value) { number(static_cast<uint32_t>(value), 4); }
  void int64(int64_t value) { number(static_cast<uint64_t>(value), 8); }
  void string(std::string_view text) {
    int16(static_cast<int16_t>(text.size()));
    bytes_.append(text);
  }
  void bytes(const std::optional<std::string>& value) {
    int32(value ? static_cast<int32_t>(value->size()) : -1);
    if (value) bytes_.append(*value);
  }
  std::string take() && { return std::move(bytes_); }

 private:
  void number(uint64_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<char>(value >> shift));
  }
  std::string bytes_;
};

// Remembers that it met the end too early: the caller asks once.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  int16_t int16() { return static_cast<int16_t>(number(2)); }
  int32_t int32() { return static_cast<int32_t>(number(4)); }
  int64_t int64() { return static_cast<int64_t>(number(8)); }
  std::string_view string() {
    const int16_t size = int16();
    return size < 0 ? broken() : take(static_cast<size_t>(size));
  }
  std::optional<std::string_view> nullable_bytes() {
    const int32_t size = int32();
    if (size < 0) return std::nullopt;
    return take(static_cast<size_t>(size));
  }
  bool at_end() const { return bytes_.empty(); }
  bool failed() const { return failed_; }
  std::string_view broken() {
    failed_ = true;
    bytes_ = {};
    return {};
  }
  size_t left() const { return bytes_.size(); }

 private:
  std::string_view take(size_t size) {
    if (size > bytes_.size()) return broken();
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  uint64_t number(size_t size) {
    uint64_t value = 0;
    for (const char byte : take(size)) value = value << 8 | static_cast<uint8_t>(byte);
    return value;
  }
  std::string_view bytes_;
  bool failed_ = false;
};

// Each connector once, at the place where it was first named: its own mark, then its tasks.
void write(Writer& writer, const Load& load) {
  std::vector<std::pair<std::string_view, std::vector<int32_t>>> entries;
  std::map<std::string_view, size_t> places;
  auto tasks_of = [&](std::string_view connector) -> std::vector<int32_t>& {
    auto [place, added] = places.try_emplace(connector, entries.size());
    if (added) entries.emplace_back(connector, std::vector<int32_t>());
    return entries[place->second].second;
  };
  for (const std::string& connector : load.connectors)
    if (auto& tasks = tasks_of(connector); tasks.empty()) tasks.push_back(kConnectorTask);
  for (const TaskId& task : load.tasks) tasks_of(task.connector).push_back(task.index);
  writer.int32(static_cast<int32_t>(entries.size()));
  for (const auto& [connector, tasks] : entries) {
    writer.string(connector);
    writer.int32(static_cast<int32_t>(tasks.size()));
    for (const int32_t task : tasks) writer.int32(task);
  }
}

Load read_load(Reader& reader) {
  Load load;
  if (reader.at_end()) return load;
  const int32_t connectors = reader.int32();  // -1: null
  for (int32_t i = 0; i < connectors && !reader.failed(); ++i) {
    const std::string connector(reader.string());
    const int32_t tasks = reader.int32();
    if (tasks < 0 || static_cast<size_t>(tasks) > reader.left() / 4) reader.broken();
    for (int32_t j = 0; j < tasks && !reader.failed(); ++j) {
      const int32_t task = reader.int32();
      if (task == kConnectorTask)
        load.connectors.push_back(connector);
      else
        load.tasks.push_back({connector, task});
    }
  }
  return load;
}

Failure unreadable(std::string_view what) {
  return fail(ErrorKind::bad_data,
              "A group member's " + std::string(what) +
                  " ends too early: it is not of Kafka Connect's protocol",
              kSchemaException);
}

Result<int16_t> read_version(Reader& reader) {
  const int16_t version = reader.int16();
  if (version < 0)
    return fail(ErrorKind::bad_data, "Unsupported subscription version: " + std::to_string(version),
                kSchemaException);
  return version;
}

}  // namespace

std::string_view protocol_name(ConnectProtocol protocol) {
  switch (protocol) {
    case ConnectProtocol::kEager: return "default";
    case ConnectProtocol::kCompatible: return "compatible";
    case ConnectProtocol::kSessioned: return "sessioned";
  }
  return "default";
}

std::optional<ConnectProtocol> protocol_of(std::string_view name) {
  for (const auto protocol :
       {ConnectProtocol::kEager, ConnectProtocol::kCompatible, ConnectProtocol::kSessioned}) {
    const std::string_view known = protocol_name(protocol);
    if (std::equal(name.begin(), name.end(), known.begin(), known.end(),
                   [](char a, char b) { return (a | 0x20) == b; }))
      return protocol;
  }
  return std::nullopt;
}

std::string encode(const Assignment& assignment) {
  Writer writer;
  writer.int16(assignment.version);
  writer.int16(assignment.error);
  writer.string(assignment.leader);
  writer.string(assignment.leader_url);
  writer.int64(assignment.config_offset);
  // As Java's members write what they are given: a leader looks at it in this order.
  Load assigned = assignment.assigned;
  const size_t size = assigned.connectors.size();
  assigned.connectors = hash_set_order(std::move(assigned.connectors), size);
  write(writer, assigned);
  if (assignment.version > 0) {
    write(writer, assignment.revoked);
    writer.int32(assignment.delay_ms);
  }
  return std::move(writer).take();
}

std::string encode(const MemberMetadata& metadata) {
  Writer writer;
  writer.int16(metadata.version);
  writer.string(metadata.url);
  writer.int64(metadata.config_offset);
  if (metadata.version > 0) {
    std::optional<std::string> allocation;
    if (metadata.allocation) {
      Assignment held = *metadata.allocation;
      held.version = metadata.version;
      allocation = encode(held);
    }
    writer.bytes(allocation);
  }
  return std::move(writer).take();
}

Result<Assignment> decode_assignment(std::string_view bytes) {
  Reader reader(bytes);
  Assignment assignment;
  auto version = read_version(reader);
  if (!version) return fail(std::move(version).error());
  assignment.version = *version;
  assignment.error = reader.int16();
  assignment.leader = reader.string();
  assignment.leader_url = reader.string();
  assignment.config_offset = reader.int64();
  assignment.assigned = read_load(reader);
  assignment.revoked = read_load(reader);
  if (!reader.at_end()) assignment.delay_ms = reader.int32();
  if (reader.failed()) return unreadable("assignment");
  return assignment;
}

Result<MemberMetadata> decode_metadata(std::string_view bytes) {
  Reader reader(bytes);
  MemberMetadata metadata;
  auto version = read_version(reader);
  if (!version) return fail(std::move(version).error());
  metadata.version = *version;
  metadata.url = reader.string();
  metadata.config_offset = reader.int64();
  std::optional<std::string_view> allocation;
  if (!reader.at_end()) allocation = reader.nullable_bytes();
  if (reader.failed()) return unreadable("metadata");
  if (allocation) {
    auto held = decode_assignment(*allocation);
    if (!held) return fail(std::move(held).error());
    metadata.allocation = *std::move(held);
  }
  return metadata;
}

}  // namespace millrace::distributed
