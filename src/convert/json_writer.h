#pragma once
// JsonConverter.convertToJson, asJsonSchema and Jackson's generator in one: from values straight to
// bytes. Writes into memory of an arena, one text after another.

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/arena.h"
#include "base/result.h"
#include "data/cell.h"
#include "data/schema.h"

namespace millrace::convert {

enum class DecimalFormat : uint8_t { kBase64, kNumeric };

struct JsonWriterSettings {
  bool replace_null_with_default = true;
  DecimalFormat decimal_format = DecimalFormat::kBase64;
  size_t schema_cache_size = 1000;
};

class JsonWriter {
 public:
  explicit JsonWriter(JsonWriterSettings settings) : settings_(settings) {}

  // Memory for what is written until end(): a first block of `expected` bytes, more when needed.
  void begin(Arena& arena, size_t expected);
  void end();

  // One text: the bare value, or `{"schema":...,"payload":...}`.
  Result<std::string_view> write(const data::Schema* schema, const data::Cell& cell, bool envelope);

 private:
  // Of what follows, false means that error_ is set.
  bool value(const data::Schema* schema, const data::Cell& cell);
  bool null_value(const data::Schema* schema);
  bool logical(const data::Schema& schema, const data::Cell& cell);
  bool decimal(const data::Schema& schema, const data::Cell& cell);
  bool plain_value(const data::Schema* schema, const data::Cell& cell);
  bool array(const data::Schema* schema, const data::Cell& cell);
  bool map(const data::Schema* schema, const data::Cell& cell);
  bool map_object(const data::Schema* schema, const data::Cell& cell);
  bool map_pairs(const data::Schema* schema, const data::Cell& cell);
  bool struct_value(const data::Schema* schema, const data::Cell& cell);
  bool schema_text(const data::Schema& schema);
  bool write_schema(const data::Schema& schema, const std::string* field);
  bool schema_children(const data::Schema& schema);
  void schema_parameters(const data::Schema& schema);
  bool failed(std::string message);
  bool failed(Error error);
  bool enter();

  void text(std::string_view text);  // as it stands
  void string(std::string_view text);
  const char* escape(const char* next, const char* end);
  void unicode_escape(char16_t unit);
  void integer(int64_t value);
  void floating(double value, bool narrow);
  void base64(std::string_view bytes);
  void put(char c) { reserve(1), *next_++ = c; }
  void reserve(size_t bytes) {
    if (static_cast<size_t>(end_ - next_) < bytes) grow(bytes);
  }
  void grow(size_t bytes);

  JsonWriterSettings settings_;
  Arena* arena_ = nullptr;
  char *block_ = nullptr, *start_ = nullptr, *next_ = nullptr, *end_ = nullptr;
  int depth_ = 0;
  Error error_{ErrorKind::bad_data, {}};

  // Schema texts by schema id, least recently used last.
  struct SchemaText {
    uint64_t id;
    std::string text;
  };
  std::list<SchemaText> schema_texts_;
  std::unordered_map<uint64_t, std::list<SchemaText>::iterator> schema_index_;
};

}  // namespace millrace::convert
