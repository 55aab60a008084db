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

#include <chrono>
#include <cstddef>
#include <memory>

#include "pipeline/source_pipeline.h"
#include "plugin/connector.h"
#include "runtime/offset_store.h"
#include "runtime/task.h"
#include "runtime/task_settings.h"

namespace millrace::runtime {

struct SourceTaskLimits {
  // Polling stops while this many bytes of sent batches wait for acknowledgements.
  size_t pinned_bytes = 24 << 20;
  // The producer is closed after this long without a record in flight.
  std::chrono::milliseconds producer_idle{60'000};
  // Longest time that one poll is given: with nothing in flight, and with records in flight.
  std::chrono::milliseconds idle_poll{1'000}, busy_poll{100};
  // Before a failed send is tried again (Java: SEND_FAILED_BACKOFF_MS).
  std::chrono::milliseconds send_retry{100};
};

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
  class Road;  // the state of the running task: source_road.h
  std::shared_ptr<Road> road_;
};

}  // namespace millrace::runtime
