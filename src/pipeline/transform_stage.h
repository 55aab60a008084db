#pragma once
// The parts that a task's pipeline is made of: its converters and the chain of its transforms.

#include <memory>
#include <string>

#include "convert/converter.h"
#include "transform/transform.h"

namespace millrace::pipeline {

using transform::Transform;
using transform::Transforms;

// A converter and the Java class name that it goes by in errors.
struct NamedConverter {
  std::unique_ptr<convert::Converter> converter;
  std::string class_name;
};
struct Converters {
  NamedConverter key, value, header;
};

}  // namespace millrace::pipeline
