#pragma once
// The keys that a configuration itself brings: one group for each alias of `transforms` and
// `predicates`. org.apache.kafka.connect.runtime.ConnectorConfig.EnrichablePlugin.

#include "config/connector_config.h"

namespace millrace::config {

// Adds `transforms.A.type`, `.plugin.version`, `.predicate`, `.negate` and the keys of A's class,
// then the like for predicates. An alias whose class cannot be used gets its type and version only.
void define_aliases(ConfigDef& definition, const NullableProperties& properties,
                    const KnownClasses& known);

}  // namespace millrace::config
