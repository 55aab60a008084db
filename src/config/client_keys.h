#pragma once
// The keys of Kafka's own clients, with which a connector's `producer.override.`,
// `consumer.override.` and `admin.override.` settings are validated. Names, types and defaults are
// those of ProducerConfig, ConsumerConfig and AdminClientConfig of Apache Kafka 4.3.1. Which of
// them the clients of this worker follow is a matter of kafka/librdkafka/client_properties.h.

#include <string_view>

#include "config/config_def.h"

namespace millrace::config {

enum class ClientKind : uint8_t { kProducer, kConsumer, kAdmin };

// Made once. CLASS keys take the names of classes that come with the Java clients.
const ConfigDef& client_config_def(ClientKind kind);

// Whether a class of this name comes with the Java clients, where a client's setting may name one.
bool is_client_class(std::string_view class_name);

}  // namespace millrace::config
