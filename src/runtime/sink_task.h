#pragma once
// SinkTaskRunner: brings the records of one sink task from Kafka to its connector.
// org.apache.kafka.connect.runtime.WorkerSinkTask.
//
//   Consumer.poll -> Batch(raw bytes) -> SinkPipeline -> SinkTask.put -> offsets committed
//
// Each arrow is one call on a whole batch, and the task's one thread does all of it. Other threads
// only set what Task and SinkTaskContext guard.

#include <cstddef>
#include <memory>

#include "pipeline/sink_pipeline.h"
#include "plugin/connector.h"
#include "runtime/task.h"
#include "runtime/task_settings.h"

namespace millrace::runtime {

struct SinkTaskLimits {
  // Bytes of records that the connector may hold on to after `put` (retained batches). Over half of
  // it the task commits early, so that the connector flushes; over it nothing more is fetched; and
  // where a commit does not help the task fails. See docs/decisions/batches-and-views.md.
  size_t retained_bytes = size_t{64} << 20;
};

class SinkTaskRunner : public Task {
 public:
  // `pipeline` holds the converters and transforms of this task and its error policy. Topics are
  // read from settings.config (`topics` or `topics.regex`).
  SinkTaskRunner(TaskSettings settings,
                 std::shared_ptr<const plugin::ConnectorClass> connector_class,
                 std::unique_ptr<pipeline::SinkPipeline> pipeline, SinkTaskLimits limits = {});
  ~SinkTaskRunner() override;

 protected:
  Result<void> run() override;
  void wake() override;
  void abandoned_now() override;

 private:
  class Road;  // the state of the running task: sink_road.h
  std::shared_ptr<Road> road_;
};

}  // namespace millrace::runtime
