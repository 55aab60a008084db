#include "kafka/librdkafka/consumer.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <thread>

#include "kafka/librdkafka/cluster_metadata.h"
#include "kafka/librdkafka/list_offsets.h"
#include "kafka/librdkafka/partition_list.h"

namespace millrace::kafka {
namespace {

// What a paused partition may hold back before librdkafka is told to stop fetching it. Telling it
// throws its prefetched messages away, which a short pause should not cost.
constexpr size_t kHoldBackBytes = 4 << 20;
constexpr size_t kHoldBackRecords = 10000;

// The messages of one fetch. Holds the client, as messages must be destroyed before it.
struct FetchOwner {
  explicit FetchOwner(std::shared_ptr<Handle> handle) : handle(std::move(handle)) {}
  FetchOwner(const FetchOwner&) = delete;
  FetchOwner& operator=(const FetchOwner&) = delete;
  ~FetchOwner() {
    for (rd_kafka_message_t* message : messages) rd_kafka_message_destroy(message);
  }
  std::shared_ptr<Handle> handle;
  std::vector<rd_kafka_message_t*> messages;
};

bool is_fatal(int error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED: return true;
    default: return false;
  }
}

}  // namespace

Result<std::unique_ptr<Consumer>> LibrdkafkaConsumer::make(const ClientProperties& properties,
                                                           const std::string& log_context) {
  auto settings = translate_client_properties(ClientRole::kConsumer, properties);
  if (!settings) return fail(std::move(settings).error());
  auto log = std::make_shared<ClientLog>("org.apache.kafka.clients.consumer", log_context);
  auto configuration = make_configuration(*settings, log);
  if (!configuration) return fail(std::move(configuration).error());
  rd_kafka_conf_set_rebalance_cb(
      *configuration,
      [](rd_kafka_t* rk, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* partitions,
         void* opaque) { rebalance_callback(rk, error, partitions, opaque); });
  rd_kafka_conf_set_error_cb(*configuration,
                             [](rd_kafka_t* rk, int error, const char* reason, void* opaque) {
                               error_callback(rk, error, reason, opaque);
                             });
  std::unique_ptr<LibrdkafkaConsumer> consumer(new LibrdkafkaConsumer(std::move(*settings)));
  log->owner = consumer.get();
  auto handle = Handle::make(RD_KAFKA_CONSUMER, *configuration, log);
  if (!handle) return fail(std::move(handle).error());
  consumer->handle_ = std::move(*handle);
  rd_kafka_poll_set_consumer(consumer->handle_->get());
  consumer->queue_ = rd_kafka_queue_get_consumer(consumer->handle_->get());
  return consumer;
}

LibrdkafkaConsumer::LibrdkafkaConsumer(ClientSettings settings) : settings_(std::move(settings)) {
  received_.resize(settings_.max_poll_records);
}

LibrdkafkaConsumer::~LibrdkafkaConsumer() {
  for (auto& [name, partition] : partitions_) forget(*partition);
  for (Rebalance& rebalance : rebalances_)
    rd_kafka_topic_partition_list_destroy(rebalance.partitions);
  if (handle_) handle_->log().owner = nullptr;
  if (queue_ != nullptr) rd_kafka_queue_destroy(queue_);
}

// ---- callbacks of librdkafka: notes only

void LibrdkafkaConsumer::rebalance_callback(rd_kafka_t*, int error,
                                            rd_kafka_topic_partition_list_t* partitions,
                                            void* opaque) {
  auto* self = static_cast<LibrdkafkaConsumer*>(static_cast<ClientLog*>(opaque)->owner);
  if (self == nullptr) return;
  self->rebalances_.push_back({error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS,
                               rd_kafka_topic_partition_list_copy(partitions)});
  rd_kafka_queue_yield(self->queue_);
}

