#include "kafka/librdkafka/list_offsets.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <memory>
#include <set>
#include <thread>

#include "kafka/librdkafka/cluster_metadata.h"
#include "kafka/librdkafka/handle.h"
#include "kafka/librdkafka/partition_list.h"

namespace millrace::kafka {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

constexpr milliseconds kShortest{10}, kLongest{3'600'000};
constexpr milliseconds kPause{100};  // before a question is put again that was answered at once

struct Answer {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string detail;
  std::vector<TopicPartitionOffset> offsets;
};

Answer failed(rd_kafka_resp_err_t error, const char* detail = "") { return {error, detail, {}}; }

Answer ask_once(rd_kafka_t* client, std::span<const TopicPartition> partitions,
                int64_t spec_or_time, bool read_committed, milliseconds timeout) {
  PartitionList list = make_list(partitions);
  for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = spec_or_time;
  Owned<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_LISTOFFSETS),
      rd_kafka_AdminOptions_destroy);
  char why[256];
  const int wait = static_cast<int>(std::clamp(timeout, kShortest, kLongest).count());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), wait, why, sizeof why);
  if (rd_kafka_error_t* unset = rd_kafka_AdminOptions_set_isolation_level(
          options.get(), read_committed ? RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED
                                        : RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED))
    rd_kafka_error_destroy(unset);
  Owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client), rd_kafka_queue_destroy);
  rd_kafka_ListOffsets(client, list.get(), options.get(), queue.get());
  // The request times out by itself; the second more is for its answer.
  Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), wait + 1000),
                                rd_kafka_event_destroy);
  if (event == nullptr) return failed(RD_KAFKA_RESP_ERR__TIMED_OUT);
  if (const auto error = rd_kafka_event_error(event.get()))
    return failed(error, rd_kafka_event_error_string(event.get()));
  size_t count = 0;
  const auto** infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  Answer answer;
  for (size_t i = 0; i < count; ++i) {
    const auto* entry = rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    if (entry->err != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(entry->err);
    // Of what a leader does not answer in time librdkafka says that all is well.
    if (entry->offset == RD_KAFKA_OFFSET_INVALID) return failed(RD_KAFKA_RESP_ERR__TIMED_OUT);
    answer.offsets.push_back({{entry->topic, entry->partition}, entry->offset});
  }
  return answer;
}

// A leader goes, another one takes over.
bool may_change(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH: return true;
    default: return false;
  }
}

// Has the client hear of the present leaders.
void refresh(rd_kafka_t* client, std::span<const TopicPartition> partitions, milliseconds timeout) {
  std::set<std::string> names;
  for (const TopicPartition& partition : partitions) names.insert(partition.topic);
  for (const std::string& name : names) {
    Owned<rd_kafka_topic_t> topic(rd_kafka_topic_new(client, name.c_str(), nullptr),
                                  rd_kafka_topic_destroy);
    if (topic != nullptr) ask_metadata(client, topic.get(), timeout, name);
  }
}

}  // namespace

Result<std::vector<TopicPartitionOffset>> list_offsets(rd_kafka_s* client,
                                                       std::span<const TopicPartition> partitions,
                                                       int64_t spec_or_time, bool read_committed,
                                                       milliseconds timeout,
                                                       const std::string& what) {
  const auto deadline = Clock::now() + timeout;
  const auto left = [deadline] {
    return std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
  };
  for (milliseconds patience(500);;) {
    Answer answer =
        ask_once(client, partitions, spec_or_time, read_committed, std::min(patience, left()));
    if (answer.error == RD_KAFKA_RESP_ERR_NO_ERROR) return std::move(answer.offsets);
    if (!may_change(answer.error) || left() <= kPause)
      return fail(client_error(answer.error, what, answer.detail));
    if (answer.error == RD_KAFKA_RESP_ERR__TIMED_OUT)
      patience += patience / 2;
    else
      std::this_thread::sleep_for(kPause);
    refresh(client, partitions, std::min(patience, left()));
  }
}

}  // namespace millrace::kafka
