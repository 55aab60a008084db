#include "kafka/librdkafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>

namespace millrace::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLongestRun = 512;
constexpr std::chrono::milliseconds kUnsentPause{100};
// librdkafka takes a null pointer for a null value, so an empty one needs an address.
uint8_t empty_bytes[1];

void* address(const uint8_t* data) { return const_cast<uint8_t*>(data); }

void* opaque(uint64_t token) { return reinterpret_cast<void*>(static_cast<uintptr_t>(token)); }

rd_kafka_headers_t* make_headers(std::span<const OutgoingHeader> headers) {
  rd_kafka_headers_t* list = rd_kafka_headers_new(headers.size());
  for (const OutgoingHeader& header : headers)
    rd_kafka_header_add(list, header.key.data(), static_cast<ssize_t>(header.key.size()),
                        header.value, header.value == nullptr ? 0 : header.size);
  return list;
}

// AbstractRecords.estimateSizeInBytesUpperBound, which is what max.request.size limits: a batch of
// this record alone.
size_t serialized_size(const OutgoingRecord& record) {
  constexpr size_t kBatchOverhead = 61, kRecordOverhead = 21;
  auto sized = [](size_t size) {  // the size as a zigzag varint, and as many bytes
    size_t total = size + 1;
    for (uint64_t rest = uint64_t{size} << 1; rest >= 0x80; rest >>= 7) ++total;
    return total;
  };
  size_t size = kBatchOverhead + kRecordOverhead;
  size += record.key == nullptr ? 1 : sized(record.key_size);
  size += record.value == nullptr ? 1 : sized(record.value_size);
  size += sized(record.headers.size()) - record.headers.size();
  for (const auto& header : record.headers)
    size += sized(header.key.size()) + (header.value == nullptr ? 1 : sized(header.size));
  return size;
}

// What librdkafka is given of a record. The value is borrowed, the key copied, the headers its own.
struct Handover {
  rd_kafka_topic_t* topic;
  int32_t partition;
  void* value;
  size_t value_size;
  void* key;
  size_t key_size;
  int64_t timestamp;  // 0: now
  void* token;
  rd_kafka_headers_t* headers;  // null: none
};

