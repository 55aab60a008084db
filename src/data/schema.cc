#include "data/schema.h"

#include <mutex>

namespace millrace::data {
namespace {

size_t mix(size_t seed, size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

size_t hash_text(const std::optional<std::string>& text) {
  return text ? std::hash<std::string>{}(*text) + 1 : 0;
}

LogicalType logical_type_of(const std::optional<std::string>& name) {
  if (!name || name->size() < kDateName.size() || name->compare(0, 6, "org.ap") != 0)
    return LogicalType::kNone;
  if (*name == kDecimalName) return LogicalType::kDecimal;
  if (*name == kDateName) return LogicalType::kDate;
  if (*name == kTimeName) return LogicalType::kTime;
  if (*name == kTimestampName) return LogicalType::kTimestamp;
  return LogicalType::kNone;
}

// Whether a default fits its schema; only what Java's ConnectSchema.validateValue looks at first:
// the class.
bool fits(Kind type, LogicalType logical, const Cell& value) {
  switch (logical) {
    case LogicalType::kDecimal: return kind(value) == Kind::kDecimal;
    case LogicalType::kDate:
    case LogicalType::kTime:
    case LogicalType::kTimestamp: return kind(value) == Kind::kInstant;
    case LogicalType::kNone: break;
  }
  return kind(value) == type;
}

}  // namespace
}  // namespace millrace::data

using millrace::data::Cell;
using millrace::data::Field;
using millrace::data::Kind;
using millrace::data::Schema;
using millrace::data::SchemaBuilder;
using millrace::data::SchemaRef;

// What the builder and the interner may see of a schema.
class millrace_schema_access {
 public:
  static SchemaRef build(SchemaBuilder& builder);
  static bool same(const Schema& a, const Schema& b);
};

// Hash-consing table. Holds no references: the last SchemaRef to go removes the entry.
class SchemaInterner {
 public:
  static SchemaInterner& instance() {
    static SchemaInterner* interner =
        new SchemaInterner;  // never destroyed: schemas may outlive main
    return *interner;
  }

  // Takes ownership of `fresh`; gives it, or the equal schema that was there before.
  SchemaRef intern(Schema* fresh) {
    SchemaRef existing = insert(fresh);
    if (existing) delete fresh;  // outside the lock: its children may go with it
    return existing ? std::move(existing) : SchemaRef::adopt(fresh);
  }

  void last_reference_gone(const Schema* schema) {
    {
      std::lock_guard lock(mutex_);
      auto [begin, end] = table_.equal_range(schema->hash_);
      for (auto entry = begin; entry != end; ++entry) {
        if (entry->second == schema) {
          table_.erase(entry);
          break;
        }
      }
    }
    delete schema;
  }

  size_t count() {
    std::lock_guard lock(mutex_);
    return table_.size();
  }

 private:
  SchemaRef insert(Schema* fresh) {
    std::lock_guard lock(mutex_);
    auto [begin, end] = table_.equal_range(fresh->hash_);
    for (auto entry = begin; entry != end; ++entry) {
      if (millrace_schema_access::same(*entry->second, *fresh) && retain_live(*entry->second)) {
        return SchemaRef::adopt(entry->second);
      }
    }
    fresh->id_ = ++last_id_;
    fresh->references_.store(1, std::memory_order_relaxed);
    table_.emplace(fresh->hash_, fresh);
    return {};
  }

  // False where the last reference has just gone and the entry is about to be removed.
  static bool retain_live(const Schema& schema) {
    uint32_t references = schema.references_.load(std::memory_order_relaxed);
    while (references != 0) {
      if (schema.references_.compare_exchange_weak(references, references + 1,
                                                   std::memory_order_relaxed))
        return true;
    }
    return false;
  }

