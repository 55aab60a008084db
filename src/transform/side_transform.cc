#include "transform/side_transform.h"

#include <algorithm>

#include "data/java_text.h"
#include "transform/registry.h"

namespace millrace::transform {

SideTransform::SideTransform(Side side) : side_(std::move(side)) {}
SideTransform::~SideTransform() = default;

void SideTransform::apply(data::Batch& batch, data::Records& view, data::Failures& failures) {
  if (alone_ == nullptr) {
    alone_ = std::make_unique<SideStages>();
    alone_->add(*this);
  }
  alone_->apply(batch, view, failures);
}

void SideStages::add(SideTransform& stage) {
  stages_.push_back(&stage);
  programs_.clear();  // a longer chain has other programs
  programs_.resize(stages_.size());
}

void SideStages::apply(data::Batch& batch, data::Records& view, data::Failures& failures) {
  const Schema** schemas =
      copy_column(batch, key() ? view.key_schemas : view.value_schemas, view.count);
  Cell* cells = copy_column(batch, key() ? view.keys : view.values, view.count);
  for (SideTransform* stage : stages_) stage->begin(batch);
  last_schema_ = nullptr;
  const Schema* kept = nullptr;  // most records share the schema of the one before
  for (uint32_t record : view.selected) {
    Datum datum{schemas[record], cells[record]};
    std::optional<Failed> failed = change({batch, view, record}, datum);
    if (failed) {
      failures.push_back({record, data::Stage::kTransformation, std::move(failed->error),
                          stages_[failed->stage]->side_.class_name});
      continue;
    }
    if (datum.schema != kept && datum.schema != schemas[record]) batch.keep(kept = datum.schema);
    schemas[record] = datum.schema;
    cells[record] = datum.value;
  }
  (key() ? view.key_schemas : view.value_schemas) = schemas;
  (key() ? view.keys : view.values) = cells;
}

std::optional<SideStages::Failed> SideStages::change(const Work& work, Datum& datum) {
  for (size_t stage = 0; stage < stages_.size();) {
    size_t one_by_one = 1;
    if (datum.schema != nullptr && data::kind(datum.value) == Kind::kStruct) {
      const Compiled& compiled = **programs_[stage].get(
          datum.schema,
          [&](const Schema& schema) -> Result<Compiled> { return compile(stage, schema); });
      if (compiled.stages > 0 && run(work, datum, compiled, stage)) {
        stage += compiled.stages;
        continue;
      }
      one_by_one = std::max(compiled.stages, size_t{1});
    }
    for (; one_by_one > 0; --one_by_one, ++stage) {
      const Schema* before = datum.schema;
      if (Result<void> changed = stages_[stage]->change(work, datum); !changed)
        return Failed{std::move(changed).error(), stage};
      // What comes next may point into it.
      if (datum.schema != before && stage + 1 < stages_.size()) work.batch.keep(datum.schema);
    }
  }
  return std::nullopt;
}

bool SideStages::run(const Work& work, Datum& datum, const Compiled& compiled, size_t stage) {
  Cell* row = work.arena().allocate_array<Cell>(compiled.rows.size());
  if (!compiled.rows.run(work, datum.value.as.cells, row)) return false;
  if (last_schema_ != datum.schema || last_stage_ != stage) {
    for (const SchemaRef& schema : compiled.schemas) work.batch.keep(schema.get());
    last_schema_ = datum.schema;
    last_stage_ = stage;
  }
  datum.schema = compiled.schemas.back().get();
  datum.value = data::nested_cell(Kind::kStruct, row, compiled.rows.size());
  return true;
}

SideStages::Compiled SideStages::compile(size_t first, const Schema& schema) {
  Compiled compiled;
  const Schema* current = &schema;
  for (size_t stage = first; stage < stages_.size() && current->type() == Kind::kStruct; ++stage) {
    std::optional<SideTransform::Program> next = stages_[stage]->program(*current);
    if (!next) break;
    compiled.rows =
        compiled.stages == 0 ? std::move(next->rows) : compiled.rows.followed_by(next->rows);
    current = next->schema.get();
    compiled.schemas.push_back(std::move(next->schema));
    ++compiled.stages;
  }
  return compiled;
}

namespace {

std::string found(std::string_view what, std::string_view purpose, const Cell& value) {
  std::string message =
      "Only " + std::string(what) + " for [" + std::string(purpose) + "], found: ";
  return message += data::is_null(value) ? std::string_view("null") : data::java_class_name(value);
}

}  // namespace

Result<void> require_map(const Cell& value, std::string_view purpose) {
  if (data::kind(value) == Kind::kMap) return {};
  return data_failure(found("Map objects supported in absence of schema", purpose, value));
}

Result<void> require_struct(const Cell& value, std::string_view purpose) {
  if (data::kind(value) == Kind::kStruct) return {};
  return data_failure(found("Struct objects supported", purpose, value));
}

Result<void> check_put_null(const data::Field& field) {
  if (field.schema->optional()) return {};
  return data_failure("Invalid value: null used for required field: \"" + field.name +
                      "\", schema type: " + std::string(data::type_name(field.schema->type())));
}

void copy_basics(const Schema& from, data::SchemaBuilder& to) {
  if (from.name()) to.name(*from.name());
  if (from.version()) to.version(*from.version());
  if (from.doc()) to.doc(*from.doc());
  for (const auto& [key, value] : from.parameters()) to.parameter(key, value);
}

config::ConfigKey replace_null_key() {
  config::ConfigKey key;
  key.name = kReplaceNull;
  key.type = config::Type::kBoolean;
  key.default_value = "true";
  key.importance = config::Importance::kMedium;
  key.documentation = "Whether a field that is null and has a default is read as its default.";
  return key;
}

}  // namespace millrace::transform