// Gives librdkafka's error.
int produce(rd_kafka_t* client, const Handover& record) {
  rd_kafka_vu_t arguments[8];
  size_t count = 0;
  auto next = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    arguments[count].vtype = type;
    return arguments[count++];
  };
  next(RD_KAFKA_VTYPE_RKT).u.rkt = record.topic;
  next(RD_KAFKA_VTYPE_PARTITION).u.i32 = record.partition;
  next(RD_KAFKA_VTYPE_MSGFLAGS).u.i = 0;  // borrowed
  next(RD_KAFKA_VTYPE_VALUE).u.mem = {record.value, record.value_size};
  next(RD_KAFKA_VTYPE_KEY).u.mem = {record.key, record.key_size};
  next(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = record.timestamp;
  next(RD_KAFKA_VTYPE_OPAQUE).u.ptr = record.token;
  if (record.headers != nullptr) next(RD_KAFKA_VTYPE_HEADERS).u.headers = record.headers;
  rd_kafka_error_t* failure = rd_kafka_produceva(client, arguments, count);
  if (failure == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const int error = rd_kafka_error_code(failure);
  rd_kafka_error_destroy(failure);
  if (record.headers != nullptr) rd_kafka_headers_destroy(record.headers);
  return error;
}

struct DestroyHeaders {
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
};

bool topic_is_unknown(int error) {
  return error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

}  // namespace

struct LibrdkafkaProducer::Unsent {
  std::string_view topic;  // of topics_
  int32_t partition;
  int64_t timestamp;
  void* value;  // the caller's
  size_t value_size;
  std::optional<std::string> key;
  std::unique_ptr<rd_kafka_headers_t, DestroyHeaders> headers;
  void* token;
};

Result<std::unique_ptr<Producer>> LibrdkafkaProducer::make(const ClientProperties& properties,
                                                           const std::string& log_context) {
  auto settings = translate_client_properties(ClientRole::kProducer, properties);
  if (!settings) return fail(std::move(settings).error());
  auto log = std::make_shared<ClientLog>("org.apache.kafka.clients.producer", log_context);
  auto configuration = make_configuration(*settings, log);
  if (!configuration) return fail(std::move(configuration).error());
  rd_kafka_conf_set_events(*configuration, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  auto handle = Handle::make(RD_KAFKA_PRODUCER, *configuration, log);
  if (!handle) return fail(std::move(handle).error());
  return std::unique_ptr<Producer>(
      new LibrdkafkaProducer(std::move(*handle), std::move(*settings)));
}

LibrdkafkaProducer::LibrdkafkaProducer(std::shared_ptr<Handle> handle, ClientSettings settings)
    : handle_(std::move(handle)),
      settings_(std::move(settings)),
      queue_(rd_kafka_queue_get_main(handle_->get())),
      run_(std::make_unique<rd_kafka_message_t[]>(kLongestRun)) {}

LibrdkafkaProducer::~LibrdkafkaProducer() {
  // Records that are still under way point into the caller's memory, so they are dropped here, and
  // not on the thread that destroys the instance later.
  std::vector<Delivery> dropped;
  closing_ = true;
  in_flight_ -= unsent_.size() + given_up_.size();
  unsent_.clear();
  given_up_.clear();
  if (in_flight() > 0)
    rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  while (in_flight() > 0) {
    dropped.clear();
    poll_deliveries(std::chrono::milliseconds(100), dropped);
  }
  for (auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic);
  rd_kafka_queue_destroy(queue_);
}

rd_kafka_topic_s* LibrdkafkaProducer::topic(std::string_view name) {
  if (last_topic_ != nullptr && last_name_ == name) return last_topic_;
  auto found = topics_.find(std::string(name));
  if (found == topics_.end()) {
    rd_kafka_topic_t* made = rd_kafka_topic_new(handle_->get(), std::string(name).c_str(), nullptr);
    if (made == nullptr) return nullptr;
    found = topics_.emplace(name, made).first;
  }
  last_name_ = found->first;
  return last_topic_ = found->second;
}

bool LibrdkafkaProducer::too_large(const OutgoingRecord& record) const {
  // Nearly every record is far from the limit: lengths and overhead take less than this.
  constexpr size_t kMostBesides = 128;
  if (record.headers.empty() &&
      record.key_size + record.value_size + kMostBesides <= settings_.max_request_size)
    return false;
  return serialized_size(record) > settings_.max_request_size;
}

// How many records from the first on go to one topic and partition, without headers, stamped with
// the present time: those can be handed over under one lock.
size_t LibrdkafkaProducer::plain_run(std::span<const OutgoingRecord> records) const {
  const OutgoingRecord& first = records.front();
  size_t count = 0;
  while (count < std::min(records.size(), kLongestRun)) {
    const OutgoingRecord& record = records[count];
    if (record.timestamp > 0 || !record.headers.empty() || record.partition != first.partition ||
        record.topic != first.topic || too_large(record))
      break;
    ++count;
  }
  return count;
}

size_t LibrdkafkaProducer::send_run(rd_kafka_topic_s* topic,
                                    std::span<const OutgoingRecord> records, int& error) {
  for (size_t i = 0; i < records.size(); ++i) {
    const OutgoingRecord& record = records[i];
    rd_kafka_message_t& message = run_[i];
    message.err = RD_KAFKA_RESP_ERR_NO_ERROR;
    message.payload =
        record.value_size == 0 && record.value != nullptr ? empty_bytes : address(record.value);
    message.len = record.value_size;
    message.key = address(record.key);
    message.key_len = record.key == nullptr ? 0 : record.key_size;
    message._private = opaque(record.token);
  }
  // Failures come as a tail: a full queue ends the batch, and the state of the topic and partition
  // cannot change within it, as its lock is held throughout.
  const int taken = rd_kafka_produce_batch(topic, records.front().partition, 0, run_.get(),
                                           static_cast<int>(records.size()));
  const auto count = static_cast<size_t>(taken);
  if (count < records.size()) error = run_[count].err;
  return count;
}

bool LibrdkafkaProducer::send_one(rd_kafka_topic_s* topic, const OutgoingRecord& record,
                                  int& error) {
  error = produce(
      handle_->get(),
      {topic, record.partition,
       record.value_size == 0 && record.value != nullptr ? empty_bytes : address(record.value),
       record.value_size, address(record.key), record.key == nullptr ? 0 : record.key_size,
       std::max<int64_t>(record.timestamp, 0), opaque(record.token),
       record.headers.empty() ? nullptr : make_headers(record.headers)});
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

Result<size_t> LibrdkafkaProducer::send(std::span<const OutgoingRecord> records) {
  if (refusal_) return fail(Error(*refusal_));
  std::lock_guard lock(mutex_);
  send_unsent();
  if (!unsent_.empty()) return 0;
  size_t taken = 0;
  while (taken < records.size()) {
    const auto rest = records.subspan(taken);
    const OutgoingRecord& first = rest.front();
    int error = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_topic_t* handle = topic(first.topic);
    if (handle == nullptr) {
      error = RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    } else if (too_large(first)) {
      error = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    } else {
      const size_t run = plain_run(rest);
      // Counted before: a delivery may be polled by another thread before the call returns.
      const size_t attempted = std::max<size_t>(run, 1);
      in_flight_.fetch_add(attempted, std::memory_order_relaxed);
      const size_t sent = run > 1 ? send_run(handle, rest.first(run), error)
                                  : (send_one(handle, first, error) ? 1 : 0);
      in_flight_.fetch_sub(attempted - sent, std::memory_order_relaxed);
      taken += sent;
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL || taken > 0) break;  // the error comes again alone
    if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
      return fail(ErrorKind::bad_data,
                  "The message is " + std::to_string(serialized_size(first)) +
                      " bytes when serialized which is larger than " +
                      std::to_string(settings_.max_request_size) +
                      ", which is the value of the max.request.size configuration.",
                  "org.apache.kafka.common.errors.RecordTooLargeException");
    return fail(describe_error(error, first.topic));
  }
  return taken;
}

void LibrdkafkaProducer::poll_deliveries(std::chrono::milliseconds timeout,
                                         std::vector<Delivery>& deliveries) {
  {
    std::lock_guard lock(mutex_);
    send_unsent();
    in_flight_ -= given_up_.size();
    deliveries.insert(deliveries.end(), given_up_.begin(), given_up_.end());
    given_up_.clear();
    if (!unsent_.empty()) timeout = std::min(timeout, kUnsentPause);
  }
  int wait = static_cast<int>(timeout.count());
  while (rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, wait)) {
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
      size_t count = 0;
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && is_unsent(*message)) {
          keep_unsent(*message);
          continue;
        }
        Delivery& delivery = deliveries.emplace_back();
        delivery.token = reinterpret_cast<uintptr_t>(message->_private);
        delivery.partition = message->partition;
        delivery.offset = message->offset;
        delivery.timestamp = rd_kafka_message_timestamp(message, nullptr);
        delivery.error = message->err;
        admitted_ |= message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
        ++count;
      }
      in_flight_.fetch_sub(count, std::memory_order_relaxed);
      wait = 0;
    } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
      const char* why = rd_kafka_event_error_string(event);
      handle_->log().write(4, rd_kafka_err2name(rd_kafka_event_error(event)), why);
      note_refusal(rd_kafka_event_error(event), why);
    }
    rd_kafka_event_destroy(event);
  }
}

