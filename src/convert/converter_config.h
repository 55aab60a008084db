#pragma once
// The configuration keys of each converter class: JsonConverterConfig, StringConverterConfig,
// NumberConverterConfig ... as the Java classes define them.

#include <string_view>

#include "config/config_def.h"

namespace millrace::convert {

// class_name: full Java name of one of converter_classes(). Unknown names give an empty definition.
const config::ConfigDef& converter_config_def(std::string_view class_name);

}  // namespace millrace::convert
