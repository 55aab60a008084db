// Offsets of a sink as the REST API gives them: {"kafka_topic","kafka_partition"} and
// {"kafka_offset"}. Numbers may be texts.

#include <algorithm>
#include <charconv>

#include "base/arena.h"
#include "convert/json_text.h"
#include "herder/offset_changes.h"

namespace millrace::herder {
namespace {

Failure bad(std::string message) {
  return fail(ErrorKind::bad_config, std::move(message),
              "org.apache.kafka.connect.runtime.rest.errors.BadRequestException");
}

const data::Cell* find(const data::Cell& map, std::string_view key) {
  for (uint32_t i = 0; i < map.length; ++i)
    if (data::text(map.as.cells[2 * i]) == key) return &map.as.cells[2 * i + 1];
  return nullptr;
}

// String.valueOf
std::string text_of(const data::Cell& cell) {
  if (data::kind(cell) == data::Kind::kString) return std::string(data::text(cell));
  std::string text;
  // A parsed JSON value always has a JSON form.
  (void)convert::append_json(text, nullptr, cell);
  return text;
}

// Integer.parseInt and Long.parseLong
template <typename Integer>
bool parse(const std::string& text, Integer& number) {
  const char *begin = text.data(), *end = begin + text.size();
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') ++begin;
  auto [stopped, error] = std::from_chars(begin, end, number);
  return error == std::errc() && stopped == end;
}

Result<kafka::TopicPartition> parse_partition(const data::Cell& partition) {
  if (data::is_null(partition))
    return bad("The partition for a sink connector offset cannot be null or missing");
  const data::Cell* topic = find(partition, "kafka_topic");
  const data::Cell* number = find(partition, "kafka_partition");
  if (topic == nullptr || number == nullptr)
    return bad(
        "The partition for a sink connector offset must contain the keys 'kafka_topic' and "
        "'kafka_partition'");
  if (data::is_null(*topic))
    return bad("Kafka topic names must be valid strings and may not be null");
  if (data::is_null(*number))
    return bad("Kafka partitions must be valid numbers and may not be null");
  kafka::TopicPartition parsed{text_of(*topic), 0};
  if (const std::string text = text_of(*number); !parse(text, parsed.partition))
    return bad("Failed to parse the following Kafka partition value in the provided offsets: '" +
               text + "'. Partition values for sink connectors need to be integers.");
  return parsed;
}

// -1: reset
Result<int64_t> parse_offset(const data::Cell& offset) {
  if (data::is_null(offset)) return -1;
  const data::Cell* number = find(offset, "kafka_offset");
  if (number == nullptr)
    return bad(
        "The offset for a sink connector should either be null or contain the key 'kafka_offset'");
  int64_t parsed = 0;
  if (const std::string text = text_of(*number); !parse(text, parsed))
    return bad("Failed to parse the following Kafka offset value in the provided offsets: '" +
               text + "'. Offset values for sink connectors need to be integers.");
  // Java hands it to the consumer's OffsetAndMetadata, which takes no negative one.
  if (parsed < 0)
    return fail(ErrorKind::fatal, "Invalid negative offset", "java.lang.IllegalArgumentException");
  return parsed;
}

}  // namespace

Result<std::vector<kafka::TopicPartitionOffset>> parse_sink_offsets(
    const std::vector<Offset>& offsets) {
  std::vector<kafka::TopicPartitionOffset> parsed;
  for (const Offset& each : offsets) {
    Arena arena;
    auto partition = convert::parse_json(each.partition_json, arena);
    if (!partition) return fail(std::move(partition).error());
    auto offset = convert::parse_json(each.offset_json, arena);
    if (!offset) return fail(std::move(offset).error());
    auto whose = parse_partition(*partition);
    if (!whose) return fail(std::move(whose).error());
    auto value = parse_offset(*offset);
    if (!value) return fail(std::move(value).error());
    auto same = std::find_if(parsed.begin(), parsed.end(),
                             [&](const auto& other) { return other.partition == *whose; });
    if (same != parsed.end())
      same->offset = *value;
    else
      parsed.push_back({*std::move(whose), *value, {}});
  }
  return parsed;
}

}  // namespace millrace::herder