// ---- Records whose topic is unknown for a moment

bool LibrdkafkaProducer::is_unsent(const rd_kafka_message_t& message) const {
  return topic_is_unknown(message.err) && !closing_ &&
         settings_.find("transactional.id") == nullptr &&
         rd_kafka_message_status(&message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
}

void LibrdkafkaProducer::keep_unsent(const rd_kafka_message_t& message) {
  const std::string name = rd_kafka_topic_name(message.rkt);
  std::lock_guard lock(mutex_);
  Unsent& record = unsent_.emplace_back();
  record.topic = topics_.find(name)->first;
  record.partition = message.partition;
  record.timestamp = rd_kafka_message_timestamp(&message, nullptr);
  record.value = message.payload;
  record.value_size = message.len;
  if (message.key != nullptr)
    record.key.emplace(static_cast<const char*>(message.key), message.key_len);
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_message_detach_headers(const_cast<rd_kafka_message_t*>(&message), &headers);
  record.headers.reset(headers);
  record.token = message._private;
  tell_unsent(message.err);
}

// ClientLog sees to it that this is not told too often.
void LibrdkafkaProducer::tell_unsent(int error) {
  handle_->log().write(4, rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)),
                       "Topic '" + std::string(unsent_.front().topic) +
                           "' is unknown to the brokers; its records wait for it");
  send_unsent_at_ = Clock::now() + kUnsentPause;
}

