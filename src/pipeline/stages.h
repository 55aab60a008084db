#pragma once
// What both roads do alike with one batch: call a stage, note what failed, narrow the selection to
// what goes on. The failures of a batch are judged once, at its end.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/error_policy.h"
#include "pipeline/transform_stage.h"

namespace millrace::pipeline {

class Stages {
 public:
  explicit Stages(std::shared_ptr<ErrorPolicy> errors) : errors_(std::move(errors)) {}

  // Calls one converter over `work` (ToConnect or FromConnect without its `failures`), and takes
  // the records that it could not convert out of `selected`. work.selected is read, not written.
  void to_connect(NamedConverter& converter, data::Stage stage, convert::ToConnect work,
                  std::span<const uint32_t>& selected);
  void from_connect(NamedConverter& converter, data::Stage stage, convert::FromConnect work,
                    std::span<const uint32_t>& selected);
  void transform(Transforms& transforms, data::Batch& batch, data::Records& view);

  // For stages whose items are not records: a list to be given to the converter, and how its
  // failures are noted.
  std::vector<convert::ConversionFailure>& fresh_conversion_failures();
  void note(uint32_t record, data::Stage stage, Error error, const std::string& stage_class);
  void narrow(std::span<const uint32_t>& selected, size_t failures_before, Arena& arena);
  size_t failure_count() const { return failures_.size(); }

  // Reports what failed; forgets it. The error, if any, and the lowest record that it concerns.
  struct Conclusion {
    std::optional<Error> failure;
    uint32_t handled;  // records from here on were not handled
  };
  Conclusion conclude(uint32_t count, const OriginalRecords& originals);
  // Forgets failures of records from `record` on: they were not reached.
  void cut(uint32_t record);

  ErrorPolicy& errors() { return *errors_; }

 private:
  void note_conversions(const NamedConverter& converter, data::Stage stage,
                        std::span<const uint32_t>& selected, Arena& arena);

  std::shared_ptr<ErrorPolicy> errors_;
  std::vector<convert::ConversionFailure> conversion_failures_;
  data::Failures failures_;
};

}  // namespace millrace::pipeline
