#pragma once
// RecordWitness: sees where one record ends on its way through a pipeline. It stands around every
// converter and transform, calls it and notes what it did; the pipeline knows nothing of that.

#include <optional>
#include <string>
#include <vector>

#include "config/config_def.h"
#include "data/batch.h"
#include "runtime/task_pipelines.h"

namespace millrace::runtime {

class RecordWitness {
 public:
  // transforms_in_order: their names in the configuration. The witness outlives the parts.
  void watch(PipelineParts& parts, const std::vector<std::string>& transforms_in_order);

  // Before each record, which goes in a batch of its own.
  void begin();
  // The first failure, if any, and the transform (its name) that failed or dropped the record.
  std::optional<data::RecordFailure> failure;
  std::string transform;

 private:
  class WatchedConverter;
  class WatchedTransform;
  void note(data::Stage stage, const Error& error, const std::string& stage_class);
};

}  // namespace millrace::runtime