void LibrdkafkaConsumer::error_callback(rd_kafka_t* rk, int error, const char* reason,
                                        void* opaque) {
  auto* log = static_cast<ClientLog*>(opaque);
  auto* self = static_cast<LibrdkafkaConsumer*>(log->owner);
  if (self == nullptr) return;
  char detail[512] = "";
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    error = rd_kafka_fatal_error(rk, detail, sizeof detail);
    const Error described = client_error(error, "The consumer failed", detail);
    return self->set_fatal(
        Error(ErrorKind::fatal, described.message(), "org.apache.kafka.common.KafkaException"));
  }
  // A certificate that is not trusted stays so; a handshake that a dying broker cut off does not.
  const std::string_view why = reason == nullptr ? "" : reason;
  const bool untrusted = error == RD_KAFKA_RESP_ERR__SSL &&
                         why.find("certificate verify failed") != std::string_view::npos;
  if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
    return self->set_fatal(self->not_in_group());
  if (is_fatal(error) || untrusted)
    return self->set_fatal(client_error(error, "The consumer cannot go on", why));
  log->write(4, rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)), why);
}

void LibrdkafkaConsumer::commit_callback(rd_kafka_t* rk, int error,
                                         rd_kafka_topic_partition_list_t* offsets, void* opaque) {
  auto* log = static_cast<ClientLog*>(rd_kafka_opaque(rk));
  auto* self = static_cast<LibrdkafkaConsumer*>(log->owner);
  if (self == nullptr) return;
  for (int i = 0; error == 0 && offsets != nullptr && i < offsets->cnt; ++i)
    error = offsets->elems[i].err;
  Result<void> result;
  if (error != 0 && error != RD_KAFKA_RESP_ERR__NO_OFFSET)
    result = fail(client_error(error, "Commit of offsets failed"));
  const auto id = reinterpret_cast<uintptr_t>(opaque);
  if (id == self->sync_commit_) {
    self->sync_result_ = std::move(result);
    return;
  }
  for (Commit& commit : self->commits_)
    if (commit.id == id) commit.result = std::move(result);
  rd_kafka_queue_yield(self->queue_);
}

void LibrdkafkaConsumer::set_fatal(Error error) {
  if (!fatal_) fatal_ = std::move(error);
  rd_kafka_queue_yield(queue_);
}

// ---- subscription

Result<void> LibrdkafkaConsumer::subscribe_to(const std::vector<std::string>& topics) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const std::string& topic : topics) {
    if (topic.starts_with('^'))  // would be a pattern to librdkafka; no topic has such a name
      return fail(ErrorKind::bad_config, "Topic name \"" + topic + "\" is illegal",
                  "org.apache.kafka.common.errors.InvalidTopicException");
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const auto error = topics.empty() ? rd_kafka_unsubscribe(handle_->get())
                                    : rd_kafka_subscribe(handle_->get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(client_error(error, "Subscribing to topics failed"));
  subscribed_ = topics;
  return {};
}

Result<void> LibrdkafkaConsumer::subscribe(const std::vector<std::string>& topics,
                                           RebalanceListener* listener) {
  if (!settings_.has_group)
    return fail(ErrorKind::bad_config,
                "To use the group management or offset commit APIs, you must provide a valid "
                "group.id in the consumer configuration.",
                "org.apache.kafka.common.errors.InvalidGroupIdException");
  listener_ = listener;
  pattern_.reset();
  return subscribe_to(topics);
}

Result<void> LibrdkafkaConsumer::subscribe_pattern(const std::string& regex,
                                                   RebalanceListener* listener) {
  auto pattern = JavaRegex::compile(regex);
  if (!pattern) return fail(std::move(pattern).error());
  if (auto none = subscribe({}, listener); !none) return none;
  pattern_ = std::move(*pattern);
  next_refresh_ = Clock::now();
  return {};
}

void LibrdkafkaConsumer::refresh_pattern(std::chrono::milliseconds timeout) {
  if (Clock::now() < next_refresh_) return;
  constexpr std::chrono::milliseconds kShortest{10}, kLongest{1000};
  auto metadata = ask_metadata(handle_->get(), nullptr, std::clamp(timeout, kShortest, kLongest),
                               "Asking for the topics failed");
  if (!metadata) {  // the broker is away: at the next poll again
    handle_->log().write(4, "METADATA", metadata.error().message());
    return;
  }
  std::vector<std::string> topics;
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
    const std::string_view name = (*metadata)->topics[i].topic;
    const bool internal = name == "__consumer_offsets" || name == "__transaction_state" ||
                          name == "__share_group_state";
    if ((*metadata)->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR &&
        !(internal && settings_.exclude_internal_topics) && pattern_->matches(name))
      topics.emplace_back(name);
  }
  next_refresh_ = Clock::now() + settings_.metadata_max_age;
  std::sort(topics.begin(), topics.end());
  if (topics == subscribed_) return;
  if (auto done = subscribe_to(topics); !done) set_fatal(std::move(done).error());
}

