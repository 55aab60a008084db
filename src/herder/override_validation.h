#pragma once
// Validation of what a connector sets for its Kafka clients: each setting is parsed by the client's
// own definition and shown to the policy. Java: AbstractHerder.validateClientOverrides.

#include "config/client_config.h"
#include "config/connector_config.h"
#include "herder/herder.h"

namespace millrace::herder {

// Sections of the clients that such a connector has: the producer's, the consumer's, the admin
// client's. offsets_clients: of a source, those with which it reads its own offsets topic. Failure:
// a value that its key cannot take; as in Java, there is no answer then. order: of the keys in the
// request.
Result<ConfigInfos> validate_overrides(const config::ClientOverridePolicy& policy,
                                       config::ConnectorKind kind,
                                       const NullableProperties& properties,
                                       bool offsets_clients = false, const KeyOrder& order = {});

}  // namespace millrace::herder
