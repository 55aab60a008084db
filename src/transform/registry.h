#pragma once
// How the files of this folder make their classes known: each defines one `add_...` function.

#include "transform/side_transform.h"
#include "transform/transform.h"

namespace millrace::transform {

inline constexpr std::string_view kTransformPackage = "org.apache.kafka.connect.transforms.";

struct Registry {
  std::vector<TransformClass> transforms;
  std::vector<PredicateClass> predicates;

  // A class without variants.
  void add(std::string_view name, const config::ConfigDef& def,
           std::function<Result<std::unique_ptr<Transform>>(const config::Config&)> make) {
    transforms.push_back(
        {std::string(kTransformPackage) + std::string(name), &def, std::move(make)});
  }
  // `name$Key` and `name$Value`. make(config, side): the side brings its class name with it.
  void add_sides(std::string_view name, const config::ConfigDef& def,
                 Result<std::unique_ptr<Transform>> (*make)(const config::Config&, Side)) {
    for (bool key : {true, false}) {
      Side side{key,
                std::string(kTransformPackage) + std::string(name) + (key ? "$Key" : "$Value")};
      transforms.push_back({side.class_name, &def, [make, side](const config::Config& config) {
                              return make(config, side);
                            }});
    }
  }
};

void add_cast(Registry&);
void add_extract_field(Registry&);
void add_flatten(Registry&);
void add_header_from(Registry&);
void add_headers(Registry&);  // DropHeaders, InsertHeader
void add_hoist_field(Registry&);
void add_insert_field(Registry&);
void add_mask_field(Registry&);
void add_replace_field(Registry&);
void add_routers(Registry&);  // RegexRouter, TimestampRouter
void add_set_schema_metadata(Registry&);
void add_timestamp_converter(Registry&);
void add_value_to_key(Registry&);
void add_filter(Registry&);
void add_predicates(Registry&);

// `replace.null.with.default`, which most transforms have.
config::ConfigKey replace_null_key();
inline constexpr std::string_view kReplaceNull = "replace.null.with.default";

}  // namespace millrace::transform
