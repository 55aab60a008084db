#include "transform/row_program.h"

namespace millrace::transform {

void RowProgram::Entry::append(const Entry& next) {
  Null& last = steps.empty() ? null : steps.back().null;
  if (!last.handled()) last = next.null;  // else no null comes that far
  steps.insert(steps.end(), next.steps.begin(), next.steps.end());
}

RowProgram::Entry RowProgram::after(const Entry& entry) const {
  if (entry.source == kNothing) return entry;
  Entry both = fields_[static_cast<size_t>(entry.source)];
  both.append(entry);
  return both;
}

RowProgram RowProgram::followed_by(const RowProgram& next) const {
  RowProgram both;
  std::vector<bool> used(fields_.size(), false);
  for (const Entry& entry : next.fields_) {
    if (entry.source != kNothing) used[static_cast<size_t>(entry.source)] = true;
    both.fields_.push_back(after(entry));
  }
  both.dropped_ = dropped_;
  for (const Entry& entry : next.dropped_) {
    if (entry.source != kNothing) used[static_cast<size_t>(entry.source)] = true;
    both.dropped_.push_back(after(entry));
  }
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (!used[i] && fields_[i].can_fail()) both.dropped_.push_back(fields_[i]);
  }
  return both;
}

}  // namespace millrace::transform
