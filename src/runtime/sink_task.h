#pragma once
// SinkTaskRunner: one sink task. Each round of its thread is the design's line:
//
//   Consumer.poll -> Batch(raw bytes) -> SinkPipeline -> SinkTask.put -> offsets committed
//
// Follows org.apache.kafka.connect.runtime.WorkerSinkTask. The thread owns the consumer, the
// connector's task and all state; other threads only set what Task and SinkTaskContext guard.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "config/config_def.h"
#include "kafka/consumer.h"
#include "pipeline/error_policy.h"
#include "pipeline/transform_stage.h"
#include "plugin/connector.h"
#include "runtime/task.h"

namespace millrace::runtime {

struct SinkTaskConfig {
  config::Properties task_config;   // what SinkTask.start is given: variables resolved
  std::vector<std::string> topics;  // of `topics`; empty: `topics_regex` holds
  std::string topics_regex;
  pipeline::ErrorPolicyConfig errors;
  std::chrono::milliseconds offset_flush_interval{60000};  // offset.flush.interval.ms
  std::chrono::milliseconds offset_flush_timeout{5000};    // offset.flush.timeout.ms
  // Fetched bytes that the connector may hold on to (retained batches) before the task commits
  // early, and then stops fetching. See docs/decisions/batches-and-views.md.
  size_t retained_bytes_limit = size_t{64} << 20;

  // topics and topics.regex as a connector's configuration gives them, trimmed as in Java, and
  // errors.*; the flush times are the worker's and left alone.
  static SinkTaskConfig from(const config::Properties& task_config);
};

// What the runner is put together from. Made by the worker, once per task.
struct SinkTaskParts {
  std::shared_ptr<const plugin::ConnectorClass> connector_class;
  // Called once, on the task's thread. A failure fails the task.
  std::function<Result<std::unique_ptr<kafka::Consumer>>()> make_consumer;
  pipeline::Converters converters;
  pipeline::Transforms transforms;
  std::unique_ptr<pipeline::DeadLetterQueue> dead_letters;  // may be null
  // Told of every topic once it was read from (topic tracking), on the task's thread. May be empty.
  std::function<void(const std::string& topic)> topic_active;
  MetricRegistry* metrics = nullptr;  // may be null; outlives the runner
};

class SinkTaskRunner : public Task {
 public:
  SinkTaskRunner(TaskId id, TargetState target, TaskStatusListener& listener, SinkTaskConfig config,
                 SinkTaskParts parts);
  ~SinkTaskRunner() override;

 protected:
  Result<void> run() override;
  void wake() override;

 private:
  class Loop;  // the state of the running task: sink_task.cc

  const SinkTaskConfig config_;
  SinkTaskParts parts_;
  pipeline::ErrorPolicy errors_;
  std::mutex consumer_mutex_;  // guards wakeable_
  kafka::Consumer* wakeable_ = nullptr;
};

}  // namespace millrace::runtime