// ---- poll

Result<void> LibrdkafkaConsumer::poll(std::chrono::milliseconds timeout, Fetch& fetch) {
  fetch.records.clear();
  fetch.header_begin.clear();
  fetch.headers.clear();
  fetch.bytes = 0;
  fetch.owner.reset();
  if (fatal_) return fail(*fatal_);

  const auto deadline = Clock::now() + timeout;
  if (pattern_) refresh_pattern(timeout);
  run_callbacks();
  do {
    const bool have = std::any_of(with_ready_.begin(), with_ready_.end(),
                                  [](const Partition* p) { return !p->paused; });
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    receive(have ? std::chrono::milliseconds(0) : std::max(left, std::chrono::milliseconds(0)));
    const bool called = run_callbacks();
    hand_over(fetch);
    if (called) break;
  } while (!fatal_ && fetch.records.empty() && !woken_.load(std::memory_order_relaxed) &&
           Clock::now() < deadline);
  woken_.store(false, std::memory_order_relaxed);
  // What came before a failure is still handed over; the failure then comes with the next poll.
  if (fatal_ && fetch.records.empty()) return fail(*fatal_);
  return {};
}

void LibrdkafkaConsumer::wakeup() {
  woken_.store(true, std::memory_order_relaxed);
  rd_kafka_queue_yield(queue_);
}

// The library's batch call waits until the batch is full, so the first message is waited for alone.
void LibrdkafkaConsumer::receive(std::chrono::milliseconds timeout) {
  auto take = [this](int wait, size_t most) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue_, wait, received_.data(), most);
    for (ssize_t i = 0; i < count; ++i) sort_in(received_[static_cast<size_t>(i)]);
    return count > 0;
  };
  const int64_t wait = std::min<int64_t>(timeout.count(), 3600000);
  if (take(static_cast<int>(wait), 1) && received_.size() > 1 && rebalances_.empty())
    take(0, received_.size() - 1);
}

LibrdkafkaConsumer::Partition* LibrdkafkaConsumer::find(const TopicPartition& partition) const {
  auto found = partitions_.find(partition);
  return found == partitions_.end() ? nullptr : found->second.get();
}

LibrdkafkaConsumer::Partition* LibrdkafkaConsumer::partition_of(const rd_kafka_message_t& message) {
  if (message.rkt == nullptr) return nullptr;
  if (last_partition_ != nullptr && message.rkt == last_topic_ &&
      message.partition == last_partition_->name.partition)
    return last_partition_;
  Partition* partition = find({rd_kafka_topic_name(message.rkt), message.partition});
  last_topic_ = message.rkt;
  last_partition_ = partition;
  return partition;
}

void LibrdkafkaConsumer::sort_in(rd_kafka_message_t* message) {
  Partition* partition =
      message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? partition_of(*message) : nullptr;
  if (partition == nullptr) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) note_error(*message);
    rd_kafka_message_destroy(message);
    return;
  }
  if (partition->ready.empty()) with_ready_.push_back(partition);
  partition->ready.push_back(message);
  partition->ready_bytes += message->len + message->key_len;
  partition->fetch_position = message->offset + 1;
  if (partition->paused) hold_back(*partition);
}

Error LibrdkafkaConsumer::not_in_group() const {
  const std::string* group = settings_.find("group.id");
  return group_not_authorized(group == nullptr ? "" : *group);
}

