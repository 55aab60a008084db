#include "pipeline/stages.h"

#include <algorithm>

#include "pipeline/retry.h"

namespace millrace::pipeline {
namespace {

// The items whose failure may pass, rising. Where the first failure fails the task, nothing behind
// one that will not pass is worth another attempt. index_of: of a failure.
template <typename Failures, typename IndexOf>
std::vector<uint32_t> worth_another_attempt(const Failures& failures, bool tolerate_all,
                                            IndexOf index_of) {
  uint32_t end = UINT32_MAX;
  std::vector<uint32_t> items;
  for (const auto& failure : failures) {
    if (failure.error.kind() == ErrorKind::retriable) {
      items.push_back(index_of(failure));
    } else if (!tolerate_all) {
      end = std::min(end, index_of(failure));
    }
  }
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  items.erase(std::lower_bound(items.begin(), items.end(), end), items.end());
  return items;
}

size_t count_records(std::span<const uint32_t> items, const Stages::RecordOf& record_of) {
  if (!record_of) return items.size();
  size_t count = 0;
  for (size_t i = 0; i < items.size(); ++i)
    if (i == 0 || record_of(items[i]) != record_of(items[i - 1])) ++count;
  return count;
}

bool contains(const std::vector<uint32_t>& sorted, uint32_t item) {
  return std::binary_search(sorted.begin(), sorted.end(), item);
}

}  // namespace

void Stages::to_connect(const NamedConverter& converter, data::Stage stage,
                        const convert::ToConnect& work, std::span<const uint32_t>& selected,
                        const RecordOf& record_of) {
  converter.converter->to_connect(work);
  if (conversion_failures_.empty()) return;
  convert(converter, stage, work.batch.arena(), selected, record_of,
          [&](std::span<const uint32_t> items) {
            convert::ToConnect rest = work;
            rest.selected = items;
            converter.converter->to_connect(rest);
          });
}

void Stages::from_connect(const NamedConverter& converter, data::Stage stage,
                          const convert::FromConnect& work, std::span<const uint32_t>& selected,
                          const RecordOf& record_of) {
  converter.converter->from_connect(work);
  if (conversion_failures_.empty()) return;
  convert(converter, stage, work.batch.arena(), selected, record_of,
          [&](std::span<const uint32_t> items) {
            convert::FromConnect rest = work;
            rest.selected = items;
            converter.converter->from_connect(rest);
          });
}

// Some could not be converted.
void Stages::convert(const NamedConverter& converter, data::Stage stage, Arena& arena,
                     std::span<const uint32_t>& selected, const RecordOf& record_of,
                     const Attempt& attempt) {
  try_conversions_again(attempt, record_of);
  const size_t before = failures_.size();
  for (convert::ConversionFailure& failure : conversion_failures_) {
    const uint32_t record = record_of ? record_of(failure.index) : failure.index;
    failures_.push_back({record, stage, std::move(failure.error), converter.class_name});
  }
  conversion_failures_.clear();
  narrow(selected, before, arena);
}

void Stages::try_conversions_again(const Attempt& attempt, const RecordOf& record_of) {
  std::optional<Retry> retry;
  for (;;) {
    const std::vector<uint32_t> items =
        worth_another_attempt(conversion_failures_, errors_->config().tolerate_all,
                              [](const auto& failure) { return failure.index; });
    if (items.empty()) return;
    if (!retry) retry.emplace(*errors_);
    if (!retry->again(count_records(items, record_of))) break;
    std::erase_if(conversion_failures_,
                  [&](const auto& failure) { return contains(items, failure.index); });
    attempt(items);
  }
  stopped_ = stopped_ || retry->stopped();
}

void Stages::transform(Transforms& transforms, data::Batch& batch, data::Records& view) {
  for (auto& transform : transforms) {
    if (view.selected.empty()) return;
    const size_t before = failures_.size();
    const data::Records input = view;
    transform->apply(batch, view, failures_);
    if (failures_.size() == before) continue;
    try_transform_again(*transform, batch, input, view, before);
    narrow(view.selected, before, batch.arena());
  }
}

void Stages::try_transform_again(Transform& transform, data::Batch& batch,
                                 const data::Records& input, data::Records& view,
                                 size_t failures_before) {
  Arena& arena = batch.arena();
  std::optional<Retry> retry;
  for (;;) {
    const std::vector<uint32_t> records = worth_another_attempt(
        std::span(failures_).subspan(failures_before), errors_->config().tolerate_all,
        [](const auto& failure) { return failure.record; });
    if (records.empty()) return;
    if (!retry) retry.emplace(*errors_);
    if (!retry->again(records.size())) break;
    failures_.erase(
        std::remove_if(failures_.begin() + static_cast<ptrdiff_t>(failures_before), failures_.end(),
                       [&](const auto& f) { return contains(records, f.record); }),
        failures_.end());
    auto* selected = arena.allocate_array<uint32_t>(records.size());
    data::Records again = input;
    again.selected = {selected, std::copy(records.begin(), records.end(), selected)};
    transform.apply(batch, again, failures_);
    view = merge_views(arena, view, records, again);
  }
  stopped_ = stopped_ || retry->stopped();
}

std::vector<convert::ConversionFailure>& Stages::fresh_failures() {
  conversion_failures_.clear();
  return conversion_failures_;
}

void Stages::narrow(std::span<const uint32_t>& selected, size_t failures_before, Arena& arena) {
  if (failures_.size() == failures_before) return;
  selected = errors_->survivors(selected, std::span(failures_).subspan(failures_before), arena);
}

void Stages::cut(uint32_t record) {
  std::erase_if(failures_, [record](const data::RecordFailure& f) { return f.record >= record; });
}

Stages::Conclusion Stages::conclude(uint32_t count, const OriginalRecords& originals) {
  if (failures_.empty()) return {std::nullopt, count, {}};
  Conclusion conclusion{std::nullopt, count, {}};
  const bool tolerate_all = errors_->config().tolerate_all;
  if (!tolerate_all) {
    const auto lowest =
        std::min_element(failures_.begin(), failures_.end(),
                         [](const auto& a, const auto& b) { return a.record < b.record; });
    conclusion.handled = lowest->record;
    // The task is to stop, and nobody knows yet whether this record is bad: it is left for the next
    // time. (Java skips it.)
    if (stopped_ && lowest->error.kind() == ErrorKind::retriable) failures_.clear();
  }
  conclusion.failure = errors_->conclude(failures_, originals, stopped_);
  if (tolerate_all) {
    for (const data::RecordFailure& failure : failures_)  // sorted by conclude
      if (conclusion.skipped.empty() || conclusion.skipped.back() != failure.record)
        conclusion.skipped.push_back(failure.record);
  }
  failures_.clear();
  stopped_ = false;
  return conclusion;
}

}  // namespace millrace::pipeline
