#include "kafka/librdkafka/partition_reader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "kafka/librdkafka/cluster_metadata.h"
#include "kafka/librdkafka/handle.h"

namespace millrace::kafka {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds time_until(Clock::time_point deadline) {
  return std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
}
int left_until(Clock::time_point deadline) {
  return static_cast<int>(std::clamp<int64_t>(time_until(deadline).count(), 0, 3'600'000));
}

std::string name_of(const TopicPartition& partition) {
  return partition.topic + "-" + std::to_string(partition.partition);
}

std::optional<std::string> bytes_of(const void* data, size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

StoredRecord stored(const TopicPartition& partition, const rd_kafka_message_t& message) {
  StoredRecord record;
  record.partition = partition;
  record.offset = message.offset;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp = rd_kafka_message_timestamp(&message, &type);
  record.timestamp_type = static_cast<int8_t>(static_cast<int>(type) - 1);  // -1 none, 0, 1
  record.key = bytes_of(message.key, message.key_len);
  record.value = bytes_of(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    record.headers.emplace_back(name, bytes_of(value, size));
  return record;
}

size_t size_of(const StoredRecord& record) {
  size_t size = (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const auto& [name, value] : record.headers)
    size += name.size() + (value ? value->size() : 0);
  return size;
}

// A partition that is being fetched, from its start to its stop.
class Fetching {
 public:
  Fetching(std::shared_ptr<Handle> handle, const TopicPartition& partition)
      : handle_(std::move(handle)),
        partition_(partition),
        topic_(rd_kafka_topic_new(handle_->get(), partition.topic.c_str(), nullptr)) {}
  Fetching(const Fetching&) = delete;
  Fetching& operator=(const Fetching&) = delete;
  ~Fetching() {
    if (started_) rd_kafka_consume_stop(topic_, partition_.partition);
    if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
  }

  Result<void> start(int64_t offset) {
    started_ =
        topic_ != nullptr && rd_kafka_consume_start(topic_, partition_.partition, offset) == 0;
    if (started_) return {};
    return fail(client_error(rd_kafka_last_error(), "Reading " + name_of(partition_) + " failed"));
  }
  // Nothing: the end of the partition.
  Result<std::optional<StoredRecord>> next(Clock::time_point deadline) {
    std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> message(
        rd_kafka_consume(topic_, partition_.partition, left_until(deadline)),
        rd_kafka_message_destroy);
    if (!message)
      return fail(ErrorKind::timed_out,
                  "Reading " + name_of(partition_) + " was not done in the time allowed",
                  "org.apache.kafka.common.errors.TimeoutException");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return std::nullopt;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return fail(client_error(message->err, "Reading " + name_of(partition_) + " failed",
                               rd_kafka_message_errstr(message.get())));
    return stored(partition_, *message);
  }

 private:
  const std::shared_ptr<Handle> handle_;
  const TopicPartition partition_;
  rd_kafka_topic_t* topic_;
  bool started_ = false;
};

Result<std::shared_ptr<Handle>> open(ClientProperties properties, const std::string& log_context) {
  properties.erase("group.id");
  properties.erase("group.instance.id");
  properties["auto.offset.reset"] = "none";
  auto settings = translate_client_properties(ClientRole::kConsumer, properties);
  if (!settings) return fail(std::move(settings).error());
  std::erase_if(settings->settings,
                [](const ClientSetting& each) { return each.name == "group.id"; });
  settings->set("enable.partition.eof", "true");
  settings->set("enable.auto.commit", "false");
  settings->set("allow.auto.create.topics", "false");
  auto log = std::make_shared<ClientLog>("org.apache.kafka.clients.consumer", log_context);
  auto configuration = make_configuration(*settings, log);
  if (!configuration) return fail(std::move(configuration).error());
  return Handle::make(RD_KAFKA_CONSUMER, *configuration, log);
}

// A topic that is not there is not waited for.
Result<void> check_exists(rd_kafka_t* client, const TopicPartition& partition,
                          Clock::time_point deadline) {
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, partition.topic.c_str(), nullptr);
  const std::string what = "Asking for the partitions of " + partition.topic + " failed";
  if (topic == nullptr) return fail(client_error(rd_kafka_last_error(), what));
  auto metadata = ask_metadata(client, topic, time_until(deadline), what);
  rd_kafka_topic_destroy(topic);
  if (!metadata) return fail(std::move(metadata).error());
  const rd_kafka_metadata_topic_t* found =
      (*metadata)->topic_cnt == 1 ? &(*metadata)->topics[0] : nullptr;
  const auto refused = found == nullptr ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART : found->err;
  const int partitions = found == nullptr ? 0 : found->partition_cnt;
  if (refused == RD_KAFKA_RESP_ERR_NO_ERROR && partition.partition < partitions) return {};
  if (refused == RD_KAFKA_RESP_ERR_NO_ERROR || refused == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    return fail(ErrorKind::bad_config, "There is no partition " + name_of(partition));
  return fail(client_error(refused, what));
}

// The range within what the partition holds now.
Result<std::pair<int64_t, int64_t>> bounds(rd_kafka_t* client, const PartitionRange& range,
                                           Clock::time_point deadline) {
  const TopicPartition& partition = range.partition;
  int64_t begin = 0, end = 0;
  const auto error = rd_kafka_query_watermark_offsets(
      client, partition.topic.c_str(), partition.partition, &begin, &end, left_until(deadline));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(client_error(error, "Asking for the offsets of " + name_of(partition) + " failed"));
  const int64_t from = range.from.value_or(begin);
  if (from < begin || from > end)
    return fail(ErrorKind::bad_config, "Offset " + std::to_string(from) + " is not in " +
                                           name_of(partition) + ", which begins at " +
                                           std::to_string(begin) + " and ends before " +
                                           std::to_string(end));
  return std::pair(from, std::min(range.to.value_or(end), end));
}

}  // namespace

Result<std::vector<StoredRecord>> read_partition_range(const ClientProperties& properties,
                                                       const PartitionRange& range,
                                                       std::chrono::milliseconds timeout,
                                                       const std::string& log_context) {
  const auto deadline = Clock::now() + timeout;
  auto handle = open(properties, log_context);
  if (!handle) return fail(std::move(handle).error());
  auto exists = check_exists((*handle)->get(), range.partition, deadline);
  if (!exists) return fail(std::move(exists).error());
  auto offsets = bounds((*handle)->get(), range, deadline);
  if (!offsets) return fail(std::move(offsets).error());
  const auto [from, to] = *offsets;
  std::vector<StoredRecord> records;
  if (from >= to || range.most_records == 0) return records;
  Fetching fetching(*handle, range.partition);
  if (auto started = fetching.start(from); !started) return fail(std::move(started).error());
  for (size_t bytes = 0; records.size() < range.most_records && bytes < range.most_bytes;) {
    auto record = fetching.next(deadline);
    if (!record) return fail(std::move(record).error());
    if (!*record || (*record)->offset >= to) break;
    bytes += size_of(**record);
    records.push_back(*std::move(*record));
    if (records.back().offset + 1 >= to) break;
  }
  return records;
}

}  // namespace millrace::kafka
