#include "kafka/librdkafka/log_reader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "kafka/librdkafka/admin.h"
#include "kafka/librdkafka/list_offsets.h"

namespace millrace::kafka {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMetadataTimeout{30'000}, kStartTimeout{60'000}, kOneAttempt{5'000};
constexpr const char* kConfigException = "org.apache.kafka.common.config.ConfigException";
constexpr const char* kConnectException = "org.apache.kafka.connect.errors.ConnectException";

// What Java calls that which lies in the topic of this setting.
std::string purpose_of(const std::string& topic_property) {
  if (topic_property == "config.storage.topic") return "connector configurations";
  if (topic_property == "status.storage.topic") return "connector and task statuses";
  return "source connector offsets";
}

// Java: TopicAdmin.createOrFindTopics.
Error not_created(const std::string& topic, Error cause) {
  std::string message = is_invalid_configuration(cause)
                            ? "Unable to create topic(s) '" + topic + "': " + cause.message()
                            : "Error while attempting to create/find topic(s) '" + topic + "'";
  return Error(cause.kind(), std::move(message), kConnectException).caused_by(std::move(cause));
}

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

milliseconds until(std::chrono::steady_clock::time_point time) {
  return std::max(milliseconds(0),
                  std::chrono::ceil<milliseconds>(time - std::chrono::steady_clock::now()));
}

std::optional<std::string> text(const void* bytes, size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(bytes), size);
}

}  // namespace

Result<std::unique_ptr<LogReader>> LogReader::make(const TopicLogOptions& options,
                                                   TopicLog::OnRecord on_record) {
  auto settings = translate_client_properties(ClientRole::kConsumer, options.consumer);
  if (!settings) return fail(std::move(settings).error());
  settings->set("enable.partition.eof", "true");
  settings->set("enable.auto.commit", "false");
  settings->set("auto.offset.reset", "earliest");
  settings->set("queued.max.messages.kbytes", "4096");
  std::unique_ptr<LogReader> reader(new LogReader(options, std::move(on_record)));
  reader->log_ =
      std::make_shared<ClientLog>("org.apache.kafka.clients.consumer", options.log_context);
  auto configuration = make_configuration(*settings, reader->log_);
  if (!configuration) return fail(std::move(configuration).error());
  auto handle = Handle::make(RD_KAFKA_CONSUMER, *configuration, reader->log_);
  if (!handle) return fail(std::move(handle).error());
  reader->handle_ = *std::move(handle);
  reader->read_committed_ = settings->read_committed;
  auto asking = translate_client_properties(ClientRole::kAdmin, options.admin);
  if (!asking) return fail(std::move(asking).error());
  auto asking_configuration = make_configuration(*asking, reader->log_);
  if (!asking_configuration) return fail(std::move(asking_configuration).error());
  auto asker = Handle::make(RD_KAFKA_PRODUCER, *asking_configuration, reader->log_);
  if (!asker) return fail(std::move(asker).error());
  reader->asker_ = *std::move(asker);
  return reader;
}

LogReader::~LogReader() {
  stop();
  if (topic_ != nullptr) {
    for (int32_t partition = 0; partition < partitions(); ++partition)
      rd_kafka_consume_stop(topic_, partition);
    rd_kafka_topic_destroy(topic_);
  }
  if (queue_ != nullptr) rd_kafka_queue_destroy(queue_);
}

// ---- Start

