// InsertField: fields from a record's metadata, or a fixed text.
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "field insertion";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    constexpr const char* kSuffix =
        " A ! at the end makes the field required, a ? (or nothing) optional.";
    auto field = [&](const char* name, const std::string& what) {
      d.define(text_key(name, config::Importance::kMedium, what + kSuffix));
    };
    field("topic.field", "Field for the topic's name.");
    field("partition.field", "Field for the partition.");
    field("offset.field", "Field for the offset; of use in sinks only.");
    field("timestamp.field", "Field for the record's timestamp.");
    field("static.field", "Field for a fixed text.");
    d.define(text_key("static.value", config::Importance::kMedium, "The fixed text."));
    d.define(replace_null_key());
    return d;
  }();
  return def;
}

struct Insertion {
  std::string name;
  bool configured = false, optional = true;
  static Insertion of(const config::Config& config, std::string_view key) {
    std::optional<std::string> spec = config.nullable_text(key);
    if (!spec) return {};
    Insertion insertion{*spec, true, true};
    if (spec->ends_with('?') || spec->ends_with('!')) {
      insertion.optional = spec->ends_with('?');
      insertion.name.pop_back();
    }
    return insertion;
  }
};

class InsertField : public SideTransform {
 public:
  InsertField(Side side, const config::Config& config)
      : SideTransform(std::move(side)),
        topic_(Insertion::of(config, "topic.field")),
        partition_(Insertion::of(config, "partition.field")),
        offset_(Insertion::of(config, "offset.field")),
        timestamp_(Insertion::of(config, "timestamp.field")),
        static_(Insertion::of(config, "static.field")),
        static_value_(config.nullable_text("static.value").value_or("")),
        with_default_(config.boolean(kReplaceNull)) {}

  bool configured() const {
    return topic_.configured || partition_.configured || offset_.configured ||
           timestamp_.configured || static_.configured;
  }

 private:
  struct Plan {
    SchemaRef schema;
    bool has_defaults;
  };

  void begin(data::Batch& batch) override {
    if (static_.configured) static_cell_ = data::string_cell(batch.arena().copy(static_value_));
  }

  Result<void> change(const Work& work, Datum& datum) override {
    if (data::is_null(datum.value)) return {};
    return datum.schema == nullptr ? change_map(work, datum) : change_struct(work, datum);
  }

  Result<void> change_map(const Work& work, Datum& datum) {
    if (auto ok = require_map(datum.value, kPurpose); !ok) return ok;
    map_.copy(datum.value);
    if (auto ok = values(work, true,
                         [&](const Insertion& field, const Cell& value) {
                           map_.put(work.arena().copy(field.name), value);
                         });
        !ok) {
      return ok;
    }
    datum.value = map_.finish(work.arena());
    return {};
  }

  Result<void> change_struct(const Work& work, Datum& datum) {
    if (auto ok = require_struct(datum.value, kPurpose); !ok) return ok;
    Result<const Plan*> plan =
        plans_.get(datum.schema, [&](const Schema& schema) { return make_plan(schema); });
    if (!plan) return fail(std::move(plan).error());
    const SchemaRef& updated = (*plan)->schema;
    uint32_t before = datum.value.length, after = static_cast<uint32_t>(updated->fields().size());
    Cell* row = work.arena().allocate_array<Cell>(after);
    for (uint32_t i = 0; i < before; ++i) {
      row[i] = field_value(*datum.schema, datum.value, i, with_default_ && (*plan)->has_defaults);
      if (auto ok = check_put(datum.schema->fields()[i], row[i]); !ok) return ok;
    }
    std::fill(row + before, row + after, data::null_cell());
    uint32_t next = before;
    auto ok = values(
        work, false, [&](const Insertion&, const Cell& value) { row[next - 1] = value; }, &next);
    if (!ok) return ok;
    datum.schema = updated.get();
    datum.value = data::nested_cell(Kind::kStruct, row, after);
    return {};
  }

  enum class Source : uint8_t { kTopic, kPartition, kOffset, kTimestamp, kStatic };
  class Insert : public FieldStep {
   public:
    Insert(const InsertField& owner, Source source) : owner_(owner), source_(source) {}
    bool apply(const Work& work, Cell& value) const override {
      const data::Records& view = work.view;
      const uint32_t record = work.record;
      switch (source_) {
        case Source::kTopic: value = data::string_cell(view.topics[record]); break;
        case Source::kPartition:
          if (view.partitions[record] != data::kNone)
            value = data::int32_cell(view.partitions[record]);
          break;
        case Source::kOffset:
          if (view.original_offsets == nullptr) return false;
          value = data::int64_cell(view.original_offsets[record]);
          break;
        case Source::kTimestamp:
          if (view.timestamps[record] != data::kNone)
            value = data::integer_cell(Kind::kInstant, view.timestamps[record]);
          break;
        case Source::kStatic: value = owner_.static_cell_; break;
      }
      return true;
    }

