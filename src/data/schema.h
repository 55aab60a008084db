#pragma once
// Schema: org.apache.kafka.connect.data.Schema. Immutable and interned: as long as somebody holds a
// reference, equal schemas (type, optional, name, version, doc, parameters, default, fields, key
// and value schema: Java's equality) are one object, so schemas are compared by pointer.
// Reference-counted; the id is never used again in this process, so caches keyed by id never meet a
// stranger at an old address.
//
//   SchemaRef schema = SchemaBuilder(Kind::kStruct).name("row").field("id",
//   int64_schema()).build();
//
// Schemas are acyclic. A recursive schema (Avro) will be a group that shares one reference count:
// see docs/decisions/schemas.md.

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "data/cell.h"

namespace millrace::data {
using Schema = ::millrace_schema;

// Owns one reference. Empty: no schema.
class SchemaRef {
 public:
  SchemaRef() = default;
  SchemaRef(std::nullptr_t) {}
  explicit SchemaRef(const Schema* schema);  // takes a reference of its own
  SchemaRef(const SchemaRef& other) : SchemaRef(other.schema_) {}
  SchemaRef(SchemaRef&& other) noexcept : schema_(std::exchange(other.schema_, nullptr)) {}
  SchemaRef& operator=(SchemaRef other) noexcept {
    std::swap(schema_, other.schema_);
    return *this;
  }
  ~SchemaRef();

  // The caller's reference becomes this one's, and back.
  static SchemaRef adopt(const Schema* schema) {
    SchemaRef ref;
    ref.schema_ = schema;
    return ref;
  }
  const Schema* release() { return std::exchange(schema_, nullptr); }

  const Schema* get() const { return schema_; }
  const Schema* operator->() const { return schema_; }
  const Schema& operator*() const { return *schema_; }
  explicit operator bool() const { return schema_ != nullptr; }
  friend bool operator==(const SchemaRef& a, const SchemaRef& b) { return a.schema_ == b.schema_; }

 private:
  const Schema* schema_ = nullptr;
};

// Recognised by schema name alone, as Java does.
enum class LogicalType : uint8_t { kNone, kDecimal, kDate, kTime, kTimestamp };

struct Field {
  std::string name;
  SchemaRef schema;
};

}  // namespace millrace::data

class millrace_schema_access;

// The type that the connector contract knows as an opaque pointer.
struct millrace_schema {
 public:
  using Kind = millrace::data::Kind;
  using Cell = millrace::data::Cell;

  Kind type() const { return type_; }
  millrace::data::LogicalType logical_type() const { return logical_type_; }
  bool optional() const { return optional_; }
  uint64_t id() const { return id_; }
  const std::optional<std::string>& name() const { return name_; }
  const std::optional<std::string>& doc() const { return doc_; }
  const std::optional<int32_t>& version() const { return version_; }
  const Cell* default_value() const { return has_default_ ? &default_ : nullptr; }
  // In insertion order.
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }
  const std::string* parameter(std::string_view key) const;

  const std::vector<millrace::data::Field>& fields() const { return fields_; }
  // Index of a field, or -1.
  int32_t find(std::string_view field) const;
  const millrace_schema* keys() const { return keys_.get(); }  // of a map; may be null
  const millrace_schema* values() const {
    return values_.get();
  }  // of a map or an array; may be null

  // Java's toString: `Schema{name:TYPE}` or `Schema{TYPE}`.
  std::string to_string() const;

 private:
  friend class millrace::data::SchemaRef;
  friend class SchemaInterner;
  friend class millrace_schema_access;

  millrace_schema() = default;

  mutable std::atomic<uint32_t> references_{0};
  Kind type_ = Kind::kNull;
  millrace::data::LogicalType logical_type_ = millrace::data::LogicalType::kNone;
  bool optional_ = false;
  bool has_default_ = false;
  uint64_t id_ = 0;
  size_t hash_ = 0;
  std::optional<std::string> name_, doc_;
  std::optional<int32_t> version_;
  Cell default_{};
  millrace::Arena default_memory_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::vector<millrace::data::Field> fields_;
  std::unordered_map<std::string_view, int32_t> field_index_;
  millrace::data::SchemaRef keys_, values_;
};

namespace millrace::data {

// Collects the parts of a schema. Does not judge them: what Java's SchemaBuilder refuses is refused
// by `validate`.
class SchemaBuilder {
 public:
  explicit SchemaBuilder(Kind type) : type_(type) {}
  SchemaBuilder& optional(bool optional = true) { return optional_ = optional, *this; }
  SchemaBuilder& name(std::string name) { return name_ = std::move(name), *this; }
  SchemaBuilder& doc(std::string doc) { return doc_ = std::move(doc), *this; }
  SchemaBuilder& version(int32_t version) { return version_ = version, *this; }
  SchemaBuilder& default_value(const Cell& value);  // copied
  SchemaBuilder& parameter(std::string key, std::string value);
  SchemaBuilder& field(std::string name, SchemaRef schema);
  SchemaBuilder& keys(SchemaRef schema) { return keys_ = std::move(schema), *this; }
  SchemaBuilder& values(SchemaRef schema) { return values_ = std::move(schema), *this; }
  // Starts from another schema: all but optional, default and fields' order can then be changed.
  static SchemaBuilder like(const Schema& schema);

  // The message that Java's SchemaBuilder would fail with, or empty: duplicate fields, a default of
  // the wrong kind.
  std::string problem() const;
  SchemaRef build();

 private:
  friend class ::millrace_schema_access;
  Kind type_;
  bool optional_ = false;
  std::optional<std::string> name_, doc_;
  std::optional<int32_t> version_;
  std::optional<Cell> default_;
  Arena default_memory_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::vector<Field> fields_;
  SchemaRef keys_, values_;

 public:
  SchemaBuilder(SchemaBuilder&&) = delete;
};

// The schemas that Java has as constants; made once, held for ever.
const SchemaRef& primitive_schema(Kind type);           // Schema.INT8_SCHEMA ...
const SchemaRef& optional_primitive_schema(Kind type);  // Schema.OPTIONAL_INT8_SCHEMA ...

// Names of the logical types and of the parameter that holds a decimal's scale.
inline constexpr std::string_view kDecimalName = "org.apache.kafka.connect.data.Decimal";
inline constexpr std::string_view kDateName = "org.apache.kafka.connect.data.Date";
inline constexpr std::string_view kTimeName = "org.apache.kafka.connect.data.Time";
inline constexpr std::string_view kTimestampName = "org.apache.kafka.connect.data.Timestamp";
inline constexpr std::string_view kDecimalScaleParameter = "scale";
SchemaRef logical_schema(LogicalType type, bool optional = false, int32_t decimal_scale = 0);

// Java's name of a type: "INT8", "STRUCT"; lower case as in JSON schemas is the converters' matter.
std::string_view type_name(Kind type);

// Number of live schemas: for metrics and tests.
size_t interned_schema_count();

}  // namespace millrace::data