Result<void> LogReader::start() {
  if (auto prepared = prepare_topic(); !prepared) return prepared;
  if (auto begun = begin(); !begun) return begun;
  const auto deadline = Clock::now() + kStartTimeout;
  std::vector<int64_t> ends;
  while (ends.empty()) {
    // What a dead worker's transaction holds back comes when that is over, which may be after a
    // minute: nobody waits for it here, and the owner that shuts it out may be this worker.
    auto asked = end_offsets(read_committed_, kOneAttempt);
    if (asked)
      ends = *std::move(asked);
    else if (Clock::now() >= deadline)
      return fail(Error(asked.error().kind(),
                        "Failed to list offsets for topic '" + options_.topic.name +
                            "': is bootstrap.servers right, and may the worker read the topic?",
                        kConnectException)
                      .caused_by(std::move(asked).error()));
  }
  // However long it is, as long as something comes.
  auto give_up = Clock::now() + kStartTimeout;
  for (int64_t read = 0; !reached(ends);) {
    receive(milliseconds(100));
    const int64_t now = std::accumulate(positions_.begin(), positions_.end(), int64_t{0});
    if (std::exchange(read, now) != now) give_up = Clock::now() + kStartTimeout;
    if (Clock::now() >= give_up)
      return fail(ErrorKind::timed_out,
                  "Failed to read topic '" + options_.topic.name +
                      "' to its end: nothing came for " + std::to_string(kStartTimeout.count()) +
                      " ms",
                  kConnectException);
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

Result<void> LogReader::prepare_topic() {
  auto count = make_topic_if_missing();
  if (!count) return fail(std::move(count).error());
  if (options_.single_partition && *count > 1)
    return fail(ErrorKind::bad_config,
                "Topic '" + options_.topic.name + "' supplied via the '" + options_.topic_property +
                    "' property is required to have a single partition in order to guarantee "
                    "consistency of connector configurations, but found " +
                    std::to_string(*count) + " partitions.",
                kConfigException);
  positions_.assign(static_cast<size_t>(*count), 0);
  return check_cleanup_policy();
}

// Gives the number of its partitions.
Result<int32_t> LogReader::make_topic_if_missing() {
  auto admin = LibrdkafkaAdmin::make(options_.admin, options_.log_context);
  if (!admin) return fail(std::move(admin).error());
  const auto deadline = Clock::now() + kMetadataTimeout;
  bool created = false;
  for (;;) {
    auto found = (*admin)->describe_topics({options_.topic.name}, kOneAttempt);
    if (found && !found->empty()) return found->front().partitions;
    if (found && !created) {
      auto made = (*admin)->create_topic(options_.topic, kOneAttempt);
      if (!made && made.error().kind() != ErrorKind::retriable &&
          made.error().kind() != ErrorKind::timed_out)
        return fail(not_created(options_.topic.name, std::move(made).error()));
      created = made.has_value();
    }
    if (Clock::now() >= deadline)
      return fail(ErrorKind::timed_out,
                  "Could not look up partition metadata for offset backing store topic in "
                  "allotted period. This could indicate a connectivity issue, unavailable topic "
                  "partitions, or if this is your first use of the topic it may have taken too "
                  "long to create: topic '" +
                      options_.topic.name + "'",
                  kConnectException);
    std::this_thread::sleep_for(milliseconds(created ? 20 : 500));  // for the brokers to hear of it
  }
}

Result<void> LogReader::check_cleanup_policy() {
  rd_kafka_t* rk = handle_->get();
  Owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(rk), rd_kafka_queue_destroy);
  Owned<rd_kafka_ConfigResource_t> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, options_.topic.name.c_str()),
      rd_kafka_ConfigResource_destroy);
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  rd_kafka_DescribeConfigs(rk, resources, 1, nullptr, queue.get());
  Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), 60'000), rd_kafka_event_destroy);
  if (event == nullptr || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return {};  // as Java: may not be asked, so it is believed
  size_t count = 0;
  const auto** results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return {};
  size_t entries = 0;
  const auto** configs = rd_kafka_ConfigResource_configs(results[0], &entries);
  for (size_t i = 0; i < entries; ++i) {
    if (std::string_view(rd_kafka_ConfigEntry_name(configs[i])) != "cleanup.policy") continue;
    const char* value = rd_kafka_ConfigEntry_value(configs[i]);
    if (value == nullptr || std::string_view(value) == "compact") return {};
    return fail(ErrorKind::bad_config,
                "Topic '" + options_.topic.name + "' supplied via the '" + options_.topic_property +
                    "' property is required to have 'cleanup.policy=compact' to guarantee "
                    "consistency and durability of " +
                    purpose_of(options_.topic_property) +
                    ", but found the topic currently has "
                    "'cleanup.policy=" +
                    value + "'. Continuing would likely result in eventually losing " +
                    purpose_of(options_.topic_property) +
                    " and "
                    "problems restarting this Connect cluster in the future. Change the '" +
                    options_.topic_property +
                    "' property in the Connect worker configurations to use a topic with "
                    "'cleanup.policy=compact'.",
                kConfigException);
  }
  return {};
}

Result<void> LogReader::begin() {
  topic_ = rd_kafka_topic_new(handle_->get(), options_.topic.name.c_str(), nullptr);
  queue_ = rd_kafka_queue_new(handle_->get());
  for (int32_t partition = 0; partition < partitions(); ++partition)
    if (rd_kafka_consume_start_queue(topic_, partition, RD_KAFKA_OFFSET_BEGINNING, queue_) != 0)
      return fail(client_error(rd_kafka_last_error(),
                               "Reading topic '" + options_.topic.name + "' failed"));
  return {};
}