   private:
    const InsertField& owner_;
    const Source source_;
  };

  std::optional<Program> program(const Schema& schema) override {
    Result<const Plan*> plan = plans_.get(&schema, [&](const Schema& s) { return make_plan(s); });
    if (!plan) return std::nullopt;
    Program program{(*plan)->schema, {}};
    for (uint32_t i = 0; i < schema.fields().size(); ++i)
      copy_field(program.rows, schema, i, with_default_);
    auto add = [&](const Insertion& insertion, Source source) {
      if (insertion.configured) program.rows.make(std::make_shared<Insert>(*this, source));
    };
    add(topic_, Source::kTopic);
    add(partition_, Source::kPartition);
    add(offset_, Source::kOffset);
    add(timestamp_, Source::kTimestamp);
    add(static_, Source::kStatic);
    return program;
  }

  // Calls put(field, value) for each field that has a value; *next counts all that are configured,
  // before the call.
  template <typename Put>
  Result<void> values(const Work& work, bool schemaless, Put&& put, uint32_t* next = nullptr) {
    uint32_t ignored = 0;
    uint32_t& position = next != nullptr ? *next : ignored;
    if (topic_.configured) {
      ++position;
      put(topic_, data::string_cell(work.view.topics[work.record]));
    }
    if (partition_.configured) {
      ++position;
      int32_t partition = work.view.partitions[work.record];
      if (partition != data::kNone) put(partition_, data::int32_cell(partition));
    }
    if (offset_.configured) {
      ++position;
      if (work.view.original_offsets == nullptr) {
        return data_failure("Only SinkRecord supported for [" + std::string(kPurpose) +
                            "], found: org.apache.kafka.connect.source.SourceRecord");
      }
      put(offset_, data::int64_cell(work.view.original_offsets[work.record]));
    }
    if (timestamp_.configured) {
      ++position;
      int64_t timestamp = work.view.timestamps[work.record];
      if (timestamp != data::kNone) {
        put(timestamp_, data::integer_cell(schemaless ? Kind::kInt64 : Kind::kInstant, timestamp));
      }
    }
    if (static_.configured) {
      ++position;
      put(static_, static_cell_);
    }
    return {};
  }

  Result<Plan> make_plan(const Schema& schema) {
    data::SchemaBuilder builder(Kind::kStruct);
    copy_basics(schema, builder);
    bool has_defaults = false;
    for (const data::Field& field : schema.fields()) {
      has_defaults |= field.schema->default_value() != nullptr;
      builder.field(field.name, field.schema);
    }
    auto add = [&](const Insertion& insertion, Kind type) {
      if (!insertion.configured) return;
      builder.field(insertion.name, insertion.optional ? data::optional_primitive_schema(type)
                                                       : data::primitive_schema(type));
    };
    add(topic_, Kind::kString);
    add(partition_, Kind::kInt32);
    add(offset_, Kind::kInt64);
    if (timestamp_.configured) {
      builder.field(timestamp_.name,
                    data::logical_schema(data::LogicalType::kTimestamp, timestamp_.optional));
    }
    add(static_, Kind::kString);
    if (std::string problem = builder.problem(); !problem.empty())
      return schema_failure(std::move(problem));
    return Plan{builder.build(), has_defaults};
  }

  const Insertion topic_, partition_, offset_, timestamp_, static_;
  const std::string static_value_;
  Cell static_cell_{};  // in the batch's memory
  const bool with_default_;
  PlanCache<Plan> plans_;
  JavaMap map_;
};

}  // namespace

void add_insert_field(Registry& registry) {
  registry.add_sides(
      "InsertField", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        auto transform = std::make_unique<InsertField>(std::move(side), config);
        if (!transform->configured()) return config_failure("No field insertion configured");
        std::optional<std::string> field = config.nullable_text("static.field");
        if (field && !config.nullable_text("static.value")) {
          std::string name = field->ends_with('?') || field->ends_with('!')
                                 ? field->substr(0, field->size() - 1)
                                 : *field;
          return config_failure(
              "Invalid value null for configuration static.value: No value specified for static "
              "field: " +
              name);
        }
        return transform;
      });
}

}  // namespace millrace::transform
