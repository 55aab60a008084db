// io.aiven.kafka.connect.transforms.TombstoneHandler: tombstones are dropped or refused;
// MakeTombstone: records become tombstones.
#include "transform/java_case.h"
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kPackage = "io.aiven.kafka.connect.transforms.";
constexpr std::string_view kBehaviors[] = {"drop_silent", "drop_warn", "fail"};

const config::ConfigDef& handler_definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey behavior =
        required_key("behavior", config::Type::kString, config::Importance::kMedium,
                     "What becomes of tombstones: drop_silent, drop_warn or fail.");
    behavior.validator = [](std::string_view,
                            const config::Value& value) -> std::optional<config::Problem> {
      if (value.is_null() || value.text->empty())
        return config::Problem{"String must be non-empty", false};
      for (std::string_view known : kBehaviors) {
        if (java_lower(*value.text) == known) return std::nullopt;
      }
      return config::Problem{"Unsupported behavior name: " + *value.text +
                                 ". Supported are: drop_silent,drop_warn,fail",
                             false};
    };
    d.define(behavior);
    return d;
  }();
  return def;
}

class TombstoneHandler : public Transform {
 public:
  explicit TombstoneHandler(const config::Config& config)
      : behavior_(java_lower(config.text("behavior"))) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    auto* selected = batch.arena().allocate_array<uint32_t>(view.selected.size());
    size_t count = 0;
    for (uint32_t record : view.selected) {
      const bool tombstone = data::is_null(view.values[record]);
      if (tombstone && behavior_ == "fail") {
        failures.push_back(
            {record, data::Stage::kTransformation,
             Error(ErrorKind::bad_data,
                   "Tombstone record encountered, failing due to configured 'fail' behavior"),
             std::string(kPackage) + "TombstoneHandler"});
      } else if (tombstone) {
        continue;
      }
      selected[count++] = record;
    }
    view.selected = {selected, count};
  }

 private:
  const std::string behavior_;
};

class MakeTombstone : public Transform {
 public:
  void apply(data::Batch& batch, data::Records& view, data::Failures&) override {
    auto* schemas = copy_column(batch, view.value_schemas, view.count);
    Cell* values = copy_column(batch, view.values, view.count);
    for (uint32_t record : view.selected) {
      schemas[record] = nullptr;
      values[record] = data::null_cell();
    }
    view.value_schemas = schemas;
    view.values = values;
  }
};

}  // namespace

void add_aiven_tombstones(std::vector<TransformClass>& classes) {
  static const config::ConfigDef no_keys;
  classes.push_back({std::string(kPackage) + "TombstoneHandler", &handler_definition(),
                     [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                       return std::make_unique<TombstoneHandler>(config);
                     }});
  classes.push_back({std::string(kPackage) + "MakeTombstone", &no_keys,
                     [](const config::Config&) -> Result<std::unique_ptr<Transform>> {
                       return std::make_unique<MakeTombstone>();
                     }});
}

}  // namespace millrace::transform
