// io.confluent.connect.transforms.TombstoneHandler: tombstones are dropped or refused. After its
// documentation; its code is not public.
#include "transform/keys.h"
#include "transform/other_registry.h"

namespace millrace::transform {
namespace {

constexpr std::string_view kName = "io.confluent.connect.transforms.TombstoneHandler";

const config::ConfigDef& definition() {
  static const config::ConfigDef def = [] {
    config::ConfigDef d;
    config::ConfigKey behavior =
        default_key("behavior", config::Type::kString, "warn", config::Importance::kMedium,
                    "What becomes of tombstones: ignore and warn drop them, fail refuses them.");
    behavior.validator = config::one_of({"ignore", "warn", "fail"});
    behavior.valid_values = "[ignore, warn, fail]";
    d.define(behavior);
    return d;
  }();
  return def;
}

class TombstoneHandler : public Transform {
 public:
  explicit TombstoneHandler(bool refuse) : refuse_(refuse) {}

  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    auto* selected = batch.arena().allocate_array<uint32_t>(view.selected.size());
    size_t count = 0;
    for (uint32_t record : view.selected) {
      const bool tombstone = data::is_null(view.values[record]);
      if (tombstone && !refuse_) continue;
      selected[count++] = record;
      if (!tombstone) continue;
      Error error(ErrorKind::bad_data, "A tombstone, and behavior is fail");
      failures.push_back({record, data::Stage::kTransformation,
                          of_record(std::move(error), view, record), std::string(kName)});
    }
    view.selected = {selected, count};
  }

 private:
  const bool refuse_;
};

}  // namespace

void add_confluent_tombstones(std::vector<TransformClass>& classes) {
  classes.push_back({std::string(kName), &definition(),
                     [](const config::Config& config) -> Result<std::unique_ptr<Transform>> {
                       return std::make_unique<TombstoneHandler>(config.text("behavior") == "fail");
                     }});
}

}  // namespace millrace::transform
