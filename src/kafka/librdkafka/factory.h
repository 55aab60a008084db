#pragma once
// Kafka clients over librdkafka (2.8 or later). See docs/decisions/kafka-client.md.

#include <memory>

#include "kafka/client.h"

namespace millrace::kafka {

// Thread-safe. Errors of the properties name all that is wrong at once, one to a line; they never
// hold a password. Clients may outlive the factory. Its destructor waits a moment for clients that
// are still being torn down in the background.
std::unique_ptr<ClientFactory> make_librdkafka_factory();

}  // namespace millrace::kafka
