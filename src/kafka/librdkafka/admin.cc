#include "kafka/librdkafka/admin.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <thread>

#include "kafka/librdkafka/cluster_metadata.h"
#include "kafka/librdkafka/dev_broker_registry.h"
#include "kafka/librdkafka/partition_list.h"

namespace millrace::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{100};  // before a question is put again

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

int milliseconds(std::chrono::milliseconds timeout) {
  return static_cast<int>(std::clamp<int64_t>(timeout.count(), 1, 3600000));
}

// The first error of a list of results; `forgiven` is success.
Result<void> topic_results(const rd_kafka_topic_result_t** results, size_t count,
                           const std::string& what, int forgiven) {
  for (size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    const char* detail = rd_kafka_topic_result_error_string(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == forgiven) continue;
    const Error error = client_error(code, what);
    // A broker that says why says all: these are the words of Java's exceptions.
    if (detail == nullptr || std::string_view(detail) == rd_kafka_err2str(code)) return fail(error);
    return fail(Error(error.kind(), detail, error.exception_class().data()));
  }
  return {};
}

Result<void> group_results(const rd_kafka_group_result_t** results, size_t count,
                           const std::string& what, int forgiven) {
  for (size_t i = 0; i < count; ++i) {
    if (const rd_kafka_error_t* error = rd_kafka_group_result_error(results[i]))
      if (const int code = rd_kafka_error_code(error); code != forgiven)
        return fail(client_error(code, what, rd_kafka_error_string(error)));
    const auto* partitions = rd_kafka_group_result_partitions(results[i]);
    for (int p = 0; partitions != nullptr && p < partitions->cnt; ++p)
      if (const int code = partitions->elems[p].err; code != 0 && code != forgiven)
        return fail(client_error(code, what));
  }
  return {};
}

// Asks again while the group's coordinator moves or has only begun, as Java's client does.
template <typename Ask>
auto of_coordinator(std::chrono::milliseconds timeout, const Ask& ask) -> decltype(ask(timeout)) {
  for (const auto deadline = Clock::now() + timeout;;) {
    auto answer = ask(timeout);
    if (answer || answer.error().kind() != ErrorKind::retriable ||
        answer.error().exception_class().find("Coordinator") == std::string_view::npos)
      return answer;
    timeout = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (timeout <= kPause) return answer;
    std::this_thread::sleep_for(kPause);
    timeout -= kPause;
  }
}

}  // namespace

Result<std::unique_ptr<Admin>> LibrdkafkaAdmin::make(const ClientProperties& properties,
                                                     const std::string& log_context) {
  auto settings = translate_client_properties(ClientRole::kAdmin, properties);
  if (!settings) return fail(std::move(settings).error());
  auto log = std::make_shared<ClientLog>("org.apache.kafka.clients.admin", log_context);
  return std::unique_ptr<Admin>(new LibrdkafkaAdmin(std::move(*settings), std::move(log)));
}

Result<std::shared_ptr<Handle>> LibrdkafkaAdmin::handle() {
  std::lock_guard lock(mutex_);
  if (handle_) return handle_;
  auto configuration = make_configuration(settings_, log_);
  if (!configuration) return fail(std::move(configuration).error());
  auto made = Handle::make(RD_KAFKA_PRODUCER, *configuration, log_);
  if (made) handle_ = *made;
  return made;
}

// librdkafka 2.8 ends the process where the coordinator answers a producer's OffsetFetch that it is
// none, or not yet one, because it then looks for the group that a consumer would have
// (confluentinc/librdkafka issue 5040). So a consumer asks, which joins nothing.
Result<std::shared_ptr<Handle>> LibrdkafkaAdmin::consumer_handle(const std::string& group) {
  ClientSettings settings = settings_;
  settings.set("group.id", group.empty() ? "millrace-no-group" : group);
  settings.set("enable.auto.commit", "false");
  auto configuration = make_configuration(settings, log_);
  if (!configuration) return fail(std::move(configuration).error());
  return Handle::make(RD_KAFKA_CONSUMER, *configuration, log_);
}

Result<LibrdkafkaAdmin::Event> LibrdkafkaAdmin::ask(int operation, const std::string& what,
                                                    std::chrono::milliseconds timeout,
                                                    const Request& request) {
  auto client = handle();
  if (!client) return fail(std::move(client).error());
  return ask_by(**client, operation, what, timeout, request);
}

Result<LibrdkafkaAdmin::Event> LibrdkafkaAdmin::ask_by(Handle& client, int operation,
                                                       const std::string& what,
                                                       std::chrono::milliseconds timeout,
                                                       const Request& request) {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    const Event event = ask_once(client, operation, timeout, request);
    const auto error =
        event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event.get());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
    timeout = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    // Where the broker that was asked is gone another is asked, as by Java's client.
    if (error != RD_KAFKA_RESP_ERR__TRANSPORT || timeout <= kPause)
      return fail(client_error(error, what,
                               event == nullptr ? "" : rd_kafka_event_error_string(event.get())));
    std::this_thread::sleep_for(kPause);
    timeout -= kPause;
  }
}

