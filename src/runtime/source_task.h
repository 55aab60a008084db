#pragma once
// SourceTaskRunner: moves the records of one source task to Kafka.
// org.apache.kafka.connect.runtime.WorkerSourceTask.
//
//   poll -> transforms -> converters -> send -> acknowledgements -> offsets committed
//
// Each arrow is one call on a whole batch. The task's one thread does all of it; a batch stays
// alive, and nothing of it is copied, until Kafka has acknowledged its last record.
//
// An offset is committed only when its record and all before it of the same source partition were
// acknowledged (or skipped under errors.tolerance=all after Kafka refused them). A record that was
// filtered out or could not be converted never advances an offset by itself.

#include <memory>
#include <mutex>
#include <optional>

#include "pipeline/source_pipeline.h"
#include "plugin/connector.h"
#include "runtime/offset_store.h"
#include "runtime/source_sender.h"
#include "runtime/source_task_context.h"
#include "runtime/source_task_metrics.h"
#include "runtime/task.h"
#include "runtime/task_settings.h"

namespace millrace::runtime {

class SourceTaskRunner : public Task {
 public:
  // `pipeline` holds the converters and transforms of this task and its error policy.
  SourceTaskRunner(TaskSettings settings,
                   std::shared_ptr<const plugin::ConnectorClass> connector_class,
                   std::unique_ptr<pipeline::SourcePipeline> pipeline,
                   std::shared_ptr<OffsetStore> offsets, SourceTaskLimits limits = {});
  ~SourceTaskRunner() override;

 protected:
  Result<void> run() override;
  void wake() override;
  void abandoned_now() override;

 private:
  class Loop;  // the state of the running task: source_task.cc

  Result<void> run_connector();
  void make_cancellable(std::shared_ptr<plugin::SourceTask> task);

  const TaskSettings settings_;
  const std::shared_ptr<const plugin::ConnectorClass> connector_class_;
  const std::unique_ptr<pipeline::SourcePipeline> pipeline_;
  const std::shared_ptr<OffsetStore> offsets_;
  const SourceTaskLimits limits_;
  const std::shared_ptr<SourceTaskMetrics> metrics_;
  const std::shared_ptr<SourceTaskContext> context_;

  std::mutex mutex_;  // guards the following; never held across a call of the connector
  std::optional<SourceTaskRegistrations> registrations_;
  std::shared_ptr<plugin::SourceTask> cancellable_;
};

}  // namespace millrace::runtime
