#pragma once
// The state of a running sink task: all of it belongs to the task's thread, but for what `wake`
// and `abandoned_now` touch under wake_mutex_. See sink_task.h.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "kafka/consumer.h"
#include "runtime/retained_batches.h"
#include "runtime/sink_batch.h"
#include "runtime/sink_offsets.h"
#include "runtime/sink_task.h"
#include "runtime/sink_task_context.h"
#include "runtime/sink_task_metrics.h"

namespace millrace::runtime {

class SinkTaskRunner::Road final : private kafka::RebalanceListener {
 public:
  using Clock = std::chrono::steady_clock;

  Road(SinkTaskRunner& runner, TaskSettings settings,
       std::shared_ptr<const plugin::ConnectorClass> connector_class,
       std::unique_ptr<pipeline::SinkPipeline> pipeline, SinkTaskLimits limits);

  Result<void> run();
  // From other threads.
  void wake();
  void abandoned();

 private:
  // The search of a refused batch for the records that its connector cannot take (errors.bisect).
  // What is not decided yet is the batch's selection; `pieces` divides it.
  struct Search {
    std::span<const uint32_t> all;  // the selection at the beginning
    std::vector<uint32_t> pieces;   // sizes; the last one is that of the first records
    // Refused alone, while nothing has been put: it may not be about the records.
    std::vector<std::pair<uint32_t, Error>> suspects;
    Error first_error;       // of the whole batch
    size_t put = 0;          // records
    bool postponed = false;  // the consumer is looked after first

    void restart(std::span<const uint32_t> rest);
    void halve();  // the next piece
  };

  // What goes to the connector at the next put: empty, or a batch that it has refused for now.
  struct Delivery {
    std::shared_ptr<pipeline::SinkBatch> batch;
    data::Records records;
    std::map<TopicPartition, int64_t> offsets;  // next ones, once this is put
    size_t bytes = 0;
    std::optional<Error> failure;  // what the task is to fail with once this is put
    std::optional<Search> search;
  };

  // sink_task.cc: the line
  bool await_start();
  Result<void> start();
  Result<void> subscribe();
  Result<void> round();
  Result<void> poll();
  Result<void> convert();
  void note_topics(uint32_t handled);
  void note_topic(const std::string& topic);
  std::chrono::milliseconds poll_timeout();
  void follow_wished_state();
  Result<void> follow_context();
  Result<void> rewind();
  Result<void> watch_retained();
  void update_pauses();
  void give_back_fetch();
  void note_lag();
  void finish(Result<void>& outcome);
  bool stopping() const { return runner_.stopping(); }

  // sink_put.cc
  Result<void> put();
  Result<void> put_records(const data::Records& records);
  void delivered(Clock::time_point put_started);
  void hold(const Error& error);
  void hold();
  bool may_search(const Error& error, uint64_t reports_before) const;
  void begin_search(Error error);
  // Goes on until all is decided, time is over (postponed), or a put fails in another way.
  Result<void> search();
  Result<void> put_piece(std::span<const uint32_t> piece);
  void report_suspects();
  void settle();

  // sink_commit.cc: offsets and rebalances
  Result<void> commit_if_due();
  Result<void> commit(std::span<const TopicPartition> partitions, bool closing);
  void pre_commit_failed(const Error& error, std::span<const TopicPartitionOffset> asked,
                         bool closing);
  void commit_offsets(std::vector<TopicPartitionOffset> offsets, bool closing);
  void commit_completed(const Result<void>& result, int64_t sequence,
                        std::span<const TopicPartitionOffset> offsets);
  void assigned(std::span<const TopicPartition> partitions) override;
  void revoked(std::span<const TopicPartition> partitions) override;
  void lost(std::span<const TopicPartition> partitions) override;
  void removed(std::span<const TopicPartition> partitions, Result<void> closed);
  void drop_from_delivery(std::span<const TopicPartition> partitions);
  std::span<const uint32_t> without(std::span<const uint32_t> records,
                                    std::span<const TopicPartition> partitions);
  Result<void> close_partitions(std::span<const TopicPartition> partitions);
  void note_rebalance_failure(Result<void> result);
  void assignment_changed();

  SinkTaskRunner& runner_;
  const Logger& log_;
  const TaskSettings settings_;
  const std::shared_ptr<const plugin::ConnectorClass> connector_class_;
  const std::unique_ptr<pipeline::SinkPipeline> pipeline_;
  const SinkTaskLimits limits_;
  const std::shared_ptr<SinkContext> context_;
  SinkTaskProbe probe_;
  std::mutex metrics_mutex_;
  std::optional<SinkTaskMetrics> metrics_;

  std::mutex wake_mutex_;  // guards these two against other threads
  std::shared_ptr<kafka::Consumer> consumer_;
  std::shared_ptr<plugin::SinkTask> task_;

  kafka::Fetch fetch_;
  std::vector<PartitionRun> runs_;
  Delivery delivery_;
  RetainedBatches retained_;
  std::unordered_set<std::string> topics_used_;

  std::set<TopicPartition> assignment_, paused_;  // paused_: as the consumer was told
  bool user_paused_ = false, redelivering_ = false, over_budget_ = false, budget_warned_ = false;
  Clock::time_point over_budget_since_{}, lag_noted_{};
  int64_t over_budget_commit_ = 0;
  bool task_stopped_ = false;
  std::optional<Error> rebalance_failure_;

  SinkOffsets offsets_;
  Clock::time_point next_commit_, commit_started_{};
  int64_t commit_sequence_ = 0;
  bool committing_ = false;
};

}  // namespace millrace::runtime
