#pragma once
// Converter: org.apache.kafka.connect.storage.Converter and HeaderConverter over a whole batch. One
// call per batch and role; inside, a plain loop. What depends on a schema is decided once per
// schema pointer and kept.
//
// A record that cannot be converted is noted in `failures` and the others go on. An instance
// belongs to one task and one role (key, value or header) and is used by one thread.

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/batch.h"

namespace millrace::convert {

// Bytes as they stand in Kafka. data == nullptr: null, which is not the same as empty.
struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
  std::string_view text() const { return {reinterpret_cast<const char*>(data), size}; }
};

enum class Role : uint8_t { kKey, kValue, kHeader };

struct ConversionFailure {
  uint32_t index;
  Error error;
};

// Bytes to values. All arrays have one entry per item; only the items of `selected` are read and
// written.
struct ToConnect {
  data::Batch& batch;  // memory for cells; keeps the schemas. Cells may point into `bytes`, which
                       // the batch keeps alive.
  std::span<const uint32_t> selected;
  const Bytes* bytes;
  const std::string_view* topics;
  const std::string_view* header_keys;  // for Role::kHeader, else null
  const data::Schema** schemas;         // out; null: schemaless
  data::Cell* cells;                    // out
  std::vector<ConversionFailure>& failures;
};

// Values to bytes. The output may point into the cells' memory or lie in the batch's arena.
struct FromConnect {
  data::Batch& batch;
  std::span<const uint32_t> selected;
  const data::Schema* const* schemas;
  const data::Cell* cells;
  const std::string_view* topics;
  const std::string_view* header_keys;
  Bytes* bytes;  // out
  std::vector<ConversionFailure>& failures;
};

class Converter {
 public:
  virtual ~Converter() = default;
  virtual void to_connect(const ToConnect& work) = 0;
  virtual void from_connect(const FromConnect& work) = 0;
};

// A converter's own keys, without the `value.converter.` prefix.
using ConverterConfig = std::map<std::string, std::string>;

// The converters of this build by Java class name or alias
// (`org.apache.kafka.connect.json.JsonConverter`, `JsonConverter`, `Json`). not_found: no such
// class here. bad_config: a key has a value that cannot be.
Result<std::unique_ptr<Converter>> make_converter(std::string_view class_or_alias, Role role,
                                                  const ConverterConfig& config);

// What is known of one converter class, for plug-in listings and validation.
struct ConverterClass {
  std::string_view class_name;  // full Java name
  bool header;                  // also a HeaderConverter
  bool key_value;               // also a Converter (all but SimpleHeaderConverter)
};
std::span<const ConverterClass> converter_classes();
// Resolves an alias; null where unknown.
const ConverterClass* find_converter(std::string_view class_or_alias);

}  // namespace millrace::convert
