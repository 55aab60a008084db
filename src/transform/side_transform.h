#pragma once
// The base of transforms that change a record's key or its value, and the small tools that they
// share.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/batch.h"
#include "transform/row_program.h"
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

class SideStages;

class SideTransform : public Transform {
 public:
  ~SideTransform() override;
  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) final;
  bool key() const { return side_.key; }

 protected:
  explicit SideTransform(Side side);
  // Before the first record of a batch.
  virtual void begin(data::Batch&) {}
  // Changes one record's key or value in place. New schemas are kept alive by a plan of the
  // transform.
  virtual Result<void> change(const Work& work, Datum& datum) = 0;
  // What `change` does to structs of a schema that is one.
  struct Program {
    SchemaRef schema;  // of the new rows
    RowProgram rows;
  };
  // Nothing: it is no matter of single fields, or it fails.
  virtual std::optional<Program> program(const Schema&) { return std::nullopt; }

 private:
  friend class SideStages;
  const Side side_;
  std::unique_ptr<SideStages> alone_;
};

// Transforms of one side that follow each other, over a batch.
class SideStages {
 public:
  void add(SideTransform& stage);
  bool key() const { return stages_.front()->key(); }
  void apply(data::Batch& batch, data::Records& view, data::Failures& failures);

 private:
  // The programs of `stages` stages in one. None: the first of them has to be asked itself.
  struct Compiled {
    size_t stages = 0;
    RowProgram rows;
    std::vector<SchemaRef> schemas;  // behind each stage
  };
  struct Failed {
    Error error;
    size_t stage;
  };
  Compiled compile(size_t first, const Schema& schema);
  std::optional<Failed> change(const Work& work, Datum& datum);
  bool run(const Work& work, Datum& datum, const Compiled& compiled, size_t stage);

  std::vector<SideTransform*> stages_;
  std::vector<PlanCache<Compiled>> programs_;  // by the stage that they begin with
  // The newest program: its schemas are kept by the batch already.
  const Schema* last_schema_ = nullptr;
  size_t last_stage_ = 0;
};

// SideStages that own their transforms.
class SideChain : public Transform {
 public:
  explicit SideChain(std::unique_ptr<SideTransform> first) { add(std::move(first)); }
  void add(std::unique_ptr<SideTransform> next) {
    stages_.add(*next);
    owned_.push_back(std::move(next));
  }
  bool key() const { return stages_.key(); }
  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    stages_.apply(batch, view, failures);
  }

 private:
  std::vector<std::unique_ptr<SideTransform>> owned_;
  SideStages stages_;
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

// The same as a part of a program: Struct.get and then Struct.put under the same schema.
inline void copy_field(RowProgram& rows, const Schema& schema, uint32_t field, bool with_default) {
  const Schema& type = *schema.fields()[field].schema;
  rows.copy(field, with_default ? type.default_value() : nullptr, !type.optional());
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
