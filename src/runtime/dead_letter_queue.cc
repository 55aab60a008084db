#include "runtime/dead_letter_queue.h"

#include <utility>

#include "runtime/java_names.h"

namespace millrace::runtime {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAdminTimeout{60'000};
// Between two looks at what was acknowledged.
constexpr milliseconds kPatience{100};

std::string text_of(const config::Properties& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() ? std::string() : std::string(config::trim(found->second));
}

// Collects bytes first and the places of headers in them; pointers are known when all is there.
class HeaderTexts {
 public:
  explicit HeaderTexts(std::string& bytes) : bytes_(bytes) {}
  void add(std::string_view key, const uint8_t* value, size_t size) {
    Place place{bytes_.size(), key.size(), 0, 0, value == nullptr};
    bytes_.append(key);
    place.value = bytes_.size();
    place.value_size = size;
    if (value != nullptr) bytes_.append(reinterpret_cast<const char*>(value), size);
    places_.push_back(place);
  }
  void add(std::string_view name, std::string_view value) {
    std::string key = "__connect.errors.";
    add(key.append(name), reinterpret_cast<const uint8_t*>(value.data()), value.size());
  }
  void add_null(std::string_view name) {
    std::string key = "__connect.errors.";
    add(key.append(name), nullptr, 0);
  }
  std::vector<kafka::OutgoingHeader> finish() const {
    std::vector<kafka::OutgoingHeader> headers;
    for (const Place& place : places_)
      headers.push_back(
          {std::string_view(bytes_).substr(place.key, place.key_size),
           place.null ? nullptr : reinterpret_cast<const uint8_t*>(bytes_.data()) + place.value,
           place.value_size});
    return headers;
  }

