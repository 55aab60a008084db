// ShortConverter, IntegerConverter, LongConverter, FloatConverter, DoubleConverter and
// BooleanConverter.

#include <bit>

#include "convert/failures.h"
#include "convert/simple_converters.h"
#include "convert/value_check.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;

struct NumberClass {
  Kind kind;
  const char* name;          // in messages
  const char* deserializer;  // in the cause
  size_t size;               // in bytes
};

constexpr NumberClass kNumbers[] = {{Kind::kInt16, "short", "ShortDeserializer", 2},
                                    {Kind::kInt32, "integer", "IntegerDeserializer", 4},
                                    {Kind::kInt64, "long", "LongDeserializer", 8},
                                    {Kind::kFloat32, "float", "Deserializer", 4},
                                    {Kind::kFloat64, "double", "Deserializer", 8}};

uint64_t bits_of(const Cell& cell) {
  if (cell.kind == MILLRACE_FLOAT32)
    return std::bit_cast<uint32_t>(static_cast<float>(cell.as.f64));
  return static_cast<uint64_t>(cell.as.i64);  // a double's bits are in the same place
}

Cell cell_of(Kind kind, uint64_t bits) {
  switch (kind) {
    case Kind::kInt16: return data::integer_cell(kind, static_cast<int16_t>(bits));
    case Kind::kInt32: return data::integer_cell(kind, static_cast<int32_t>(bits));
    case Kind::kFloat32:
      return data::float_cell(kind, std::bit_cast<float>(static_cast<uint32_t>(bits)));
    case Kind::kFloat64: return data::float_cell(kind, std::bit_cast<double>(bits));
    default: return data::int64_cell(static_cast<int64_t>(bits));
  }
}

class NumberConverter final : public Converter {
 public:
  explicit NumberConverter(const NumberClass& number) : number_(number) {}

  void to_connect(const ToConnect& work) override {
    const data::Schema* schema = data::optional_primitive_schema(number_.kind).get();
    for (uint32_t index : work.selected) {
      const Bytes& bytes = work.bytes[index];
      work.schemas[index] = schema;
      work.cells[index] = data::null_cell();
      if (bytes.data == nullptr) continue;
      if (bytes.size != number_.size) {
        work.failures.push_back({index, wrong_size()});
        continue;
      }
      uint64_t bits = 0;
      for (size_t i = 0; i < bytes.size; ++i) bits = bits << 8 | bytes.data[i];
      work.cells[index] = cell_of(number_.kind, bits);
    }
  }

  void from_connect(const FromConnect& work) override {
    for (uint32_t index : work.selected) {
      const Cell& cell = work.cells[index];
      work.bytes[index] = {};
      if (data::is_null(cell)) continue;
      if (data::kind(cell) != number_.kind) {
        work.failures.push_back(
            {index, data_error("Failed to serialize to " + std::string(number_.name) + " (was " +
                               class_text(cell) + "): ")
                        .caused_by(wrong_class(cell))});
        continue;
      }
      auto* out = static_cast<uint8_t*>(work.batch.arena().allocate(number_.size));
      uint64_t bits = bits_of(cell);
      for (size_t i = number_.size; i-- > 0; bits >>= 8) out[i] = static_cast<uint8_t>(bits);
      work.bytes[index] = {out, number_.size};
    }
  }

 private:
  // The JVM's, without its words about modules and loaders.
  Error wrong_class(const Cell& cell) const {
    const Kind given = data::kind(cell);
    const bool number = given == Kind::kInt8 || given == Kind::kInt16 || given == Kind::kInt32 ||
                        given == Kind::kInt64 || given == Kind::kFloat32 ||
                        given == Kind::kFloat64 || given == Kind::kDecimal;
    std::string wanted = number ? std::string(number_.name) : "number";
    wanted.front() = static_cast<char>(wanted.front() - 'a' + 'A');
    return {ErrorKind::bad_data, class_text(cell) + " cannot be cast to class java.lang." + wanted,
            "java.lang.ClassCastException"};
  }

  Error wrong_size() const {
    return data_error("Failed to deserialize " + std::string(number_.name) + ": ")
        .caused_by(serialization_error("Size of data received by " +
                                       std::string(number_.deserializer) + " is not " +
                                       std::to_string(number_.size)));
  }
  const NumberClass& number_;
};

class BooleanConverter final : public Converter {
 public:
  void to_connect(const ToConnect& work) override {
    const data::Schema* schema = data::optional_primitive_schema(Kind::kBoolean).get();
    for (uint32_t index : work.selected) {
      const Bytes& bytes = work.bytes[index];
      work.schemas[index] = schema;
      work.cells[index] = data::null_cell();
      if (bytes.data == nullptr) continue;
      if (bytes.size == 1 && bytes.data[0] <= 1) {
        work.cells[index] = data::boolean_cell(bytes.data[0] == 1);
        continue;
      }
      work.failures.push_back(
          {index, data_error("Failed to deserialize boolean: ").caused_by(problem(bytes))});
    }
  }

  void from_connect(const FromConnect& work) override {
    static constexpr uint8_t kBytes[] = {0, 1};
    for (uint32_t index : work.selected) {
      const Cell& cell = work.cells[index];
      const data::Schema* schema = work.schemas[index];
      work.bytes[index] = {};
      if (schema != nullptr && schema->type() != Kind::kBoolean) {
        work.failures.push_back({index, data_error("Invalid schema type for BooleanConverter: " +
                                                   std::string(data::type_name(schema->type())))});
      } else if (data::kind(cell) == Kind::kBoolean) {
        work.bytes[index] = {&kBytes[cell.as.i64 != 0], 1};
      } else if (!data::is_null(cell)) {
        work.failures.push_back(
            {index, data_error("BooleanConverter is not compatible with objects of type " +
                               class_text(cell))});
      }
    }
  }

 private:
  static Error problem(const Bytes& bytes) {
    if (bytes.size != 1)
      return serialization_error("Size of data received by BooleanDeserializer is not 1");
    return serialization_error("Unexpected byte received by BooleanDeserializer: " +
                               std::to_string(static_cast<int8_t>(bytes.data[0])));
  }
};

}  // namespace

std::unique_ptr<Converter> make_number_converter(Kind kind) {
  for (const NumberClass& number : kNumbers) {
    if (number.kind == kind) return std::make_unique<NumberConverter>(number);
  }
  return nullptr;
}

std::unique_ptr<Converter> make_boolean_converter() { return std::make_unique<BooleanConverter>(); }

}  // namespace millrace::convert