void LibrdkafkaConsumer::note_error(const rd_kafka_message_t& message) {
  const char* topic = message.rkt == nullptr ? nullptr : rd_kafka_topic_name(message.rkt);
  std::string what = "Fetching";
  if (topic != nullptr)
    what += " from " + std::string(topic) + "-" + std::to_string(message.partition);
  const char* reason = rd_kafka_message_errstr(&message);
  const std::string_view detail = reason == nullptr ? "" : reason;
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
    return set_fatal(client_error(
        message.err, what + " failed",
        std::string(detail) + ": the records at the position are gone before they were read" +
            (settings_.fail_on_lost_records ? " (" + std::string(kFailOnLostRecords) + " is true)"
                                            : std::string(" and auto.offset.reset is none"))));
  if (message.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED && topic != nullptr)
    return set_fatal(topic_not_authorized(topic));
  if (message.err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) return set_fatal(not_in_group());
  if (is_fatal(message.err)) return set_fatal(client_error(message.err, what + " failed", detail));
  // A topic that is missing, a broker that is away, a group that is rebuilt: the client tries on.
  handle_->log().write(4, rd_kafka_err2name(message.err), what + ": " + std::string(detail));
}

void LibrdkafkaConsumer::hold_back(Partition& partition) {
  if (partition.fetch_paused ||
      (partition.ready_bytes < kHoldBackBytes && partition.ready.size() < kHoldBackRecords))
    return;
  PartitionList list = make_list(std::span(&partition.name, 1));
  rd_kafka_pause_partitions(handle_->get(), list.get());
  partition.fetch_paused = true;
}

void LibrdkafkaConsumer::hand_over(Fetch& fetch) {
  if (with_ready_.empty()) return;
  std::shared_ptr<FetchOwner> owner;
  size_t room = settings_.max_poll_records;
  for (size_t i = 0; i < with_ready_.size() && room > 0; ++i) {
    Partition& partition = *with_ready_[i];
    if (partition.paused) continue;
    if (!owner) {
      owner = std::make_shared<FetchOwner>(handle_);
      owner->messages.reserve(std::min(room, partition.ready.size()));
    }
    for (; room > 0 && !partition.ready.empty(); --room) {
      rd_kafka_message_t* message = partition.ready.front();
      partition.ready.pop_front();
      owner->messages.push_back(message);
      append(fetch, partition, message);
      partition.ready_bytes -= message->len + message->key_len;
      partition.position = message->offset + 1;
    }
  }
  std::erase_if(with_ready_, [](const Partition* p) { return p->ready.empty(); });
  if (!fetch.header_begin.empty())
    fetch.header_begin.resize(fetch.records.size() + 1,
                              static_cast<uint32_t>(fetch.headers.size()));
  fetch.owner = std::move(owner);
}

void LibrdkafkaConsumer::append(Fetch& fetch, const Partition& partition,
                                rd_kafka_message_t* message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  Fetch::Record& record = fetch.records.emplace_back();
  record.topic = partition.topic;
  record.partition = message->partition;
  record.offset = message->offset;
  record.timestamp = rd_kafka_message_timestamp(message, &type);
  record.timestamp_type = static_cast<int8_t>(static_cast<int>(type) - 1);  // -1 none, 0, 1
  record.key = static_cast<const uint8_t*>(message->key);
  record.key_size = message->key_len;
  record.value = static_cast<const uint8_t*>(message->payload);
  record.value_size = message->len;
  fetch.bytes += message->len + message->key_len;

  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (!fetch.header_begin.empty())
      fetch.header_begin.push_back(static_cast<uint32_t>(fetch.headers.size()));
    return;
  }
  // The first record that has headers: those before it have none.
  if (fetch.header_begin.empty())
    fetch.header_begin.resize(fetch.records.size(), 0);
  else
    fetch.header_begin.push_back(static_cast<uint32_t>(fetch.headers.size()));
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    fetch.headers.push_back({name, static_cast<const uint8_t*>(value), size});
}

// ---- rebalances and commit callbacks

bool LibrdkafkaConsumer::run_callbacks() {
  bool any = false;
  while (!commits_.empty() && commits_.front().result) {  // in the order of the commits
    Commit commit = std::move(commits_.front());
    commits_.pop_front();
    if (commit.done) commit.done(*commit.result);
    any = true;
  }
  while (!rebalances_.empty()) {
    Rebalance rebalance = rebalances_.front();
    rebalances_.pop_front();
    run_rebalance(rebalance);
    any = true;
  }
  return any;
}

