// ReplaceField: keeps, drops and renames fields.
#include <algorithm>
#include <map>

#include "convert/value_check.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPurpose = "field replacement";

// Java's String.split(":"): trailing empty parts do not count.
std::optional<std::pair<std::string, std::string>> split_mapping(const std::string& mapping) {
  size_t colon = mapping.find(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string right = mapping.substr(colon + 1);
  size_t end = right.find_last_not_of(':');
  if (end == std::string::npos) return std::nullopt;
  right.resize(end + 1);
  if (right.find(':') != std::string::npos) return std::nullopt;
  return std::pair{mapping.substr(0, colon), right};
}

std::string in_brackets(const std::vector<std::string>& list) {
  std::string text = "[";
  for (size_t i = 0; i < list.size(); ++i) text.append(i == 0 ? "" : ", ").append(list[i]);
  return text + "]";
}

std::optional<config::Problem> check_renames(std::string_view, const config::Value& value) {
  for (const std::string& mapping : value.list) {
    if (!split_mapping(mapping)) {
      return config::Problem{"Invalid value " + in_brackets(value.list) +
                                 " for configuration renames: Invalid rename mapping: " + mapping,
                             true};
    }
  }
  return std::nullopt;
}

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    auto list = [](const char* name, const char* documentation) {
      return default_key(name, config::Type::kList, "", config::Importance::kMedium, documentation);
    };
    config::ConfigKey exclude = list("exclude", "Fields to leave out. Stronger than include.");
    config::ConfigKey include = list("include", "Fields to keep; empty: all.");
    exclude.validator = include.validator = list_without_duplicates(true);
    exclude.drop_duplicates = include.drop_duplicates = true;
    config::ConfigKey renames = list("renames", "New names, as old:new,old:new.");
    renames.validator = check_renames;
    renames.valid_values = "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>";
    d.define(exclude).define(include).define(renames).define(replace_null_key());
    return d;
  }();
  return def;
}

class ReplaceField : public SideTransform {
 public:
  ReplaceField(Side side, const config::Config& config)
      : SideTransform(std::move(side)),
        exclude_(config.list("exclude")),
        include_(config.list("include")),
        with_default_(config.boolean(kReplaceNull)) {
    for (const std::string& mapping : config.list("renames")) {
      auto [from, to] = *split_mapping(mapping);
      renames_[from] = to;
    }
    // Of several fields with one new name the last of Java's HashMap counts.
    std::vector<std::string> renamed;
    for (const std::string& mapping : config.list("renames"))
      renamed.push_back(split_mapping(mapping)->first);
    for (const std::string& from : in_hash_order(renamed)) reverse_[renames_[from]] = from;
  }

 private:
  struct Plan {
    SchemaRef schema;
    std::vector<uint32_t> sources;  // of each new field: index in the old row
    bool crossed = false;           // a field gets the value of one with another schema
  };

  bool keeps(std::string_view field) const {
    auto listed = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), field) != list.end();
    };
    return !listed(exclude_) && (include_.empty() || listed(include_));
  }
  std::string_view renamed(std::string_view field) const {
    auto found = renames_.find(field);
    return found == renames_.end() ? field : std::string_view(found->second);
  }

  Result<void> change(const Work& work, Datum& datum) override {
    if (data::is_null(datum.value)) return {};
    if (datum.schema == nullptr) {
      if (auto ok = require_map(datum.value, kPurpose); !ok) return ok;
      map_.clear(std::max(datum.value.length, 1u));  // new HashMap<>(value.size())
      for (uint32_t i = 0; i < datum.value.length; ++i) {
        std::string_view field = data::text(datum.value.as.cells[2 * i]);
        if (!keeps(field)) continue;
        std::string_view name = renamed(field);
        if (name.data() != field.data()) name = work.arena().copy(name);
        map_.put(name, datum.value.as.cells[2 * i + 1]);
      }
      datum.value = map_.finish(work.arena());
      return {};
    }
    if (auto ok = require_struct(datum.value, kPurpose); !ok) return ok;
    Result<const Plan*> plan =
        plans_.get(datum.schema, [&](const Schema& schema) { return make_plan(schema); });
    if (!plan) return fail(std::move(plan).error());
    const Schema& updated = *(*plan)->schema;
    const std::vector<uint32_t>& sources = (*plan)->sources;
    Cell* row = work.arena().allocate_array<Cell>(sources.size());
    for (size_t i = 0; i < sources.size(); ++i) {
      row[i] = field_value(*datum.schema, datum.value, sources[i], with_default_);
      if (auto ok = check_put(updated.fields()[i], row[i]); !ok) return ok;
      if (!(*plan)->crossed) continue;
      const data::Field& field = updated.fields()[i];
      if (auto ok = convert::validate_value(*field.schema, row[i], "field: \"" + field.name + "\"");
          !ok)
        return ok;
    }
    datum.schema = &updated;
    datum.value = data::nested_cell(Kind::kStruct, row, static_cast<uint32_t>(sources.size()));
    return {};
  }

  std::optional<Program> program(const Schema& schema) override {
    Result<const Plan*> plan = plans_.get(&schema, [&](const Schema& s) { return make_plan(s); });
    if (!plan || (*plan)->crossed) return std::nullopt;
    Program program{(*plan)->schema, {}};
    for (uint32_t source : (*plan)->sources)
      copy_field(program.rows, schema, source, with_default_);
    return program;
  }

  Result<Plan> make_plan(const Schema& schema) {
    Plan plan;
    std::string missing;
    data::SchemaBuilder builder(Kind::kStruct);
    copy_basics(schema, builder);
    for (const data::Field& field : schema.fields()) {
      if (!keeps(field.name)) continue;
      std::string name(renamed(field.name));
      // The value is looked up by the way back, as Java does: with crossing renames that can be
      // another field.
      auto back = reverse_.find(name);
      int32_t source = schema.find(back == reverse_.end() ? name : back->second);
      if (source < 0) {
        missing = back == reverse_.end() ? name : back->second;
        source = 0;
      }
      plan.sources.push_back(static_cast<uint32_t>(source));
      plan.crossed |= schema.fields()[static_cast<size_t>(source)].schema != field.schema;
      builder.field(std::move(name), field.schema);
    }
    if (std::string problem = builder.problem(); !problem.empty())
      return schema_failure(std::move(problem));
    if (!missing.empty()) return data_failure(missing + " is not a valid field name");
    plan.schema = builder.build();
    return plan;
  }

  const std::vector<std::string> exclude_, include_;
  std::map<std::string, std::string, std::less<>> renames_, reverse_;
  const bool with_default_;
  PlanCache<Plan> plans_;
  JavaMap map_;
};

}  // namespace

void add_replace_field(Registry& registry) {
  registry.add_sides(
      "ReplaceField", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        return std::make_unique<ReplaceField>(std::move(side), config);
      });
}

}  // namespace millrace::transform
