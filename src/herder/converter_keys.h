#pragma once
// Keys that the converters of this build understand, for validation and documentation.

#include <string_view>

#include "config/config_def.h"

namespace millrace::herder {

// class_name: full Java name. Never null: a converter without keys of its own knows converter.type.
const config::ConfigDef& converter_config_def(std::string_view class_name);

}  // namespace millrace::herder