void LibrdkafkaConsumer::run_rebalance(Rebalance rebalance) {
  PartitionList partitions(rebalance.partitions);
  rd_kafka_t* rk = handle_->get();
  const bool cooperative = std::string_view(rd_kafka_rebalance_protocol(rk)) == "COOPERATIVE";
  rd_kafka_error_t* error = nullptr;
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (rebalance.assign) {
    assign(*partitions);
    for (int i = 0; i < partitions->cnt; ++i) {
      rd_kafka_topic_partition_t& entry = partitions->elems[i];
      Partition* partition = find({entry.topic, entry.partition});
      if (partition == nullptr) continue;
      entry.offset = partition->position >= 0 ? partition->position : RD_KAFKA_OFFSET_STORED;
      partition->fetch_position = partition->position;
      partition->started = true;
    }
    if (cooperative)
      error = rd_kafka_incremental_assign(rk, partitions.get());
    else
      code = rd_kafka_assign(rk, partitions.get());
  } else {
    revoke(*partitions, rd_kafka_assignment_lost(rk) != 0);
    if (cooperative)
      error = rd_kafka_incremental_unassign(rk, partitions.get());
    else
      code = rd_kafka_assign(rk, nullptr);
  }
  if (error != nullptr) {
    code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR__FATAL)
    handle_->log().write(3, "ASSIGN", rd_kafka_err2str(code));
}

void LibrdkafkaConsumer::assign(const rd_kafka_topic_partition_list_t& list) {
  std::vector<TopicPartition> added;
  for (int i = 0; i < list.cnt; ++i) {
    TopicPartition name{list.elems[i].topic, list.elems[i].partition};
    auto& partition = partitions_[name];
    if (partition) continue;
    partition = std::make_unique<Partition>();
    partition->name = name;
    partition->topic = handle_->intern(name.topic);
    added.push_back(std::move(name));
  }
  last_partition_ = nullptr;
  if (added.empty()) return;
  auto found = find_start_offsets(added, settings_.api_timeout);
  if (!found && found.error().kind() == ErrorKind::fatal)
    set_fatal(std::move(found).error());
  else if (!found)
    handle_->log().log.warn("The positions of new partitions are not known yet: {}",
                            found.error().describe());
  if (listener_ != nullptr) listener_->assigned(added);
}

// Committed offsets, and for partitions that have none what auto.offset.reset says.
Result<void> LibrdkafkaConsumer::find_start_offsets(std::span<const TopicPartition> names,
                                                    std::chrono::milliseconds timeout) {
  auto offsets = committed(names, timeout);
  if (!offsets) return fail(std::move(offsets).error());
  std::vector<TopicPartition> without;
  for (const TopicPartitionOffset& offset : *offsets) {
    if (offset.offset < 0)
      without.push_back(offset.partition);
    else if (Partition* partition = find(offset.partition))
      partition->position = offset.offset;
  }
  return without.empty() ? Result<void>() : reset_offsets(without, timeout);
}

Result<void> LibrdkafkaConsumer::reset_offsets(std::span<const TopicPartition> names,
                                               std::chrono::milliseconds timeout) {
  if (settings_.offset_reset == OffsetReset::kNone) {
    std::string all;
    for (const TopicPartition& name : names)
      all += (all.empty() ? "" : ", ") + name.topic + "-" + std::to_string(name.partition);
    return fail(ErrorKind::fatal,
                "Undefined offset with no reset policy for partitions: [" + all + "]",
                "org.apache.kafka.clients.consumer.NoOffsetForPartitionException");
  }
  if (settings_.offset_reset == OffsetReset::kEarliest)
    return list_offsets(names, RD_KAFKA_OFFSET_SPEC_EARLIEST, timeout);
  if (settings_.offset_reset == OffsetReset::kLatest)
    return list_offsets(names, RD_KAFKA_OFFSET_SPEC_LATEST, timeout);
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  const auto begin = std::max(milliseconds(0), now - settings_.offset_reset_duration);
  if (auto found = list_offsets(names, begin.count(), timeout); !found) return found;
  std::vector<TopicPartition> without;  // a record of that time or later
  for (const TopicPartition& name : names)
    if (Partition* partition = find(name); partition != nullptr && partition->position < 0)
      without.push_back(name);
  return without.empty() ? Result<void>()
                         : list_offsets(without, RD_KAFKA_OFFSET_SPEC_LATEST, timeout);
}

