#pragma once
// What a task is given by the worker that starts it; the same for source and sink tasks.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "config/config_def.h"
#include "kafka/client.h"
#include "runtime/task.h"

namespace millrace::pipeline {
class ErrorPolicy;
}

namespace millrace::runtime {

class TopicCreation;
struct TransactionSettings;

struct TaskSettings {
  TaskId id;
  TargetState target = TargetState::kStarted;  // wished at the start; kStarted or kPaused
  // The task's own configuration, variables resolved: what SourceTask.start or SinkTask.start gets.
  config::Properties config;
  // Of the worker: offset.flush.interval.ms and offset.flush.timeout.ms.
  std::chrono::milliseconds offset_flush_interval{60'000};
  std::chrono::milliseconds offset_flush_timeout{5'000};

  // errors.*: what is tolerated, logged and reported. The pipeline holds it, too.
  std::shared_ptr<pipeline::ErrorPolicy> errors;

  // Told of every state; outlives the task, or the moment at which the task is abandoned.
  TaskStatusListener* listener = nullptr;
  // Null: nothing is measured. Outlives the task, or the moment at which the task is abandoned.
  MetricRegistry* metrics = nullptr;
  // A topic that the task wrote to (source) or read from (sink), once per topic; on the task's
  // thread. Empty: nobody wants to know.
  std::function<void(const TaskId& id, std::string_view topic)> topic_used;

  // An abandoned task's thread may use these later than anybody else: hence shared.
  std::shared_ptr<kafka::ClientFactory> clients;
  // Java client properties, all sources merged: of the producer of a source task, or of the
  // consumer of a sink task.
  kafka::ClientProperties client_properties;
  // Of a source task that delivers exactly once; null: at least once.
  std::shared_ptr<const TransactionSettings> transactions;
  // Of a source task; null: topics that are missing are left to the broker.
  std::shared_ptr<TopicCreation> topic_creation;
};

}  // namespace millrace::runtime
