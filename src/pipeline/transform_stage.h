#pragma once
// Transform: org.apache.kafka.connect.transforms.Transformation over a whole batch.
//
// `apply` reads one view and leaves another in its place: new columns from the batch's arena where
// it changes something, the old ones where it does not, and a shorter selection where it drops
// records. It must not touch what it did not make: the batch's original view and the raw columns
// stay as they are. A record that cannot be transformed is noted in `failures` and stays in the
// selection; the pipeline decides. Predicates are masks *around* one transform: they never change
// the selection.
// What depends on a schema is decided once per schema and kept. One thread.

#include <memory>
#include <string>
#include <vector>

#include "convert/converter.h"
#include "data/batch.h"

namespace millrace::pipeline {

class Transform {
 public:
  virtual ~Transform() = default;
  virtual void apply(data::Batch& batch, data::Records& view, data::Failures& failures) = 0;
};

// In the order of `transforms=`.
using Transforms = std::vector<std::unique_ptr<Transform>>;

// A converter and the Java class name that it goes by in errors.
struct NamedConverter {
  std::unique_ptr<convert::Converter> converter;
  std::string class_name;
};
struct Converters {
  NamedConverter key, value, header;
};

}  // namespace millrace::pipeline