Result<void> LibrdkafkaConsumer::list_offsets(std::span<const TopicPartition> names,
                                              int64_t spec_or_time,
                                              std::chrono::milliseconds timeout) {
  auto offsets = kafka::list_offsets(handle_->get(), names, spec_or_time, settings_.read_committed,
                                     timeout, "Asking for the start offsets failed");
  if (!offsets) return fail(std::move(offsets).error());
  for (const TopicPartitionOffset& offset : *offsets)
    if (Partition* partition = find(offset.partition)) partition->position = offset.offset;
  return {};
}

void LibrdkafkaConsumer::revoke(const rd_kafka_topic_partition_list_t& list, bool lost) {
  std::vector<TopicPartition> names;
  for (int i = 0; i < list.cnt; ++i) {
    TopicPartition name{list.elems[i].topic, list.elems[i].partition};
    if (find(name) != nullptr) names.push_back(std::move(name));
  }
  if (listener_ != nullptr && !names.empty()) {
    if (lost)
      listener_->lost(names);
    else
      listener_->revoked(names);
  }
  for (const TopicPartition& name : names) {
    auto found = partitions_.find(name);
    if (found == partitions_.end()) continue;
    forget(*found->second);
    std::erase(with_ready_, found->second.get());
    partitions_.erase(found);
  }
  last_partition_ = nullptr;
}

void LibrdkafkaConsumer::forget(Partition& partition) {
  for (rd_kafka_message_t* message : partition.ready) rd_kafka_message_destroy(message);
  partition.ready.clear();
  partition.ready_bytes = 0;
}

// ---- offsets

Result<void> LibrdkafkaConsumer::commit_sync(std::span<const TopicPartitionOffset> offsets,
                                             std::chrono::milliseconds timeout) {
  if (offsets.empty()) return {};
  PartitionList list = make_list(offsets);
  std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(
      rd_kafka_queue_new(handle_->get()), rd_kafka_queue_destroy);
  sync_commit_ = next_commit_++;
  sync_result_.reset();
  const auto error = rd_kafka_commit_queue(
      handle_->get(), list.get(), queue.get(),
      [](rd_kafka_t* rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* done,
         void* id) { commit_callback(rk, code, done, id); },
      reinterpret_cast<void*>(static_cast<uintptr_t>(sync_commit_)));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(client_error(error, "Commit of offsets failed"));
  const auto deadline = Clock::now() + timeout;
  while (!sync_result_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    rd_kafka_queue_poll_callback(queue.get(),
                                 static_cast<int>(std::min<int64_t>(left.count(), 3600000)));
  }
  sync_commit_ = 0;
  if (sync_result_) return std::move(*sync_result_);
  return fail(ErrorKind::timed_out,
              "Timeout of " + std::to_string(timeout.count()) +
                  "ms expired before successfully committing offsets",
              "org.apache.kafka.common.errors.TimeoutException");
}

void LibrdkafkaConsumer::commit_async(std::span<const TopicPartitionOffset> offsets,
                                      CommitCallback done) {
  Commit& commit = commits_.emplace_back(Commit{next_commit_++, std::move(done), std::nullopt});
  if (offsets.empty()) {
    commit.result = Result<void>();
    return;
  }
  PartitionList list = make_list(offsets);
  const auto error = rd_kafka_commit_queue(
      handle_->get(), list.get(), queue_,
      [](rd_kafka_t* rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* committed,
         void* id) { commit_callback(rk, code, committed, id); },
      reinterpret_cast<void*>(static_cast<uintptr_t>(commit.id)));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    commit.result = fail(client_error(error, "Commit of offsets failed"));
}

Result<std::vector<TopicPartitionOffset>> LibrdkafkaConsumer::committed(
    std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) {
  std::vector<TopicPartitionOffset> offsets;
  if (partitions.empty()) return offsets;
  PartitionList list = make_list(partitions);
  const auto error =
      rd_kafka_committed(handle_->get(), list.get(),
                         static_cast<int>(std::clamp<int64_t>(timeout.count(), 1, 3600000)));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(client_error(error, "Reading committed offsets failed"));
  for (int i = 0; i < list->cnt; ++i) {
    if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return fail(client_error(
          list->elems[i].err,
          "Reading the committed offset of " + std::string(list->elems[i].topic) + " failed"));
    offsets.push_back(to_offset(list->elems[i]));
  }
  return offsets;
}

