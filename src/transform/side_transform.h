#pragma once
// The base of transforms that change a record's key or its value, and the small tools that they
// share.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/batch.h"
#include "transform/transform.h"

namespace millrace::transform {

using data::Cell;
using data::Kind;
using data::Schema;
using data::SchemaRef;

// Key or value, and the Java class that stands for the transform on that side.
struct Side {
  bool key;
  std::string class_name;
};

// A key or value with its schema (null: schemaless).
struct Datum {
  const Schema* schema;
  Cell value;
};

// Columns that a stage is about to change: a copy in the batch's arena.
template <typename T>
T* copy_column(data::Batch& batch, const T* column, uint32_t count) {
  T* copy = batch.arena().allocate_array<T>(count);
  std::copy(column, column + count, copy);
  return copy;
}

class SideTransform : public Transform {
 public:
  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) final;

 protected:
  explicit SideTransform(Side side) : side_(std::move(side)) {}
  struct Work {
    data::Batch& batch;
    const data::Records& view;
    uint32_t record;
    Arena& arena() const { return batch.arena(); }
  };
  // Before the first record of a batch.
  virtual void begin(data::Batch&) {}
  // Changes one record's key or value in place. New schemas are kept alive by a plan of the
  // transform.
  virtual Result<void> change(const Work& work, Datum& datum) = 0;

 private:
  const Side side_;
};

// What a transform has worked out for a schema. The newest 16 are kept, as in Java; the last one
// used is found by a pointer comparison.
template <typename Plan>
class PlanCache {
 public:
  // make(schema) -> Result<Plan>; failures are not kept.
  template <typename Make>
  Result<const Plan*> get(const Schema* schema, Make&& make) {
    if (!entries_.empty() && entries_.front().schema.get() == schema) return &entries_.front().plan;
    for (size_t i = 1; i < entries_.size(); ++i) {
      if (entries_[i].schema.get() == schema) {
        std::rotate(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(i),
                    entries_.begin() + static_cast<ptrdiff_t>(i) + 1);
        return &entries_.front().plan;
      }
    }
    Result<Plan> plan = make(*schema);
    if (!plan) return fail(std::move(plan).error());
    if (entries_.size() == kPlans) entries_.pop_back();
    entries_.insert(entries_.begin(), Entry{SchemaRef(schema), std::move(*plan)});
    return &entries_.front().plan;
  }

 private:
  static constexpr size_t kPlans = 16;
  struct Entry {
    SchemaRef schema;
    Plan plan;
  };
  std::vector<Entry> entries_;
};

// org.apache.kafka.connect.transforms.util.Requirements
Result<void> require_map(const Cell& value, std::string_view purpose);
Result<void> require_struct(const Cell& value, std::string_view purpose);

// A field as Struct.get (the default in place of null) or Struct.getWithoutDefault reads it.
inline const Cell& field_value(const Schema& schema, const Cell& row, uint32_t field,
                               bool with_default) {
  const Cell& cell = row.as.cells[field];
  if (with_default && data::is_null(cell)) {
    const Cell* fallback = schema.fields()[field].schema->default_value();
    if (fallback != nullptr) return *fallback;
  }
  return cell;
}

// Struct.put of a null into a required field fails.
Result<void> check_put_null(const data::Field& field);
inline Result<void> check_put(const data::Field& field, const Cell& value) {
  if (!data::is_null(value)) return {};
  return check_put_null(field);
}

// SchemaUtil.copySchemaBasics: name, version, doc and parameters go along, optional and default do
// not.
void copy_basics(const Schema& from, data::SchemaBuilder& to);

inline Failure data_failure(std::string message) {
  return fail(ErrorKind::bad_data, std::move(message));
}
inline Failure config_failure(std::string message) {
  return fail(ErrorKind::bad_config, std::move(message));
}

}  // namespace millrace::transform
