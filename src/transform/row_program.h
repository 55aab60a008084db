#pragma once
// RowProgram: what a transform does to the structs of one schema, field by field. Programs of
// transforms that follow each other become one, so that a record passes through all of them in one
// go: a field that nobody touches is copied once, however long the chain is.
//
// A program only succeeds or gives up. What is wrong, and with which transform, is found by giving
// the record to the transforms one after the other.

#include <cstdint>
#include <memory>
#include <vector>

#include "data/batch.h"

namespace millrace::transform {

// The record at hand.
struct Work {
  data::Batch& batch;
  const data::Records& view;
  uint32_t record;
  Arena& arena() const { return batch.arena(); }
};

// Changes one field's value, or makes it. False: it cannot.
class FieldStep {
 public:
  virtual ~FieldStep() = default;
  virtual bool apply(const Work& work, data::Cell& value) const = 0;
};

class RowProgram {
 public:
  // The next field of the new row is field `source` of the old one. fallback: in the place of null,
  // or null itself; required: null is refused.
  void copy(uint32_t source, const data::Cell* fallback, bool required) {
    fields_.push_back({static_cast<int32_t>(source), {fallback, required}, {}});
  }
  // The newest field is also changed.
  void then(std::shared_ptr<const FieldStep> step) {
    fields_.back().steps.push_back({std::move(step), {}});
  }
  // The next field is made from nothing.
  void make(std::shared_ptr<const FieldStep> step) {
    fields_.push_back({kNothing, {}, {}});
    then(std::move(step));
  }

  // This program, and then `next`.
  RowProgram followed_by(const RowProgram& next) const;

  uint32_t size() const { return static_cast<uint32_t>(fields_.size()); }
  // `to` has room for size() cells.
  bool run(const Work& work, const data::Cell* from, data::Cell* to) const {
    for (const Entry& field : fields_) {
      if (!field.run(work, from, *to++)) return false;
    }
    data::Cell ignored;
    for (const Entry& field : dropped_) {
      if (!field.run(work, from, ignored)) return false;
    }
    return true;
  }

 private:
  static constexpr int32_t kNothing = -1;
  struct Null {  // what becomes of a null
    const data::Cell* fallback = nullptr;
    bool required = false;
    bool handled() const { return required || fallback != nullptr; }
    bool run(data::Cell& value) const {
      if (!data::is_null(value)) return true;
      if (fallback != nullptr) value = *fallback;
      return fallback != nullptr || !required;
    }
  };
  struct Step {
    std::shared_ptr<const FieldStep> step;
    Null null;  // behind it
  };
  struct Entry {
    int32_t source;
    Null null;
    std::vector<Step> steps;
    bool run(const Work& work, const data::Cell* from, data::Cell& to) const {
      to = source == kNothing ? data::null_cell() : from[source];
      if (!null.run(to)) return false;
      for (const Step& each : steps) {
        if (!each.step->apply(work, to) || !each.null.run(to)) return false;
      }
      return true;
    }
    bool can_fail() const { return !steps.empty() || (null.required && null.fallback == nullptr); }
    void append(const Entry& next);
  };
  Entry after(const Entry& entry) const;

  std::vector<Entry> fields_;
  std::vector<Entry> dropped_;  // on the way; they count because they can fail
};

}  // namespace millrace::transform