 private:
  struct Place {
    size_t key, key_size, value, value_size;
    bool null;
  };
  std::string& bytes_;
  std::vector<Place> places_;
};

void add_context(HeaderTexts& headers, const pipeline::RawRecords& raw, uint32_t record,
                 const data::RecordFailure& failure, const TaskId& task) {
  headers.add("topic", raw.topics[record]);
  // A source's record need not have a partition, and has no offset in Kafka.
  if (raw.partitions != nullptr && raw.partitions[record] >= 0)
    headers.add("partition", std::to_string(raw.partitions[record]));
  if (raw.offsets != nullptr) headers.add("offset", std::to_string(raw.offsets[record]));
  if (raw.source_partitions != nullptr)
    headers.add("source.partition", raw.source_partitions[record].text());
  if (raw.source_offsets != nullptr)
    headers.add("source.offset", raw.source_offsets[record].text());
  headers.add("connector.name", task.connector);
  headers.add("task.id", std::to_string(task.index));
  headers.add("stage", data::stage_name(failure.stage));
  headers.add("class.name", failure.stage_class);
  headers.add("exception.class.name", failure.error.exception_class());
  if (failure.error.message().empty())
    headers.add_null("exception.message");
  else
    headers.add("exception.message", failure.error.message());
  headers.add("exception.stacktrace", failure.error.trace());
}

}  // namespace

DeadLetterConfig DeadLetterConfig::from(const config::Properties& connector_config) {
  DeadLetterConfig config;
  config.topic = text_of(connector_config, "errors.deadletterqueue.topic.name");
  const std::string factor =
      text_of(connector_config, "errors.deadletterqueue.topic.replication.factor");
  if (!factor.empty())
    config.replication_factor = static_cast<int16_t>(std::strtol(factor.c_str(), nullptr, 10));
  std::string enabled = text_of(connector_config, "errors.deadletterqueue.context.headers.enable");
  for (char& c : enabled) c = static_cast<char>(c | 0x20);
  config.context_headers = enabled == "true";
  return config;
}

KafkaDeadLetterQueue::KafkaDeadLetterQueue(DeadLetterConfig config, TaskId task,
                                           const std::string& log_context, Clients clients)
    : config_(std::move(config)),
      task_(std::move(task)),
      log_context_(log_context),
      log_("org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter", log_context),
      clients_(std::move(clients)) {}

Result<void> KafkaDeadLetterQueue::make_topic() {
  auto admin = clients_.factory->make_admin(clients_.admin, log_context_);
  if (!admin) return fail(std::move(admin).error());
  auto existing = (*admin)->describe_topics({config_.topic}, kAdminTimeout);
  if (!existing) return fail(std::move(existing).error());
  if (!existing->empty()) return {};
  log_.error("Topic {} doesn't exist. Will attempt to create topic.", config_.topic);
  kafka::NewTopic topic;
  topic.name = config_.topic;
  topic.partitions = 1;
  topic.replication_factor = config_.replication_factor;
  return (*admin)->create_topic(topic, kAdminTimeout);
}

Result<void> KafkaDeadLetterQueue::open() {
  if (auto made = make_topic(); !made) {
    return fail(Error(ErrorKind::fatal,
                      "Could not initialize dead letter queue with topic=" + config_.topic,
                      java::kConnectException)
                    .caused_by(java::waited_for(std::move(made).error())));
  }
  auto producer = clients_.factory->make_producer(clients_.producer, log_context_);
  if (!producer) return fail(std::move(producer).error());
  std::lock_guard lock(mutex_);
  producer_ = *std::move(producer);
  return {};
}

std::unique_ptr<KafkaDeadLetterQueue::Letter> KafkaDeadLetterQueue::write(
    const pipeline::RawRecords& raw, uint32_t record, const data::RecordFailure& failure) const {
  auto letter = std::make_unique<Letter>();
  const pipeline::Bytes key = raw.keys[record], value = raw.values[record];
  std::string& bytes = letter->bytes;
  bytes.append(key.text()).append(value.text());
  HeaderTexts headers(bytes);
  const auto [begin, end] = raw.headers_of(record);
  for (uint32_t i = begin; i < end; ++i)
    headers.add(raw.header_keys[i], raw.header_values[i].data, raw.header_values[i].size);
  if (config_.context_headers) add_context(headers, raw, record, failure, task_);
  letter->headers = headers.finish();

  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  kafka::OutgoingRecord& out = letter->record;
  out.topic = config_.topic;
  out.timestamp = raw.timestamps == nullptr ? data::kNone : raw.timestamps[record];
  out.key = key.data == nullptr ? nullptr : data;
  out.key_size = key.size;
  out.value = value.data == nullptr ? nullptr : data + key.size;
  out.value_size = value.size;
  out.headers = letter->headers;
  return letter;
}

void KafkaDeadLetterQueue::report(const pipeline::RawRecords& raw, uint32_t record,
                                  const data::RecordFailure& failure) {
  auto letter = write(raw, record, failure);
  std::lock_guard lock(mutex_);
  if (producer_ == nullptr) return;
  letter->record.token = next_token_++;
  const Letter& kept = *(on_their_way_[letter->record.token] = std::move(letter));
  send(kept);
  take_deliveries(milliseconds(0));
}

void KafkaDeadLetterQueue::send(const Letter& letter) {
  for (;;) {
    auto taken = producer_->send({&letter.record, 1});
    if (taken && *taken == 1) return;
    if (taken || taken.error().kind() == ErrorKind::retriable) {
      take_deliveries(kPatience);
      continue;
    }
    failed(taken.error());
    on_their_way_.erase(letter.record.token);
    return;
  }
}

void KafkaDeadLetterQueue::take_deliveries(milliseconds timeout) {
  deliveries_.clear();
  producer_->poll_deliveries(timeout, deliveries_);
  for (const kafka::Delivery& delivery : deliveries_) {
    if (delivery.error != 0) failed(producer_->describe_error(delivery.error, config_.topic));
    on_their_way_.erase(delivery.token);
  }
}

void KafkaDeadLetterQueue::failed(const Error& error) {
  log_.error("Could not produce message to dead letter queue. topic={}: {}", config_.topic,
             error.describe());
  ++failures_;
}

Result<void> KafkaDeadLetterQueue::await_written(milliseconds longest) {
  std::lock_guard lock(mutex_);
  if (on_their_way_.empty()) return {};
  producer_->flush_soon();
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (!on_their_way_.empty()) {
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(ErrorKind::timed_out, std::to_string(on_their_way_.size()) +
                                            " records for the dead letter queue " + config_.topic +
                                            " are not written yet; offsets cannot be committed");
    take_deliveries(kPatience);
  }
  return {};
}

uint64_t KafkaDeadLetterQueue::take_failures() {
  std::lock_guard lock(mutex_);
  return std::exchange(failures_, 0);
}

}  // namespace millrace::runtime