LibrdkafkaAdmin::Event LibrdkafkaAdmin::ask_once(Handle& client, int operation,
                                                 std::chrono::milliseconds timeout,
                                                 const Request& request) {
  rd_kafka_t* rk = client.get();
  const int wait = milliseconds(timeout);
  char why[256];
  Owned<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(rk, static_cast<rd_kafka_admin_op_t>(operation)),
      rd_kafka_AdminOptions_destroy);
  rd_kafka_AdminOptions_set_request_timeout(options.get(), wait, why, sizeof why);
  Owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(rk), rd_kafka_queue_destroy);
  request(rk, options.get(), queue.get());
  // The request times out by itself; the second more is for its answer.
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue.get(), wait + 1000);
  return event == nullptr ? nullptr : Event(event, rd_kafka_event_destroy);
}

Result<std::string> LibrdkafkaAdmin::cluster_id(std::chrono::milliseconds timeout) {
  auto client = handle();
  if (!client) return fail(std::move(client).error());
  char* id = rd_kafka_clusterid((*client)->get(), milliseconds(timeout));
  if (id == nullptr)
    return fail(client_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "Asking for the cluster id failed"));
  std::string result(id);
  rd_kafka_mem_free((*client)->get(), id);
  return result;
}

// All topics' metadata: to ask for one by name would make the broker create it.
Result<std::vector<TopicDescription>> LibrdkafkaAdmin::describe_topics(
    const std::vector<std::string>& names, std::chrono::milliseconds timeout) {
  std::vector<TopicDescription> topics;
  if (names.empty()) return topics;
  auto client = handle();
  if (!client) return fail(std::move(client).error());
  auto metadata = ask_metadata((*client)->get(), nullptr, timeout, "Describing topics failed");
  if (!metadata) return fail(std::move(metadata).error());
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = (*metadata)->topics[i];
    if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR &&
        std::find(names.begin(), names.end(), topic.topic) != names.end())
      topics.push_back({topic.topic, topic.partition_cnt});
  }
  return topics;
}

Result<void> LibrdkafkaAdmin::create_topic(const NewTopic& topic,
                                           std::chrono::milliseconds timeout) {
  if (const std::string* servers = settings_.find("bootstrap.servers"))
    if (auto created = create_on_dev_broker(*servers, topic)) return *created;
  const std::string what = "Creating topic '" + topic.name + "' failed";
  char why[256];
  Owned<rd_kafka_NewTopic_t> request(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication_factor, why,
                            sizeof why),
      rd_kafka_NewTopic_destroy);
  if (!request) return fail(ErrorKind::bad_config, what + ": " + why);
  for (const auto& [key, value] : topic.configs)
    rd_kafka_NewTopic_set_config(request.get(), key.c_str(), value.c_str());
  auto event = ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, what, timeout,
                   [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                     rd_kafka_NewTopic_t* topics[] = {request.get()};
                     char reason[256];
                     rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds(timeout),
                                                                 reason, sizeof reason);
                     rd_kafka_CreateTopics(rk, topics, 1, options, queue);
                   });
  if (!event) return fail(std::move(event).error());
  size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  return topic_results(results, count, what, RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS);
}

Result<void> LibrdkafkaAdmin::delete_topic(const std::string& name,
                                           std::chrono::milliseconds timeout) {
  const std::string what = "Deleting topic '" + name + "' failed";
  Owned<rd_kafka_DeleteTopic_t> request(rd_kafka_DeleteTopic_new(name.c_str()),
                                        rd_kafka_DeleteTopic_destroy);
  auto event = ask(RD_KAFKA_ADMIN_OP_DELETETOPICS, what, timeout,
                   [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                     rd_kafka_DeleteTopic_t* topics[] = {request.get()};
                     rd_kafka_DeleteTopics(rk, topics, 1, options, queue);
                   });
  if (!event) return fail(std::move(event).error());
  size_t count = 0;
  const auto** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event->get()), &count);
  return topic_results(results, count, what, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
}

Result<std::vector<TopicPartitionOffset>> LibrdkafkaAdmin::group_offsets_once(
    const std::string& group, std::chrono::milliseconds timeout) {
  const std::string what = "Reading the offsets of group '" + group + "' failed";
  Owned<rd_kafka_ListConsumerGroupOffsets_t> request(
      rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr),
      rd_kafka_ListConsumerGroupOffsets_destroy);
  auto client = consumer_handle(group);
  if (!client) return fail(std::move(client).error());
  auto event =
      ask_by(**client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, what, timeout,
             [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
               rd_kafka_ListConsumerGroupOffsets_t* groups[] = {request.get()};
               rd_kafka_ListConsumerGroupOffsets(rk, groups, 1, options, queue);
             });
  if (!event) return fail(std::move(event).error());
  size_t count = 0;
  const auto** results = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event->get()), &count);
  if (auto good = group_results(results, count, what, 0); !good)
    return fail(std::move(good).error());
  std::vector<TopicPartitionOffset> offsets;
  for (size_t i = 0; i < count; ++i) {
    const auto* partitions = rd_kafka_group_result_partitions(results[i]);
    for (int p = 0; partitions != nullptr && p < partitions->cnt; ++p)
      if (partitions->elems[p].offset >= 0) offsets.push_back(to_offset(partitions->elems[p]));
  }
  return offsets;
}

