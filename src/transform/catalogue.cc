// The classes of this folder, and the chain that a connector's configuration asks for.
#include <algorithm>
#include <mutex>
#include <set>

#include "transform/keys.h"
#include "transform/other_registry.h"
#include "transform/registry.h"

namespace millrace::transform {
namespace {

const Registry& registry() {
  static const Registry* all = [] {
    auto* r = new Registry;
    add_cast(*r);
    add_extract_field(*r);
    add_filter(*r);
    add_flatten(*r);
    add_header_from(*r);
    add_headers(*r);
    add_hoist_field(*r);
    add_insert_field(*r);
    add_mask_field(*r);
    add_replace_field(*r);
    add_routers(*r);
    add_set_schema_metadata(*r);
    add_timestamp_converter(*r);
    add_value_to_key(*r);
    add_predicates(*r);
    auto by_name = [](const auto& a, const auto& b) { return a.class_name < b.class_name; };
    std::sort(r->transforms.begin(), r->transforms.end(), by_name);
    std::sort(r->predicates.begin(), r->predicates.end(), by_name);
    return r;
  }();
  return *all;
}

const std::vector<TransformClass>& other_classes() {
  static const auto* all = [] {
    auto* classes = new std::vector<TransformClass>;
    add_aiven_case_transform(*classes);
    add_aiven_concat_fields(*classes);
    add_aiven_extract_timestamp(*classes);
    add_aiven_extract_topic(*classes);
    add_aiven_filter_by_field_value(*classes);
    add_aiven_hash(*classes);
    add_aiven_key_to_value(*classes);
    add_aiven_tombstones(*classes);
    add_aiven_topic_from_schema_name(*classes);
    add_confluent_extract_topic(*classes);
    add_confluent_filter(*classes);
    add_confluent_tombstones(*classes);
    add_change_topic_case(*classes);
    return classes;
  }();
  return *all;
}

// A class is also known by its simple name. Those of nested classes (`Key`, `Value`) name several
// and so none.
template <typename Class>
const Class* find(const std::vector<Class>& classes, std::string_view wished) {
  for (const Class& candidate : classes) {
    std::string_view name = candidate.class_name;
    if (name == wished) return &candidate;
    if (name.find('$') == std::string_view::npos && name.substr(name.rfind('.') + 1) == wished)
      return &candidate;
  }
  return nullptr;
}

class Where : public Transform {
 public:
  Where(std::unique_ptr<Predicate> predicate, bool negate, std::unique_ptr<Transform> inner,
        std::string transform_class)
      : predicate_(std::move(predicate)),
        inner_(std::move(inner)),
        class_name_(std::move(transform_class)),
        negate_(negate) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    auto* matching = batch.arena().allocate_array<uint32_t>(view.selected.size());
    auto* merged = batch.arena().allocate_array<uint32_t>(view.selected.size());
    size_t matching_count = 0, others_count = 0;
    others_.clear();
    for (uint32_t record : view.selected) {
      Result<bool> holds = predicate_->test(view, record);
      if (!holds)
        failures.push_back(
            {record, data::Stage::kTransformation, std::move(holds).error(), class_name_});
      if (holds && *holds != negate_)
        matching[matching_count++] = record;
      else
        others_.push_back(record);
    }
    others_count = others_.size();
    if (matching_count == 0) return;
    view.selected = {matching, matching_count};
    inner_->apply(batch, view, failures);
    if (others_count == 0) return;
    uint32_t* end = std::merge(view.selected.begin(), view.selected.end(), others_.begin(),
                               others_.end(), merged);
    view.selected = {merged, static_cast<size_t>(end - merged)};
  }

 private:
  const std::unique_ptr<Predicate> predicate_;
  const std::unique_ptr<Transform> inner_;
  const std::string class_name_;
  const bool negate_;
  std::vector<uint32_t> others_;
};

std::string value_or_empty(const config::Properties& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() ? std::string() : found->second;
}

config::Properties with_prefix(const config::Properties& properties, const std::string& prefix) {
  config::Properties cut;
  for (auto entry = properties.lower_bound(prefix);
       entry != properties.end() && entry->first.starts_with(prefix); ++entry) {
    cut[entry->first.substr(prefix.size())] = entry->second;
  }
  return cut;
}

Failure unknown_class(const std::string& key, const std::string& name) {
  if (name.empty())
    return config_failure("Missing required configuration \"" + key +
                          "\" which has no default value.");
  return config_failure("Invalid value " + name + " for configuration " + key + ": Class " + name +
                        " could not be found.");
}

Result<std::vector<std::string>> aliases(const config::Properties& properties,
                                         const std::string& key) {
  config::ConfigKey list;
  list.name = key;
  list.type = config::Type::kList;
  list.default_value = "";
  config::ConfigDef def;
  def.define(list);
  Result<config::Config> parsed = def.parse({{key, value_or_empty(properties, key)}});
  if (!parsed) return fail(std::move(parsed).error());
  std::vector<std::string> names = parsed->list(key);
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size()) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    return config_failure("Invalid value [" + all + "] for configuration " + key +
                          ": Duplicate alias provided.");
  }
  return names;
}

