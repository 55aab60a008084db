#include "herder/cluster_validation.h"

#include <algorithm>
#include <cctype>

#include "herder/validation_sections.h"

namespace millrace::herder {
namespace {

using config::ConfigValue;
using config::NullableProperties;

constexpr char kGroupOfConsumers[] = "consumer.override.group.id";

void check_group(const std::string& own, const NullableProperties& properties,
                 std::vector<ConfigValue>& values) {
  const std::string conflict = " conflicts with Connect worker group " + own;
  auto given = properties.find(kGroupOfConsumers);
  if (given == properties.end()) {
    ConfigValue* name = find_value(values, "name");
    const std::string text = name->value.value_or("null");
    if ("connect-" + text == own)
      name->errors.push_back("Consumer group for sink connector named " + text + conflict);
    return;
  }
  ConfigValue& group = values.emplace_back();
  group.name = kGroupOfConsumers;
  group.value = given->second;
  if (given->second == own) group.errors.push_back("Consumer group " + own + conflict);
}

bool is(const ConfigValue& value, std::string_view wanted) {
  return value.errors.empty() && value.value &&
         std::equal(value.value->begin(), value.value->end(), wanted.begin(), wanted.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

void check_exactly_once(bool supported, const plugin::ConnectorClass& type,
                        const NullableProperties& properties, ConfigValue& value) {
  if (!is(value, "required")) return;
  if (!supported)
    value.errors.emplace_back("This worker does not have exactly-once source support enabled.");
  // The Java connector parses its configuration to answer: the first problem is an exception.
  for (const ConfigValue& own : type.config_def().validate(properties)) {
    if (own.errors.empty()) continue;
    value.errors.push_back("An unexpected error occurred during validation: " + own.errors.front());
    return;
  }
  switch (type.exactly_once_support(config::given_of(properties))) {
    case plugin::ExactlyOnceSupport::kSupported: return;
    case plugin::ExactlyOnceSupport::kUnsupported:
      value.errors.emplace_back(
          "The connector does not support exactly-once semantics with the provided configuration.");
      return;
    case plugin::ExactlyOnceSupport::kUnknown:
      value.errors.emplace_back(
          "The connector does not implement the API required for preflight validation of "
          "exactly-once source support. Please consult the documentation for the connector to "
          "determine whether it supports exactly-once semantics, and then consider reconfiguring "
          "the connector to use the value \"requested\" for this property (which will disable this "
          "preflight check and allow the connector to be created).");
  }
}

void check_transaction_boundary(const plugin::ConnectorClass& type,
                                const NullableProperties& properties, ConfigValue& value) {
  if (!is(value, "connector")) return;
  if (type.can_define_transaction_boundaries(config::given_of(properties))) return;
  value.errors.emplace_back(
      "The connector does not support connector-defined transaction boundaries with the given "
      "configuration. Please reconfigure it to use a different transaction boundary definition.");
}

}  // namespace

bool has_offsets_clients(const ClusterRules& rules, config::ConnectorKind kind,
                         const NullableProperties& properties) {
  if (kind != config::ConnectorKind::kSource) return false;
  auto topic = properties.find("offsets.storage.topic");
  return rules.exactly_once_source ||
         (topic != properties.end() && topic->second && !config::trim(*topic->second).empty());
}

void validate_in_cluster(const ClusterRules& rules, const plugin::ConnectorClass& type,
                         const NullableProperties& properties, std::vector<ConfigValue>& values) {
  if (type.type() == plugin::ConnectorType::kSink)
    return check_group(rules.group_id, properties, values);
  check_exactly_once(rules.exactly_once_source, type, properties,
                     *find_value(values, "exactly.once.support"));
  check_transaction_boundary(type, properties, *find_value(values, "transaction.boundary"));
}

}  // namespace millrace::herder
