#pragma once
// Rows made from a compact description of their fields:
//
//   id:int64:sequence, name:string, grade:string:a|b|c, price:float64:0..100, seen:timestamp?:now
//
// NAME:TYPE[?][:HOW]. Types: boolean, int8 .. int64, float32, float64, string, bytes, date, time,
// timestamp. `?`: optional, null in one row of ten. How: `sequence` (the row's number), `now`
// (timestamp only), LOW..HIGH (a range; of the length for string and bytes), or A|B|C (string).
//
// A row depends on the seed and its number alone, `now` excepted.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/sdk.h"

namespace millrace::datagen {

namespace sdk = ::millrace::sdk;

enum class How : uint8_t { kRandom, kSequence, kNow, kChoice };

struct Field {
  std::string name;
  millrace_type type;        // of the schema
  millrace_kind kind;        // of the cells: INSTANT for the logical types
  std::string_view logical;  // full name of the logical type, or empty
  bool optional = false;
  How how = How::kRandom;
  double low = 0, high = 0;
  std::vector<std::string> choices;
};

// Throws ConfigError, which names the field and what is wrong with it.
std::vector<Field> parse_fields(std::string_view description);

class RowGenerator {
 public:
  RowGenerator(std::vector<Field> fields, uint64_t seed);

  const sdk::Schema& schema() const { return schema_; }
  // -1: no such field.
  int32_t find(std::string_view name) const;
  const sdk::Schema& field_schema(int32_t index) const { return field_schemas_[index]; }

  // Cells of the row, in the order of the fields, in the builder's memory.
  const sdk::Cell* make(int64_t row, sdk::Builder& builder) const;
  size_t width() const { return fields_.size(); }

 private:
  sdk::Cell make_cell(const Field& field, int64_t row, uint64_t random,
                      sdk::Builder& builder) const;

  std::vector<Field> fields_;
  std::vector<sdk::Schema> field_schemas_;
  sdk::Schema schema_;
  uint64_t seed_;
};

}  // namespace millrace::datagen
