#pragma once
// The keys that every connector has. org.apache.kafka.connect.runtime.ConnectorConfig,
// SourceConnectorConfig and SinkConnectorConfig of Kafka Connect 4.3.1.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_def.h"

namespace millrace::config {

enum class ConnectorKind : uint8_t { kSource, kSink };

// What the table must know of the classes of this build. Empty functions: every name is taken.
struct KnownClasses {
  std::function<bool(std::string_view)> converter, header_converter, transform, predicate;
  // Full names, recommended to users.
  std::vector<std::string> converters, header_converters, transforms, predicates;
  // The keys of a transform's or predicate's class; null: no such class, or one that cannot be made
  // by itself.
  std::function<const ConfigDef*(std::string_view)> transform_keys, predicate_keys;
  // Why a class that exists cannot be used; nothing where it can.
  std::function<std::optional<std::string>(std::string_view)> transform_problem, predicate_problem;
  // The full name of such a class that is named by its alias.
  std::function<std::string(std::string_view)> transform_name, predicate_name;
  std::string plugin_version;  // of those classes
};

// The fixed keys that sources and sinks have. Java: ConnectorConfig.configDef.
const ConfigDef& common_connector_keys();

// Keys of Millrace's own, which Kafka Connect does not have: restarts of what failed, the search
// for failing records, stalls, and dead letters of sources. `parse` of this table gives their
// values with the defaults.
const ConfigDef& own_connector_keys(ConnectorKind kind);

// The table for one configuration: the fixed keys in Java's order, those of Millrace's own that
// `properties` sets (so that validation answers as Java does where none is), then, for each alias
// of a transform or predicate that `properties` names, its class, version and the keys of the
// class.
ConfigDef connector_config_def(ConnectorKind kind, const NullableProperties& properties,
                               const KnownClasses& known);

// What a sink's keys may not say together. Messages are added to `values`; those of keys that it
// lacks get an entry of their own. fatal: topics.regex is none, where there are dead letters. Java:
// SinkConnectorConfig.validate.
Result<void> check_sink_config(const NullableProperties& properties,
                               std::vector<ConfigValue>& values);

// `topics` of a sink without empty and repeated names.
std::vector<std::string> sink_topics(const NullableProperties& properties);
// errors.deadletterqueue.topic.name is set.
bool has_dead_letter_topic(const NullableProperties& properties);
// Any key begins with `topic.creation.`.
bool uses_topic_creation(const NullableProperties& properties);

// A validator. org.apache.kafka.connect.transforms.util.RegexValidator, which has a message for
// null too.
std::optional<Problem> check_regex(std::string_view name, const Value& value);

// Java's PatternSyntaxException for what no regular expression can be: unclosed groups and
// classes, a quantifier with nothing before it. Empty: nothing found.
std::string regex_problem(std::string_view regex);

}  // namespace millrace::config
