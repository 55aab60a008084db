#include "pipeline/stages.h"

#include <algorithm>

namespace millrace::pipeline {

void Stages::to_connect(NamedConverter& converter, data::Stage stage, convert::ToConnect work,
                        std::span<const uint32_t>& selected) {
  converter.converter->to_connect(work);
  note_conversions(converter, stage, selected, work.batch.arena());
}

void Stages::from_connect(NamedConverter& converter, data::Stage stage, convert::FromConnect work,
                          std::span<const uint32_t>& selected) {
  converter.converter->from_connect(work);
  note_conversions(converter, stage, selected, work.batch.arena());
}

void Stages::transform(Transforms& transforms, data::Batch& batch, data::Records& view) {
  for (auto& transform : transforms) {
    if (view.selected.empty()) return;
    const size_t before = failures_.size();
    transform->apply(batch, view, failures_);
    narrow(view.selected, before, batch.arena());
  }
}

std::vector<convert::ConversionFailure>& Stages::fresh_conversion_failures() {
  conversion_failures_.clear();
  return conversion_failures_;
}

void Stages::note(uint32_t record, data::Stage stage, Error error, const std::string& stage_class) {
  failures_.push_back({record, stage, std::move(error), stage_class});
}

void Stages::narrow(std::span<const uint32_t>& selected, size_t failures_before, Arena& arena) {
  if (failures_.size() == failures_before) return;
  selected = errors_->survivors(selected, std::span(failures_).subspan(failures_before), arena);
}

void Stages::note_conversions(const NamedConverter& converter, data::Stage stage,
                              std::span<const uint32_t>& selected, Arena& arena) {
  if (conversion_failures_.empty()) return;
  const size_t before = failures_.size();
  for (convert::ConversionFailure& failure : conversion_failures_) {
    note(failure.index, stage, std::move(failure.error), converter.class_name);
  }
  conversion_failures_.clear();
  narrow(selected, before, arena);
}

void Stages::cut(uint32_t record) {
  std::erase_if(failures_, [record](const data::RecordFailure& f) { return f.record >= record; });
}

Stages::Conclusion Stages::conclude(uint32_t count, const OriginalRecords& originals) {
  if (failures_.empty()) return {std::nullopt, count};
  Conclusion conclusion{errors_->conclude(failures_, originals), count};
  if (conclusion.failure) {
    for (const data::RecordFailure& failure : failures_) {
      conclusion.handled = std::min(conclusion.handled, failure.record);
    }
  }
  failures_.clear();
  return conclusion;
}

}  // namespace millrace::pipeline
