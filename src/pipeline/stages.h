#pragma once
// What both roads do alike with one batch: call a stage, try what may pass again, note what failed,
// narrow the selection to what goes on. The failures of a batch are judged once, at its end.

#include <functional>
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

  // The record that an item of a converter's work belongs to. Empty: items are records.
  using RecordOf = std::function<uint32_t(uint32_t item)>;

  // Calls one converter over `work` (ToConnect or FromConnect with fresh_failures()), and takes the
  // records that it could not convert out of `selected`. work.selected is read, not written.
  void to_connect(const NamedConverter& converter, data::Stage stage,
                  const convert::ToConnect& work, std::span<const uint32_t>& selected,
                  const RecordOf& record_of = {});
  void from_connect(const NamedConverter& converter, data::Stage stage,
                    const convert::FromConnect& work, std::span<const uint32_t>& selected,
                    const RecordOf& record_of = {});
  void transform(Transforms& transforms, data::Batch& batch, data::Records& view);

  // An empty list, to be given to a converter.
  std::vector<convert::ConversionFailure>& fresh_failures();

  // Reports what failed; forgets it.
  struct Conclusion {
    std::optional<Error> failure;
    uint32_t handled;               // records from here on were not handled
    std::vector<uint32_t> skipped;  // rising: the records that failed, and are done with
  };
  Conclusion conclude(uint32_t count, const OriginalRecords& originals);
  // Forgets failures of records from `record` on: they were not reached.
  void cut(uint32_t record);

 private:
  using Attempt = std::function<void(std::span<const uint32_t> items)>;
  void convert(const NamedConverter& converter, data::Stage stage, Arena& arena,
               std::span<const uint32_t>& selected, const RecordOf& record_of,
               const Attempt& attempt);
  void try_conversions_again(const Attempt& attempt, const RecordOf& record_of);
  void try_transform_again(Transform& transform, data::Batch& batch, const data::Records& input,
                           data::Records& view, size_t failures_before);
  void narrow(std::span<const uint32_t>& selected, size_t failures_before, Arena& arena);

  std::shared_ptr<ErrorPolicy> errors_;
  std::vector<convert::ConversionFailure> conversion_failures_;
  data::Failures failures_;
  bool stopped_ = false;  // while something was to be tried again
};

}  // namespace millrace::pipeline
