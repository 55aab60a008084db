#pragma once
// org.apache.kafka.connect.json.JsonConverter. docs/decisions/json.md tells how it is fast.

#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "convert/converter.h"
#include "convert/json_decoder.h"
#include "convert/json_tree.h"
#include "convert/json_writer.h"

namespace millrace::convert {

struct JsonConverterSettings {
  bool schemas_enable = true;
  bool replace_null_with_default = true;
  int32_t schemas_cache_size = 1000;
  DecimalFormat decimal_format = DecimalFormat::kBase64;
  std::string schema_content;  // empty: none
};

class JsonConverter final : public Converter {
 public:
  static Result<std::unique_ptr<Converter>> make(const JsonConverterSettings& settings);

  void to_connect(const ToConnect& work) override;
  void from_connect(const FromConnect& work) override;

 private:
  struct SchemaAndValue {
    const data::Schema* schema;
    data::Cell value;
  };
  // The beginning of an envelope up to its payload, and the schema that it spells out.
  struct Envelope {
    std::string prefix;
    data::SchemaRef schema;  // may be none
  };

  explicit JsonConverter(const JsonConverterSettings& settings);
  bool decode(std::string_view text, Arena& arena, SchemaAndValue& result);
  bool decode_envelope(const Envelope& envelope, std::string_view text, Arena& arena,
                       SchemaAndValue& result);
  Result<SchemaAndValue> decode_slowly(std::string_view text, data::Batch& batch);
  Result<SchemaAndValue> from_envelope(std::string_view text, const JsonNode& tree,
                                       data::Batch& batch);
  Result<data::SchemaRef> schema_of(const JsonNode& node, Arena& arena);
  void remember_envelope(std::string_view text, const JsonNode& tree, const data::SchemaRef& schema,
                         Arena& arena);

  static constexpr size_t kEnvelopes = 8, kLargestPrefix = 1 << 20;
  JsonConverterSettings settings_;
  data::SchemaRef content_schema_;
  JsonDecoder decoder_;
  JsonWriter writer_;
  std::vector<Envelope> envelopes_;
  size_t last_envelope_ = 0, replace_envelope_ = 0;

  // Schemas by their JSON text, least recently used last: toConnectSchemaCache.
  using SchemaText = std::pair<std::string, data::SchemaRef>;
  std::list<SchemaText> schema_texts_;
  std::unordered_map<std::string_view, std::list<SchemaText>::iterator> schema_index_;
};

}  // namespace millrace::convert
