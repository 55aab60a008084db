// io.aiven.kafka.connect.transforms.KeyToValue: fields of the key, or all of it, into the value.
#include "data/java_text.h"
#include "transform/inferred_schema.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kName = "io.aiven.kafka.connect.transforms.KeyToValue";
constexpr std::string_view kWhole = "*";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(required_key("key.fields", config::Type::kList, config::Importance::kHigh,
                          "Fields of the key, or * for all of it."));
    d.define(default_key("value.fields", config::Type::kList, "", config::Importance::kHigh,
                         "Their names in the value; those of the key where none are given."));
    return d;
  }();
  return def;
}

struct Copy {
  std::string to, from;
  bool whole() const { return from == kWhole; }
};

class KeyToValue : public Transform {
 public:
  explicit KeyToValue(std::vector<Copy> copies) : copies_(std::move(copies)) {
    for (const Copy& copy : copies_) {
      (copy.whole() ? whole_ : named_) = true;
      names_ += (names_.empty() ? "" : ", ") + copy.from;
    }
  }

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    const Schema** schemas = copy_column(batch, view.value_schemas, view.count);
    Cell* values = copy_column(batch, view.values, view.count);
    for (uint32_t record : view.selected) {
      const Datum key{view.key_schemas[record], view.keys[record]};
      Result<Datum> value = merge(batch, key, {schemas[record], values[record]});
      if (!value) {
        failures.push_back(
            {record, data::Stage::kTransformation, std::move(value).error(), std::string(kName)});
        continue;
      }
      if (value->schema != nullptr) batch.keep(value->schema);
      schemas[record] = value->schema;
      values[record] = value->value;
    }
    view.value_schemas = schemas;
    view.values = values;
  }

 private:
  struct Plan {
    SchemaRef schema;
    struct Source {
      const Copy* copy;  // null: a field of the value
      int32_t field;     // of the key or the value
    };
    std::vector<Source> sources;
  };
  // Plans are made for a value's schema under one key's schema.
  struct Plans {
    SchemaRef key;
    PlanCache<Plan> by_value;
  };

  Result<void> check(const Datum& key, const Datum& value) const {
    const Kind key_kind = data::kind(key.value);
    const std::string named = "Named key fields [" + names_ + "] cannot be copied from the key ";
    if (named_ && key.schema != nullptr && key.schema->type() != Kind::kStruct)
      return data_failure(named + "schema: " + type_of(*key.schema));
    if (named_ && key.schema == nullptr && key_kind != Kind::kMap && key_kind != Kind::kTyped) {
      if (key_kind == Kind::kNull) return null_key();
      return data_failure(named + "class: " + std::string(data::java_class_name(key.value)));
    }
    if (whole_ && key.schema == nullptr && key_kind == Kind::kMap && value.schema != nullptr &&
        value.schema->type() == Kind::kStruct)
      return data_failure("The value requires a schema, but the key class is a schemaless Map");
    const bool structured = value.schema == nullptr ? data::kind(value.value) == Kind::kMap
                                                    : value.schema->type() == Kind::kStruct;
    if (!structured)
      return data_failure("The value needs to be a Struct or Map in order to append fields");
    return {};
  }
  static std::string type_of(const Schema& schema) {  // Schema{STRING} or Schema{name:STRING}
    const std::string text = schema.to_string();
    const size_t begin = text.find_last_of("{:") + 1;
    return text.substr(begin, text.size() - begin - 1);
  }
  static Failure null_key() {
    return fail(ErrorKind::bad_data, "The key is null", "java.lang.NullPointerException");
  }

  Result<Datum> merge(data::Batch& batch, const Datum& key, const Datum& value) {
    if (auto ok = check(key, value); !ok) return fail(std::move(ok).error());
    if (value.schema == nullptr) return merge_map(batch, key, value);
    if (data::kind(value.value) != Kind::kStruct) return null_key();  // a tombstone with a schema
    if (key.schema != nullptr) return merge_struct(batch, key, value);
    Result<SchemaRef> inferred = inferred_schema(key.value);
    if (!inferred) return fail(std::move(inferred).error());
    if (!*inferred) {
      if (data::is_null(key.value)) return null_key();
      return data_failure("Cannot infer schema for unsupported key class: " +
                          std::string(data::java_class_name(key.value)));
    }
    return merge_struct(batch, {batch.keep(*inferred), key.value}, value);
  }
  Result<Datum> merge_map(data::Batch& batch, const Datum& key, const Datum& value) {
    map_.copy(value.value);
    const Kind kind = data::kind(key.value);
    for (const Copy& copy : copies_) {
      Cell cell = key.value;
      if (!copy.whole() && kind == Kind::kStruct && key.schema != nullptr) {
        const int32_t field = key.schema->find(copy.from);
        if (field < 0) return data_failure(copy.from + " is not a valid field name");
        cell = typed(batch, key.schema->fields()[static_cast<size_t>(field)].schema,
                     field_value(*key.schema, key.value, static_cast<uint32_t>(field), true));
      } else if (!copy.whole() && kind == Kind::kMap) {
        const Cell* found = JavaMap::find(key.value, copy.from);
        cell = found == nullptr ? data::null_cell() : *found;
      } else if (!copy.whole()) {
        continue;
      } else if (key.schema != nullptr) {
        cell = typed(batch, SchemaRef(key.schema), key.value);
      }
      map_.put(batch.arena().copy(copy.to), cell);
    }
    return Datum{nullptr, map_.finish(batch.arena())};
  }
  // A struct among values without schemas brings its own.
  static Cell typed(data::Batch& batch, const SchemaRef& schema, const Cell& cell) {
    if (data::kind(cell) != Kind::kStruct) return cell;
    auto* both = batch.arena().allocate_array<millrace_typed>(1);
    both->schema = batch.keep(schema);
    both->value = cell;
    Cell out{};
    out.kind = MILLRACE_TYPED;
    out.as.typed = both;
    return out;
  }

  Result<Datum> merge_struct(data::Batch& batch, const Datum& key, const Datum& value) {
    if (plans_.key.get() != key.schema) plans_ = {SchemaRef(key.schema), {}};
    Result<const Plan*> plan = plans_.by_value.get(
        value.schema, [&](const Schema& schema) { return make_plan(*key.schema, schema); });
    if (!plan) return fail(std::move(plan).error());
    const auto count = static_cast<uint32_t>((*plan)->sources.size());
    Cell* row = batch.arena().allocate_array<Cell>(count);
    for (uint32_t i = 0; i < count; ++i) {
      const auto& [copy, field] = (*plan)->sources[i];
      const auto at = static_cast<uint32_t>(field);
      if (copy == nullptr) {
        row[i] = field_value(*value.schema, value.value, at, true);
      } else if (copy->whole()) {
        row[i] = key.value;
      } else {
        if (data::kind(key.value) != Kind::kStruct) continue;  // null: nothing is put
        row[i] = field_value(*key.schema, key.value, at, true);
      }
      if (auto ok = check_put((*plan)->schema->fields()[i], row[i]); !ok)
        return fail(std::move(ok).error());
    }
    return Datum{(*plan)->schema.get(), data::nested_cell(Kind::kStruct, row, count)};
  }

  // The value's fields in their order, then the new ones in theirs.
  Result<Plan> make_plan(const Schema& key, const Schema& value) const {
    Plan plan;
    data::SchemaBuilder builder(Kind::kStruct);
    copy_basics(value, builder);
    if (value.optional()) builder.optional();
    std::vector<std::pair<std::string, SchemaRef>> fields;
    for (const data::Field& field : value.fields()) {
      plan.sources.push_back({nullptr, static_cast<int32_t>(fields.size())});
      fields.emplace_back(field.name, field.schema);
    }
    for (const Copy& copy : copies_) {
      int32_t from = 0;
      SchemaRef schema(&key);
      if (!copy.whole()) {
        if (key.type() != Kind::kStruct)
          return data_failure("Cannot look up fields on non-struct type");
        from = key.find(copy.from);
        if (from < 0) return data_failure("Key field '" + copy.from + "' not found in key schema");
        schema = key.fields()[static_cast<size_t>(from)].schema;
      }
      const int32_t there = value.find(copy.to);
      if (there < 0) {
        plan.sources.push_back({&copy, from});
        fields.emplace_back(copy.to, schema);
      } else {
        plan.sources[static_cast<size_t>(there)] = {&copy, from};
        fields[static_cast<size_t>(there)].second = schema;
      }
    }
    for (auto& [name, schema] : fields) builder.field(name, schema);
    if (std::string problem = builder.problem(); !problem.empty())
      return schema_failure(std::move(problem));
    plan.schema = builder.build();
    return plan;
  }

  const std::vector<Copy> copies_;
  bool named_ = false, whole_ = false;
  std::string names_;
  Plans plans_;
  JavaMap map_;
};

}  // namespace

void add_aiven_key_to_value(std::vector<TransformClass>& classes) {
  classes.push_back({std::string(kName), &definition(),
                     [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                       const std::vector<std::string>& from = config.list("key.fields");
                       const std::vector<std::string>& to = config.list("value.fields");
                       std::vector<Copy> copies;
                       for (size_t i = 0; i < from.size(); ++i) {
                         Copy copy{i < to.size() ? to[i] : from[i], from[i]};
                         if (copy.to == kWhole) copy.to = "_key";
                         for (const Copy& other : copies) {
                           if (other.to == copy.to)
                             return data_failure(
                                 "More than one key value is copied to the value field name '" +
                                 copy.to + "'");
                         }
                         copies.push_back(std::move(copy));
                       }
                       return std::make_unique<KeyToValue>(std::move(copies));
                     }});
}

}  // namespace millrace::transform