Result<std::unique_ptr<Predicate>> make_predicate(const config::Properties& properties,
                                                  const std::string& alias) {
  const std::string prefix = "predicates." + alias + ".";
  Result<std::vector<std::string>> known = aliases(properties, "predicates");
  if (!known) return fail(std::move(known).error());
  if (std::find(known->begin(), known->end(), alias) == known->end()) {
    // Java asks for a key that only those have which are listed.
    Error why = config_failure("Unknown configuration '" + prefix + "plugin.version'").value();
    std::string message = std::string(why.exception_class()) + ": " + why.message();
    return fail(
        Error(why.kind(), std::move(message), "org.apache.kafka.connect.errors.ConnectException")
            .caused_by(std::move(why)));
  }
  std::string name = value_or_empty(properties, prefix + "type");
  const PredicateClass* predicate_class = find_predicate(name);
  if (predicate_class == nullptr) return unknown_class(prefix + "type", name);
  Result<config::Config> config =
      predicate_class->config_def->parse(with_prefix(properties, prefix));
  if (!config) return fail(std::move(config).error());
  return predicate_class->make(*config);
}

// Transforms of one side that follow each other become one.
void append(Transforms& chain, std::unique_ptr<Transform> next) {
  auto* side = dynamic_cast<SideTransform*>(next.get());
  if (side == nullptr) return chain.push_back(std::move(next));
  next.release();
  std::unique_ptr<SideTransform> owned(side);
  auto* before = chain.empty() ? nullptr : dynamic_cast<SideChain*>(chain.back().get());
  if (before != nullptr && before->key() == owned->key()) return before->add(std::move(owned));
  chain.push_back(std::make_unique<SideChain>(std::move(owned)));
}

bool parse_boolean(std::string text) {  // Boolean.parseBoolean
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text == "true";
}

}  // namespace

config::Validator list_without_duplicates(bool empty_allowed) {
  return [empty_allowed](std::string_view name,
                         const config::Value& value) -> std::optional<config::Problem> {
    std::string key = "Configuration '" + std::string(name) + "' ";
    if (value.is_null()) return config::Problem{key + "values must not be null.", true};
    const std::vector<std::string>& list = value.list;
    if (!empty_allowed && list.empty()) {
      return config::Problem{key + "must not be empty. Valid values include: any non-empty value",
                             true};
    }
    if (std::set<std::string>(list.begin(), list.end()).size() != list.size()) {
      return config::Problem{key + "values must not be duplicated.", true};
    }
    if (std::find(list.begin(), list.end(), "") != list.end())
      return config::Problem{key + "values must not be empty.", true};
    return std::nullopt;
  };
}

std::unique_ptr<Transform> apply_where(std::unique_ptr<Predicate> predicate, bool negate,
                                       std::unique_ptr<Transform> inner,
                                       std::string transform_class) {
  return std::make_unique<Where>(std::move(predicate), negate, std::move(inner),
                                 std::move(transform_class));
}

std::span<const TransformClass> transform_classes() { return registry().transforms; }
std::span<const PredicateClass> predicate_classes() { return registry().predicates; }
const TransformClass* find_transform(std::string_view wished) {
  if (const TransformClass* found = find(registry().transforms, wished)) return found;
  for (const TransformClass& other : other_classes()) {
    if (other.class_name == wished) return &other;
  }
  return nullptr;
}
const PredicateClass* find_predicate(std::string_view wished) {
  return find(registry().predicates, wished);
}

std::optional<std::string> abstract_transform_problem(std::string_view class_name) {
  std::string variants;
  for (const TransformClass& each : registry().transforms) {
    const std::string_view name = each.class_name;
    if (name.size() <= class_name.size() || !name.starts_with(class_name) ||
        name[class_name.size()] != '$')
      continue;
    variants.append(variants.empty() ? "" : ", ").append(name);
  }
  if (variants.empty()) return std::nullopt;
  return "This class is abstract and cannot be created. Did you mean " + variants + "?";
}

Result<Transforms> make_transforms(const config::Properties& properties, Chaining chaining) {
  Result<std::vector<std::string>> names = aliases(properties, "transforms");
  if (!names) return fail(std::move(names).error());
  Transforms chain;
  for (const std::string& alias : *names) {
    const std::string prefix = "transforms." + alias + ".";
    std::string name = value_or_empty(properties, prefix + "type");
    const TransformClass* transform_class = find_transform(name);
    if (transform_class == nullptr) return unknown_class(prefix + "type", name);
    Result<config::Config> config =
        transform_class->config_def->parse(with_prefix(properties, prefix));
    if (!config) return fail(std::move(config).error());
    Result<std::unique_ptr<Transform>> transform = transform_class->make(*config);
    if (!transform) return fail(std::move(transform).error());
    std::unique_ptr<Transform> made = std::move(*transform);
    // An empty alias is one that nobody has.
    if (auto alias_of_predicate = properties.find(prefix + "predicate");
        alias_of_predicate != properties.end()) {
      Result<std::unique_ptr<Predicate>> predicate =
          make_predicate(properties, alias_of_predicate->second);
      if (!predicate) return fail(std::move(predicate).error());
      made = apply_where(std::move(*predicate),
                         parse_boolean(value_or_empty(properties, prefix + "negate")),
                         std::move(made), transform_class->class_name);
    }
    if (chaining == Chaining::kComposed)
      append(chain, std::move(made));
    else
      chain.push_back(std::move(made));
  }
  return chain;
}

}  // namespace millrace::transform