// Until one is refused again.
void LibrdkafkaProducer::send_unsent() {
  if (unsent_.empty() || Clock::now() < send_unsent_at_) return;
  for (; !unsent_.empty(); unsent_.pop_front()) {
    const Unsent& record = unsent_.front();
    const std::string* key = record.key ? &*record.key : nullptr;
    const int error = produce(
        handle_->get(),
        {topic(record.topic), record.partition, record.value, record.value_size,
         key == nullptr ? nullptr : const_cast<char*>(key->data()),
         key == nullptr ? 0 : key->size(), record.timestamp, record.token,
         record.headers == nullptr ? nullptr : rd_kafka_headers_copy(record.headers.get())});
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return;
    if (topic_is_unknown(error)) return tell_unsent(error);
    Delivery& delivery = given_up_.emplace_back();
    delivery.token = reinterpret_cast<uintptr_t>(record.token);
    delivery.error = error;
  }
}

// A login that the brokers refuse, or a certificate that is not trusted, will not do better later.
// Where it worked before, it is the brokers that are being changed, and records wait, as in Java.
void LibrdkafkaProducer::note_refusal(int error, std::string_view why) {
  const bool untrusted = error == RD_KAFKA_RESP_ERR__SSL &&
                         why.find("certificate verify failed") != std::string_view::npos;
  const bool refused = untrusted || error == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
                       error == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED;
  if (!refused || admitted_ || refusal_) return;
  refusal_ = client_error(error, "The producer cannot log in", why);
  rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                     RD_KAFKA_PURGE_F_NON_BLOCKING);
}

Error LibrdkafkaProducer::describe_error(int32_t error, std::string_view topic) const {
  const bool purged =
      error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
  if (purged && refusal_) return *refusal_;
  if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return topic_not_authorized(topic);
  char detail[512] = "";
  // What is fatal to the client takes the waiting records with it.
  const int fatal = rd_kafka_fatal_error(handle_->get(), detail, sizeof detail);
  if (purged && fatal != RD_KAFKA_RESP_ERR_NO_ERROR) error = RD_KAFKA_RESP_ERR__FATAL;
  if (error == RD_KAFKA_RESP_ERR__FATAL && fatal == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
    // Idempotence is refused to those who may write to no topic at all.
    return topic_not_authorized(topic).caused_by(client_error(
        fatal,
        "An idempotent producer needs the right to write to some topic, or before Kafka "
        "2.8 IDEMPOTENT_WRITE on the cluster"));
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    const Error described =
        client_error(fatal, "Sending to topic '" + std::string(topic) + "' failed", detail);
    return Error(ErrorKind::fatal, described.message(), "org.apache.kafka.common.KafkaException");
  }
  if (error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
    return Error(ErrorKind::bad_data, "Invalid topics: [" + std::string(topic) + "]",
                 "org.apache.kafka.common.errors.InvalidTopicException");
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    return client_error(error, "Sending to topic '" + std::string(topic) + "' failed",
                        "raise max.request.size (now " +
                            std::to_string(settings_.max_request_size) +
                            ") or the topic's max.message.bytes");
  return client_error(error, "Sending to topic '" + std::string(topic) + "' failed");
}

void LibrdkafkaProducer::flush_soon() {
  // Up to a few milliseconds of lingering are not worth a wake-up of every broker thread.
  if (settings_.linger > std::chrono::milliseconds(10)) rd_kafka_flush(handle_->get(), 1);
}

}  // namespace millrace::kafka