// ---- The thread

void LogReader::run() {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) break;
      for (Request& request : asked_) waiting_.push_back(std::move(request));
      asked_.clear();
    }
    serve_requests();
    receive(milliseconds(waiting_.empty() ? 1000 : 100));
  }
  std::lock_guard lock(mutex_);
  for (Request& request : asked_) waiting_.push_back(std::move(request));
  for (Request& request : waiting_)
    request.done(fail(ErrorKind::cancelled, "The worker stops reading " + options_.topic.name));
  waiting_.clear();
}

void LogReader::receive(milliseconds timeout) {
  auto wait = static_cast<int>(timeout.count());
  while (rd_kafka_message_t* message = rd_kafka_consume_queue(queue_, wait)) {
    take(*message);
    rd_kafka_message_destroy(message);
    wait = 0;  // and what else is there
  }
}

void LogReader::take(const rd_kafka_message_t& message) {
  int64_t& position = positions_[static_cast<size_t>(message.partition)];
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    position = std::max(position, message.offset);
    return;
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    log_->write(4, rd_kafka_err2name(message.err), rd_kafka_message_errstr(&message));
    return;
  }
  position = message.offset + 1;
  on_record_({message.partition, message.offset, rd_kafka_message_timestamp(&message, nullptr),
              text(message.key, message.key_len), text(message.payload, message.len)});
}

bool LogReader::reached(const std::vector<int64_t>& ends) const {
  for (size_t i = 0; i < ends.size(); ++i)
    if (positions_[i] < ends[i]) return false;
  return true;
}

void LogReader::serve_requests() {
  if (waiting_.empty()) return;
  // One question serves all who came before it.
  const auto asks = [](const Request& request) { return request.ends.empty(); };
  if (std::any_of(waiting_.begin(), waiting_.end(), asks)) {
    const auto patience = std::min(kOneAttempt, until(waiting_.front().deadline));
    // Past what open transactions hold back, too.
    auto ends = end_offsets(/*read_committed=*/false, std::max(patience, milliseconds(100)));
    if (ends) {
      for (Request& request : waiting_)
        if (request.ends.empty()) request.ends = *ends;
    } else {
      log_->write(4, "LISTOFFSETS", ends.error().describe());
    }
  }
  while (!waiting_.empty()) {
    Request& first = waiting_.front();
    const bool read = !first.ends.empty() && reached(first.ends);
    if (!read && Clock::now() < first.deadline) return;
    const TopicLog::Done done = std::move(first.done);
    waiting_.pop_front();
    if (read)
      done({});
    else
      done(fail(ErrorKind::timed_out,
                "Topic '" + options_.topic.name + "' could not be read to its end in time"));
  }
}

// Of all partitions. read_committed: the first open transaction is the end.
Result<std::vector<int64_t>> LogReader::end_offsets(bool read_committed, milliseconds timeout) {
  std::vector<TopicPartition> all;
  for (int32_t partition = 0; partition < partitions(); ++partition)
    all.push_back({options_.topic.name, partition});
  auto found =
      list_offsets(asker_->get(), all, RD_KAFKA_OFFSET_SPEC_LATEST, read_committed, timeout,
                   "Asking for the end of topic '" + options_.topic.name + "' failed");
  if (!found) return fail(std::move(found).error());
  std::vector<int64_t> ends(positions_.size(), 0);
  for (const TopicPartitionOffset& end : *found)
    ends[static_cast<size_t>(end.partition.partition)] = end.offset;
  return ends;
}

// ---- From other threads

void LogReader::read_to_end(milliseconds timeout, TopicLog::Done done) {
  ask({Clock::now() + timeout, std::move(done), {}});
}

void LogReader::read_to(const LogEnds& ends, milliseconds timeout, TopicLog::Done done) {
  std::vector<int64_t> wanted(positions_.size(), 0);
  for (const auto& [partition, end] : ends)
    if (partition >= 0 && static_cast<size_t>(partition) < wanted.size())
      wanted[static_cast<size_t>(partition)] = end;
  ask({Clock::now() + timeout, std::move(done), std::move(wanted)});
}

void LogReader::ask(Request request) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      asked_.push_back(std::move(request));
      rd_kafka_queue_yield(queue_);
      return;
    }
  }
  request.done(fail(ErrorKind::cancelled, "The worker has stopped reading " + options_.topic.name));
}

void LogReader::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    if (queue_ != nullptr) rd_kafka_queue_yield(queue_);
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace millrace::kafka
