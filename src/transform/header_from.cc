// HeaderFrom: fields move or are copied to headers.
#include <algorithm>

#include "transform/header_columns.h"
#include "transform/java_map.h"
#include "transform/keys.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    for (auto [name, documentation] :
         {std::pair{"fields", "The fields whose values go to headers."},
          std::pair{"headers", "The headers' names, one for each field."}}) {
      config::ConfigKey key =
          required_key(name, config::Type::kList, config::Importance::kHigh, documentation);
      key.validator = non_empty_list();
      key.valid_values = "non-empty list";
      d.define(key);
    }
    config::ConfigKey operation =
        required_key("operation", config::Type::kString, config::Importance::kHigh,
                     "move: the fields leave the key or value. copy: they stay.");
    operation.validator = config::one_of({"move", "copy"});
    operation.valid_values = "[move, copy]";
    d.define(operation).define(replace_null_key());
    return d;
  }();
  return def;
}

class HeaderFrom : public Transform {
 public:
  HeaderFrom(Side side, const config::Config& config)
      : side_(std::move(side)),
        fields_(config.list("fields")),
        names_(config.list("headers")),
        move_(config.text("operation") == "move"),
        with_default_(config.boolean(kReplaceNull)) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    const Schema** schemas =
        copy_column(batch, side_.key ? view.key_schemas : view.value_schemas, view.count);
    Cell* cells = copy_column(batch, side_.key ? view.keys : view.values, view.count);
    HeaderColumns columns(view);
    columns.rebuild(batch, view, [&](uint32_t record, std::vector<data::Header>& headers) {
      auto before = view.headers_of(record);
      headers.insert(headers.end(), before.begin(), before.end());
      Datum datum{schemas[record], cells[record]};
      size_t first_new = headers.size();
      Result<void> moved = datum.schema == nullptr ? from_map(batch, datum, headers)
                                                   : from_struct(batch, datum, headers);
      if (!moved) {
        headers.resize(first_new);
        failures.push_back(
            {record, data::Stage::kTransformation, std::move(moved).error(), side_.class_name});
        return;
      }
      if (datum.schema != schemas[record]) batch.keep(datum.schema);
      schemas[record] = datum.schema;
      cells[record] = datum.value;
    });
    (side_.key ? view.key_schemas : view.value_schemas) = schemas;
    (side_.key ? view.keys : view.values) = cells;
  }

 private:
  struct Plan {
    SchemaRef schema;             // without the moved fields; the same when copying
    std::vector<uint32_t> stays;  // indexes of the fields that stay
  };

  std::string purpose() const { return std::string("header ") + (move_ ? "move" : "copy"); }

  static void add(data::Batch& batch, std::vector<data::Header>& headers, const std::string& name,
                  const Schema* schema, const Cell& value) {
    std::string_view key = batch.arena().copy(name);
    data::Header header{};
    header.key = {key.data(), key.size()};
    header.schema = schema;
    header.value = value;
    headers.push_back(header);
  }

  Result<void> from_map(data::Batch& batch, Datum& datum, std::vector<data::Header>& headers) {
    if (auto ok = require_map(datum.value, purpose()); !ok) return ok;
    map_.copy(datum.value);
    for (size_t i = 0; i < fields_.size(); ++i) {
      const Cell* found = JavaMap::find(datum.value, fields_[i]);
      if (move_) map_.remove(fields_[i]);
      add(batch, headers, names_[i], nullptr, found == nullptr ? data::null_cell() : *found);
    }
    datum.value = map_.finish(batch.arena());
    return {};
  }

  Result<void> from_struct(data::Batch& batch, Datum& datum, std::vector<data::Header>& headers) {
    if (auto ok = require_struct(datum.value, purpose()); !ok) return ok;
    const Schema& schema = *datum.schema;
    const Cell row = datum.value;
    if (move_) {
      Result<const Plan*> plan = plans_.get(&schema, [&](const Schema& s) { return make_plan(s); });
      if (!plan) return fail(std::move(plan).error());
      const std::vector<uint32_t>& stays = (*plan)->stays;
      Cell* updated = batch.arena().allocate_array<Cell>(stays.size());
      for (size_t i = 0; i < stays.size(); ++i) {
        updated[i] = field_value(schema, row, stays[i], with_default_);
        if (auto ok = check_put(schema.fields()[stays[i]], updated[i]); !ok) return ok;
      }
      datum = {(*plan)->schema.get(),
               data::nested_cell(Kind::kStruct, updated, static_cast<uint32_t>(stays.size()))};
    }
    for (size_t i = 0; i < fields_.size(); ++i) {
      int32_t index = schema.find(fields_[i]);
      if (index < 0) {
        return fail(ErrorKind::bad_data,
                    "There is no field " + fields_[i] + " to make the header " + names_[i] +
                        " from in " + schema.to_string(),
                    "java.lang.NullPointerException");
      }
      const data::Field& field = schema.fields()[static_cast<size_t>(index)];
      const Cell& value = field_value(schema, row, static_cast<uint32_t>(index), with_default_);
      if (data::is_null(value) && !field.schema->optional()) {
        return data_failure("A null value requires an optional schema but was " +
                            field.schema->to_string());
      }
      add(batch, headers, names_[i], field.schema.get(), value);
    }
    return {};
  }

  Result<Plan> make_plan(const Schema& schema) const {
    Plan plan;
    data::SchemaBuilder builder(Kind::kStruct);
    copy_basics(schema, builder);
    for (uint32_t i = 0; i < schema.fields().size(); ++i) {
      const data::Field& field = schema.fields()[i];
      if (std::find(fields_.begin(), fields_.end(), field.name) != fields_.end()) continue;
      plan.stays.push_back(i);
      builder.field(field.name, field.schema);
    }
    plan.schema = builder.build();
    return plan;
  }

  const Side side_;
  const std::vector<std::string> fields_, names_;
  const bool move_, with_default_;
  PlanCache<Plan> plans_;
  JavaMap map_;
};

}  // namespace

void add_header_from(Registry& registry) {
  registry.add_sides(
      "HeaderFrom", definition(),
      [](const config::Config& config, Side side) -> Result<std::unique_ptr<Transform>> {
        if (config.list("fields").size() != config.list("headers").size()) {
          return config_failure(
              "'fields' config must have the same number of elements as 'headers' config.");
        }
        return std::make_unique<HeaderFrom>(std::move(side), config);
      });
}

}  // namespace millrace::transform
