#pragma once
// What the parts of a validation's answer are put together from. Not for users of validation.
// Java: AbstractHerder.prefixedConfigInfos, mergeConfigInfos.

#include <string>
#include <string_view>
#include <vector>

#include "config/config_def.h"
#include "herder/herder.h"

namespace millrace::herder {

// Null: no value of this name.
config::ConfigValue* find_value(std::vector<config::ConfigValue>& values, std::string_view name);

void add_groups(std::vector<std::string>& groups, const config::ConfigDef& definition);

// Values that have their names under a prefix, with the definitions that they have. Java counts
// here the values that have errors, not the errors.
ConfigInfos prefixed(const config::ConfigDef& definition, std::vector<config::ConfigValue> values,
                     const std::string& prefix);

void append(ConfigInfos& into, ConfigInfos from);

}  // namespace millrace::herder
