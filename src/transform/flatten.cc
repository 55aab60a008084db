// Flatten: nested structs and maps become one level, their names joined by a delimiter.
#include <set>

#include "data/java_text.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "flattening";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    d.define(default_key("delimiter", config::Type::kString, ".", config::Importance::kMedium,
                         "What stands between the names of the levels."));
    return d;
  }();
  return def;
}

class Flatten : public SideTransform {
 public:
  Flatten(Side side, std::string delimiter)
      : SideTransform(std::move(side)), delimiter_(std::move(delimiter)) {}

 private:
  // The way to each leaf: field indexes from the top.
  struct Plan {
    SchemaRef schema;
    std::vector<std::vector<uint32_t>> leaves;
    std::set<std::string> names;
  };

  Result<void> change(const Work& work, Datum& datum) override {
    if (data::is_null(datum.value)) return {};
    if (datum.schema == nullptr) {
      if (auto ok = require_map(datum.value, kPurpose); !ok) return ok;
      std::vector<Cell> entries;
      if (auto ok = flatten_map(work.arena(), datum.value, "", entries); !ok) return ok;
      Cell* cells = work.arena().allocate_array<Cell>(entries.size());
      std::copy(entries.begin(), entries.end(), cells);
      datum.value = data::linked_map_cell(cells, static_cast<uint32_t>(entries.size() / 2));
      return {};
    }
    if (auto ok = require_struct(datum.value, kPurpose); !ok) return ok;
    Result<const Plan*> plan =
        plans_.get(datum.schema, [&](const Schema& schema) { return make_plan(schema); });
    if (!plan) return fail(std::move(plan).error());
    const auto& leaves = (*plan)->leaves;
    Cell* row = work.arena().allocate_array<Cell>(leaves.size());
    for (size_t i = 0; i < leaves.size(); ++i) {
      bool missing = false;
      row[i] = leaf(*datum.schema, datum.value, leaves[i], missing);
      if (missing) continue;  // a parent is null: never put, so never checked
      if (auto ok = check_put((*plan)->schema->fields()[i], row[i]); !ok) return ok;
    }
    datum = {(*plan)->schema.get(),
             data::nested_cell(Kind::kStruct, row, static_cast<uint32_t>(leaves.size()))};
    return {};
  }

  // Struct.get at the leaf, Struct.getStruct (without default) on the way.
  static Cell leaf(const Schema& schema, const Cell& row, const std::vector<uint32_t>& way,
                   bool& missing) {
    const Schema* current = &schema;
    Cell value = row;
    for (size_t i = 0; i < way.size(); ++i) {
      bool last = i + 1 == way.size();
      value = field_value(*current, value, way[i], last);
      if (!last && data::is_null(value)) {
        missing = true;
        return value;
      }
      current = current->fields()[way[i]].schema.get();
    }
    return value;
  }

  std::string joined(const std::string& prefix, std::string_view name) const {
    return prefix.empty() ? std::string(name) : prefix + delimiter_ + std::string(name);
  }

  Result<void> flatten_map(Arena& arena, const Cell& map, const std::string& prefix,
                           std::vector<Cell>& entries) const {
    for (uint32_t i = 0; i < map.length; ++i) {
      std::string name = joined(prefix, data::text(map.as.cells[2 * i]));
      const Cell& value = map.as.cells[2 * i + 1];
      switch (data::kind(value)) {
        case Kind::kMap:
          if (auto ok = flatten_map(arena, value, name, entries); !ok) return ok;
          break;
        case Kind::kTyped:
        case Kind::kStruct:
          return data_failure("Flatten transformation does not support class " +
                              std::string(data::java_class_name(value)) +
                              " for record without schemas (for field " + name + ").");
        case Kind::kDecimal:
        case Kind::kInstant:
        case Kind::kOpaque:
          return data_failure("Flatten transformation was passed a value of type class " +
                              std::string(data::java_class_name(value)) +
                              " which is not supported by Connect's data API");
        default: put(arena, entries, name, value);
      }
    }
    return {};
  }

  // LinkedHashMap.put
  static void put(Arena& arena, std::vector<Cell>& entries, const std::string& name,
                  const Cell& value) {
    for (size_t i = 0; i < entries.size(); i += 2) {
      if (data::text(entries[i]) == name) {
        entries[i + 1] = value;
        return;
      }
    }
    entries.push_back(data::string_cell(arena.copy(name)));
    entries.push_back(value);
  }

  Result<Plan> make_plan(const Schema& schema) const {
    Plan plan;
    data::SchemaBuilder builder(Kind::kStruct);
    copy_basics(schema, builder);
    std::vector<uint32_t> way;
    auto ok = add_fields(schema, "", builder, schema.optional(), schema.default_value(), way, plan);
    if (!ok) return fail(std::move(ok).error());
    plan.schema = builder.build();
    return plan;
  }

  Result<void> add_fields(const Schema& schema, const std::string& prefix,
                          data::SchemaBuilder& builder, bool optional, const Cell* parent_default,
                          std::vector<uint32_t>& way, Plan& plan) const {
    for (uint32_t i = 0; i < schema.fields().size(); ++i) {
      const data::Field& field = schema.fields()[i];
      std::string name = joined(prefix, field.name);
      bool field_optional = optional || field.schema->optional();
      const Cell* fallback = field.schema->default_value();
      if (fallback == nullptr && parent_default != nullptr && !data::is_null(*parent_default)) {
        fallback = &parent_default->as.cells[i];
      }
      if (fallback != nullptr && data::is_null(*fallback)) fallback = nullptr;
      way.push_back(i);
      switch (field.schema->type()) {
        case Kind::kStruct:
          if (auto ok =
                  add_fields(*field.schema, name, builder, field_optional, fallback, way, plan);
              !ok)
            return ok;
          break;
        case Kind::kMap:
          return data_failure(
              "Flatten transformation does not support MAP for record with schemas (for field " +
              name + ").");
        default: {
          if (!plan.names.insert(name).second)
            return schema_failure("Cannot create field because of field name duplication " + name);
          data::SchemaBuilder leaf(field.schema->type());
          copy_basics(*field.schema, leaf);
          leaf.values(SchemaRef(field.schema->values())).optional(field_optional);
          if (fallback != nullptr) leaf.default_value(*fallback);
          builder.field(std::move(name), leaf.build());
          plan.leaves.push_back(way);
        }
      }
      way.pop_back();
    }
    return {};
  }

  const std::string delimiter_;
  PlanCache<Plan> plans_;
};

}  // namespace

void add_flatten(Registry& registry) {
  registry.add_sides(
      "Flatten", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        return std::make_unique<Flatten>(std::move(side), config.text("delimiter"));
      });
}

}  // namespace millrace::transform