  std::mutex mutex_;
  std::unordered_multimap<size_t, const Schema*> table_;
  uint64_t last_id_ = 0;
};

bool millrace_schema_access::same(const Schema& a, const Schema& b) {
  if (a.type_ != b.type_ || a.optional_ != b.optional_ || a.has_default_ != b.has_default_ ||
      a.name_ != b.name_ || a.version_ != b.version_ || a.doc_ != b.doc_ ||
      a.parameters_ != b.parameters_ || a.keys_ != b.keys_ || a.values_ != b.values_ ||
      a.fields_.size() != b.fields_.size()) {
    return false;
  }
  for (size_t i = 0; i < a.fields_.size(); ++i) {
    if (a.fields_[i].schema != b.fields_[i].schema || a.fields_[i].name != b.fields_[i].name)
      return false;
  }
  return !a.has_default_ || millrace::data::equal(a.default_, b.default_);
}

SchemaRef millrace_schema_access::build(SchemaBuilder& builder) {
  using millrace::data::hash_text;
  using millrace::data::mix;
  auto* schema = new Schema;
  schema->type_ = builder.type_;
  schema->optional_ = builder.optional_;
  schema->name_ = builder.name_;
  schema->doc_ = builder.doc_;
  schema->version_ = builder.version_;
  schema->parameters_ = builder.parameters_;
  schema->fields_ = builder.fields_;
  schema->keys_ = builder.keys_;
  schema->values_ = builder.values_;
  schema->logical_type_ = millrace::data::logical_type_of(schema->name_);
  if (builder.default_) {
    schema->has_default_ = true;
    schema->default_ = millrace::data::copy(*builder.default_, schema->default_memory_);
  }
  size_t hash =
      mix(static_cast<size_t>(schema->type_) * 4 + schema->optional_ * 2 + schema->has_default_,
          hash_text(schema->name_));
  hash = mix(hash, schema->version_ ? static_cast<size_t>(*schema->version_) + 1 : 0);
  hash = mix(hash, hash_text(schema->doc_));
  for (const auto& [key, value] : schema->parameters_)
    hash = mix(hash, std::hash<std::string>{}(key + "=" + value));
  if (schema->keys_) hash = mix(hash, schema->keys_->id());
  if (schema->values_) hash = mix(hash, schema->values_->id());
  for (size_t i = 0; i < schema->fields_.size(); ++i) {
    const Field& field = schema->fields_[i];
    hash = mix(mix(hash, std::hash<std::string>{}(field.name)), field.schema->id());
    schema->field_index_.emplace(field.name, static_cast<int32_t>(i));
  }
  schema->hash_ = hash;
  return SchemaInterner::instance().intern(schema);
}

const std::string* millrace_schema::parameter(std::string_view key) const {
  for (const auto& parameter : parameters_) {
    if (parameter.first == key) return &parameter.second;
  }
  return nullptr;
}

int32_t millrace_schema::find(std::string_view field) const {
  auto found = field_index_.find(field);
  return found == field_index_.end() ? -1 : found->second;
}

std::string millrace_schema::to_string() const {
  std::string text = "Schema{";
  if (name_) text.append(*name_).append(":");
  return text.append(millrace::data::type_name(type_)).append("}");
}

namespace millrace::data {

SchemaRef::SchemaRef(const Schema* schema) : schema_(schema) {
  if (schema_ != nullptr) schema_->references_.fetch_add(1, std::memory_order_relaxed);
}

SchemaRef::~SchemaRef() {
  if (schema_ != nullptr && schema_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    SchemaInterner::instance().last_reference_gone(schema_);
  }
}

SchemaBuilder& SchemaBuilder::default_value(const Cell& value) {
  default_ = copy(value, default_memory_);
  return *this;
}

SchemaBuilder& SchemaBuilder::parameter(std::string key, std::string value) {
  for (auto& parameter : parameters_) {
    if (parameter.first == key) {
      parameter.second = std::move(value);
      return *this;
    }
  }
  parameters_.emplace_back(std::move(key), std::move(value));
  return *this;
}

SchemaBuilder& SchemaBuilder::field(std::string name, SchemaRef schema) {
  fields_.push_back({std::move(name), std::move(schema)});
  return *this;
}

std::string SchemaBuilder::problem() const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name.empty()) return "fieldName cannot be null.";
    if (!fields_[i].schema) return "fieldSchema for field " + fields_[i].name + " cannot be null.";
    for (size_t j = 0; j < i; ++j) {
      if (fields_[j].name == fields_[i].name) {
        return "Cannot create field because of field name duplication " + fields_[i].name;
      }
    }
  }
  if (default_ && !is_null(*default_) && !fits(type_, logical_type_of(name_), *default_)) {
    return "Invalid default value";
  }
  return {};
}

SchemaRef SchemaBuilder::build() { return ::millrace_schema_access::build(*this); }

namespace {

constexpr Kind kPrimitives[] = {Kind::kBoolean, Kind::kInt8,   Kind::kInt16,
                                Kind::kInt32,   Kind::kInt64,  Kind::kFloat32,
                                Kind::kFloat64, Kind::kString, Kind::kBytes};
constexpr size_t kKindCount = MILLRACE_OPAQUE + 1;

const SchemaRef* make_primitives(bool optional) {
  auto* schemas = new SchemaRef[kKindCount];
  for (Kind type : kPrimitives) {
    schemas[static_cast<size_t>(type)] = SchemaBuilder(type).optional(optional).build();
  }
  return schemas;
}

}  // namespace

const SchemaRef& primitive_schema(Kind type) {
  static const SchemaRef* schemas = make_primitives(false);
  return schemas[static_cast<size_t>(type)];
}

const SchemaRef& optional_primitive_schema(Kind type) {
  static const SchemaRef* schemas = make_primitives(true);
  return schemas[static_cast<size_t>(type)];
}

SchemaRef logical_schema(LogicalType type, bool optional, int32_t decimal_scale) {
  switch (type) {
    case LogicalType::kDecimal:
      return SchemaBuilder(Kind::kBytes)
          .name(std::string(kDecimalName))
          .version(1)
          .parameter(std::string(kDecimalScaleParameter), std::to_string(decimal_scale))
          .optional(optional)
          .build();
    case LogicalType::kDate:
      return SchemaBuilder(Kind::kInt32)
          .name(std::string(kDateName))
          .version(1)
          .optional(optional)
          .build();
    case LogicalType::kTime:
      return SchemaBuilder(Kind::kInt32)
          .name(std::string(kTimeName))
          .version(1)
          .optional(optional)
          .build();
    case LogicalType::kTimestamp:
      return SchemaBuilder(Kind::kInt64)
          .name(std::string(kTimestampName))
          .version(1)
          .optional(optional)
          .build();
    case LogicalType::kNone: break;
  }
  return {};
}

std::string_view type_name(Kind type) {
  switch (type) {
    case Kind::kBoolean: return "BOOLEAN";
    case Kind::kInt8: return "INT8";
    case Kind::kInt16: return "INT16";
    case Kind::kInt32: return "INT32";
    case Kind::kInt64: return "INT64";
    case Kind::kFloat32: return "FLOAT32";
    case Kind::kFloat64: return "FLOAT64";
    case Kind::kString: return "STRING";
    case Kind::kBytes: return "BYTES";
    case Kind::kArray: return "ARRAY";
    case Kind::kMap: return "MAP";
    case Kind::kStruct: return "STRUCT";
    default: return "?";
  }
}

size_t interned_schema_count() { return SchemaInterner::instance().count(); }

}  // namespace millrace::data
