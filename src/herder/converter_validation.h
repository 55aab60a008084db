#pragma once
// Validation of the converters that a connector itself names, with their own keys.
// Java: AbstractHerder.validateAllConverterConfigs.

#include "herder/herder.h"
#include "runtime/framework_keys.h"

namespace millrace::herder {

// values: what was found for the connector's keys so far; problems of a converter's class or
// version are added there. A converter whose own keys have errors of that kind is left out.
ConfigInfos validate_converters(const NullableProperties& properties,
                                const runtime::Enrichment& enrichment,
                                std::vector<config::ConfigValue>& values);

}  // namespace millrace::herder