namespace {
Failure not_assigned(const TopicPartition& name) {
  return fail(
      ErrorKind::conflict,
      "No current assignment for partition " + name.topic + "-" + std::to_string(name.partition),
      "java.lang.IllegalStateException");
}
}  // namespace

Result<int64_t> LibrdkafkaConsumer::position(const TopicPartition& name,
                                             std::chrono::milliseconds timeout) {
  Partition* partition = find(name);
  if (partition == nullptr) return not_assigned(name);
  if (partition->position < 0)
    if (auto found = find_start_offsets(std::span(&name, 1), timeout); !found)
      return fail(std::move(found).error());
  return partition->position;
}

Result<void> LibrdkafkaConsumer::seek(const TopicPartition& name, int64_t offset) {
  Partition* partition = find(name);
  if (partition == nullptr) return not_assigned(name);
  if (offset < 0)
    return fail(ErrorKind::conflict, "seek offset must not be a negative number",
                "java.lang.IllegalArgumentException");
  // Within what is held back, or just fetched, nothing need be fetched anew.
  if (partition->started && offset == partition->position) return {};
  forget(*partition);
  std::erase(with_ready_, partition);
  partition->position = offset;
  if (!partition->started) return {};
  PartitionList list = make_list(std::span(&name, 1));
  const auto deadline = Clock::now() + settings_.api_timeout;
  for (;;) {
    list->elems[0].offset = offset;
    list->elems[0].err = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_error_t* error = rd_kafka_seek_partitions(handle_->get(), list.get(), 10000);
    rd_kafka_resp_err_t code = list->elems[0].err;
    if (error != nullptr) {
      code = rd_kafka_error_code(error);
      rd_kafka_error_destroy(error);
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    // Right after an assignment the fetch has not begun yet.
    const bool later = code == RD_KAFKA_RESP_ERR__STATE ||
                       code == RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS ||
                       code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
    if (!later || Clock::now() > deadline)
      return fail(client_error(
          code, "Seeking in " + name.topic + "-" + std::to_string(name.partition) + " failed"));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  partition->fetch_position = offset;
  return {};
}

void LibrdkafkaConsumer::pause(std::span<const TopicPartition> names) {
  for (const TopicPartition& name : names)
    if (Partition* partition = find(name)) partition->paused = true;
}

void LibrdkafkaConsumer::resume(std::span<const TopicPartition> names) {
  for (const TopicPartition& name : names) {
    Partition* partition = find(name);
    if (partition == nullptr) continue;
    partition->paused = false;
    if (!partition->fetch_paused) continue;
    partition->fetch_paused = false;
    PartitionList list = make_list(std::span(&name, 1));
    rd_kafka_resume_partitions(handle_->get(), list.get());
    // librdkafka's idea of the position may have been moved by an error message: ours counts.
    list->elems[0].offset = partition->fetch_position;
    if (rd_kafka_error_t* error = rd_kafka_seek_partitions(handle_->get(), list.get(), 10000))
      rd_kafka_error_destroy(error);
  }
}

std::vector<TopicPartition> LibrdkafkaConsumer::assignment() const {
  std::vector<TopicPartition> names;
  for (const auto& [name, partition] : partitions_) names.push_back(name);
  return names;
}

std::optional<int64_t> LibrdkafkaConsumer::lag(const TopicPartition& name) const {
  const Partition* partition = find(name);
  if (partition == nullptr || partition->position < 0) return std::nullopt;
  int64_t low = -1, high = -1;
  if (rd_kafka_get_watermark_offsets(handle_->get(), name.topic.c_str(), name.partition, &low,
                                     &high) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      high < 0)
    return std::nullopt;
  return std::max<int64_t>(0, high - partition->position);
}

void LibrdkafkaConsumer::close(std::chrono::milliseconds timeout) {
  if (closed_) return;
  closed_ = true;
  const auto deadline = Clock::now() + timeout;
  if (rd_kafka_error_t* error = rd_kafka_consumer_close_queue(handle_->get(), queue_))
    rd_kafka_error_destroy(error);
  while (rd_kafka_consumer_closed(handle_->get()) == 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    receive(std::min(left, std::chrono::milliseconds(100)));
    run_callbacks();
  }
  run_callbacks();
}

}  // namespace millrace::kafka