Result<void> LibrdkafkaAdmin::alter_group_offsets_once(
    const std::string& group, const std::vector<TopicPartitionOffset>& offsets,
    std::chrono::milliseconds timeout) {
  if (offsets.empty()) return {};
  const std::string what = "Altering the offsets of group '" + group + "' failed";
  PartitionList list = make_list(offsets);
  Owned<rd_kafka_AlterConsumerGroupOffsets_t> request(
      rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get()),
      rd_kafka_AlterConsumerGroupOffsets_destroy);
  auto event = ask(RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, what, timeout,
                   [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                     rd_kafka_AlterConsumerGroupOffsets_t* groups[] = {request.get()};
                     rd_kafka_AlterConsumerGroupOffsets(rk, groups, 1, options, queue);
                   });
  if (!event) return fail(std::move(event).error());
  size_t count = 0;
  const auto** results = rd_kafka_AlterConsumerGroupOffsets_result_groups(
      rd_kafka_event_AlterConsumerGroupOffsets_result(event->get()), &count);
  return group_results(results, count, what, 0);
}

Result<void> LibrdkafkaAdmin::delete_group_offsets_once(
    const std::string& group, const std::vector<TopicPartition>& partitions,
    std::chrono::milliseconds timeout) {
  if (partitions.empty()) return {};
  const std::string what = "Deleting offsets of group '" + group + "' failed";
  PartitionList list = make_list(partitions);
  Owned<rd_kafka_DeleteConsumerGroupOffsets_t> request(
      rd_kafka_DeleteConsumerGroupOffsets_new(group.c_str(), list.get()),
      rd_kafka_DeleteConsumerGroupOffsets_destroy);
  auto event = ask(RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS, what, timeout,
                   [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                     rd_kafka_DeleteConsumerGroupOffsets_t* groups[] = {request.get()};
                     rd_kafka_DeleteConsumerGroupOffsets(rk, groups, 1, options, queue);
                   });
  if (!event) return fail(std::move(event).error());
  size_t count = 0;
  const auto** results = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
      rd_kafka_event_DeleteConsumerGroupOffsets_result(event->get()), &count);
  return group_results(results, count, what, 0);
}

Result<void> LibrdkafkaAdmin::delete_group_once(const std::string& group,
                                                std::chrono::milliseconds timeout) {
  const std::string what = "Deleting group '" + group + "' failed";
  Owned<rd_kafka_DeleteGroup_t> request(rd_kafka_DeleteGroup_new(group.c_str()),
                                        rd_kafka_DeleteGroup_destroy);
  auto event = ask(RD_KAFKA_ADMIN_OP_DELETEGROUPS, what, timeout,
                   [&](rd_kafka_t* rk, rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                     rd_kafka_DeleteGroup_t* groups[] = {request.get()};
                     rd_kafka_DeleteGroups(rk, groups, 1, options, queue);
                   });
  if (!event) return fail(std::move(event).error());
  size_t count = 0;
  const auto** results =
      rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event->get()), &count);
  return group_results(results, count, what, RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND);
}

Result<std::vector<TopicPartitionOffset>> LibrdkafkaAdmin::group_offsets(
    const std::string& group, std::chrono::milliseconds timeout) {
  return of_coordinator(timeout, [&](auto left) { return group_offsets_once(group, left); });
}

Result<void> LibrdkafkaAdmin::alter_group_offsets(const std::string& group,
                                                  const std::vector<TopicPartitionOffset>& offsets,
                                                  std::chrono::milliseconds timeout) {
  return of_coordinator(timeout,
                        [&](auto left) { return alter_group_offsets_once(group, offsets, left); });
}

Result<void> LibrdkafkaAdmin::delete_group_offsets(const std::string& group,
                                                   const std::vector<TopicPartition>& partitions,
                                                   std::chrono::milliseconds timeout) {
  return of_coordinator(
      timeout, [&](auto left) { return delete_group_offsets_once(group, partitions, left); });
}

Result<void> LibrdkafkaAdmin::delete_group(const std::string& group,
                                           std::chrono::milliseconds timeout) {
  return of_coordinator(timeout, [&](auto left) { return delete_group_once(group, left); });
}

}  // namespace millrace::kafka
