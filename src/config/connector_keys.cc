// The tables of connector keys. Names, defaults, groups, order, widths and display names are those
// of Kafka Connect 4.3.1.

#include "config/alias_keys.h"
#include "config/connector_config.h"
#include "config/key_table.h"

namespace millrace::config {
namespace {

constexpr char kCommon[] = "Common";
constexpr char kErrors[] = "Error Handling";
constexpr char kExactlyOnce[] = "Exactly Once Support";

Validator unique_aliases() {
  return [](std::string_view, const Value& value) -> std::optional<Problem> {
    for (size_t i = 0; i < value.list.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (value.list[i] == value.list[j]) return Problem{"Duplicate alias provided."};
    return {};
  };
}

std::vector<ConnectorRow> common_rows() {
  return {
      {"name", kString, kRequired, kHigh, kCommon, 1, Width::kMedium, "Connector name",
       "The connector's name, unique in the cluster.", non_empty_without_control(),
       "non-empty string without ISO control characters"},
      {"connector.class", kString, kRequired, kHigh, kCommon, 2, Width::kLong, "Connector class",
       "Class of the connector: its full name, its simple name, or its simple name without "
       "`Connector` at the end."},
      {"connector.plugin.version", kString, kNull, kMedium, kCommon, 3, Width::kMedium,
       "Connector version", "Version of the connector; the newest by default."},
      {"tasks.max", kInt, "1", kHigh, kCommon, 4, Width::kShort, "Tasks max",
       "The most tasks among which the connector may divide its work.", at_least(1), "[1,...]"},
      {"tasks.max.enforce", kBoolean, "true", kLow, kCommon, 5, Width::kShort, "Enforce tasks max",
       "(Deprecated) Whether a connector fails that makes more tasks than tasks.max allows. "
       "Otherwise they are run and a warning is logged."},
      {"key.converter", kClass, kNull, kLow, kCommon, 6, Width::kShort, "Key converter class",
       "Converter between record keys and the bytes in Kafka; the worker's by default."},
      {"key.converter.plugin.version", kString, kNull, kLow, kCommon, 7, Width::kShort,
       "Key converter version", "Version of the key converter; the newest by default."},
      {"value.converter", kClass, kNull, kLow, kCommon, 8, Width::kShort, "Value converter class",
       "Converter between record values and the bytes in Kafka; the worker's by default."},
      {"value.converter.plugin.version", kString, kNull, kLow, kCommon, 9, Width::kShort,
       "Value converter version", "Version of the value converter; the newest by default."},
      {"header.converter", kClass, kNull, kLow, kCommon, 10, Width::kShort,
       "Header converter class",
       "Converter between record headers and the bytes in Kafka; the worker's by default."},
      {"header.converter.plugin.version", kString, kNull, kLow, kCommon, 11, Width::kShort,
       "Header converter version", "Version of the header converter; the newest by default."},
      {"transforms", kList, "", kLow, "Transforms", 12, Width::kLong, "Transforms",
       "Aliases of the transformations that records pass, in this order.",
       all_of({non_null(), unique_aliases()}), "non-null string, unique transformation aliases"},
      {"predicates", kList, "", kLow, "Predicates", 13, Width::kLong, "Predicates",
       "Aliases of the predicates that transformations refer to.",
       all_of({non_null(), unique_aliases()}), "non-null string, unique predicate aliases"},
      {"config.action.reload", kString, "restart", kLow, kCommon, 14, Width::kMedium,
       "Reload Action",
       "What happens when a configuration provider says that a value has expired: the connector is "
       "restarted, or none.",
       one_of({"none", "restart"}), "[none, restart]"},
      {"errors.retry.timeout", kLong, "0", kMedium, kErrors, 1, Width::kMedium,
       "Retry Timeout for Errors",
       "Milliseconds during which a failed operation is tried again; 0: not at all, -1: for ever."},
      {"errors.retry.delay.max.ms", kLong, "60000", kMedium, kErrors, 2, Width::kMedium,
       "Maximum Delay Between Retries for Errors",
       "The longest time in milliseconds between two attempts."},
      {"errors.tolerance", kString, "none", kMedium, kErrors, 3, Width::kShort, "Error Tolerance",
       "What a record that cannot be handled does: none: it fails the task; all: it is skipped.",
       one_of({"none", "all"}), "[none, all]"},
      {"errors.log.enable", kBoolean, "false", kMedium, kErrors, 4, Width::kShort, "Log Errors",
       "Whether each failed operation is logged, tolerated ones too."},
      {"errors.log.include.messages", kBoolean, "false", kMedium, kErrors, 5, Width::kShort,
       "Log Error Details", "Whether the log lines of failures say which record failed."},
  };
}

std::vector<ConnectorRow> sink_rows() {
  return {
      {"topics", kList, "", kHigh, kCommon, 4, Width::kLong, "Topics",
       "Topics that are read, comma-separated.", list_of({}, true, false)},
      {"topics.regex", kString, "", kHigh, kCommon, 4, Width::kLong, "Topics regex",
       "Regular expression of the topics that are read: the whole name must match. Set either this "
       "or topics.",
       check_regex, "valid regex"},
      {"errors.deadletterqueue.topic.name", kString, "", kMedium, kErrors, 6, Width::kMedium,
       "Dead Letter Queue Topic Name",
       "Topic to which records are written that could not be handled; empty: none."},
      {"errors.deadletterqueue.topic.replication.factor", kShort, "3", kMedium, kErrors, 7,
       Width::kMedium, "Dead Letter Queue Topic Replication Factor",
       "Replication factor with which that topic is created where it does not exist."},
      {"errors.deadletterqueue.context.headers.enable", kBoolean, "false", kMedium, kErrors, 8,
       Width::kMedium, "Enable Error Context Headers",
       "Whether such records get headers that tell what failed, where and why."},
  };
}

std::vector<ConnectorRow> source_rows() {
  return {
      {"topic.creation.groups", kList, "", kLow, "Topic Creation", 1, Width::kLong,
       "Topic Creation Groups", "Names of groups of settings with which topics are created.",
       all_of({non_null(), unique_aliases()}), "non-null string, unique topic creation groups"},
      {"exactly.once.support", kString, "requested", kMedium, kExactlyOnce, 2, Width::kShort,
       "Exactly once support",
       "requested: exactly-once delivery is used where it is possible; required: the connector is "
       "refused where it is not.",
       one_of_ignoring_case({"REQUIRED", "REQUESTED"}), "(case insensitive) [REQUIRED, REQUESTED]"},
      {"transaction.boundary", kString, "poll", kMedium, kExactlyOnce, 3, Width::kShort,
       "Transaction Boundary",
       "When a transaction ends: after each poll, after an interval, or where the connector says.",
       one_of_ignoring_case({"INTERVAL", "POLL", "CONNECTOR"}),
       "(case insensitive) [INTERVAL, POLL, CONNECTOR]"},
      {"transaction.boundary.interval.ms", kLong, kNull, kLow, kExactlyOnce, 4, Width::kShort,
       "Transaction boundary interval",
       "That interval in milliseconds; the worker's offset.flush.interval.ms by default.",
       [](std::string_view name, const Value& value) -> std::optional<Problem> {
         if (value.is_null()) return {};
         return at_least(0)(name, value);
       },
       "[0,...]"},
      {"offsets.storage.topic", kString, kNull, kLow, "offsets.topic", 1, Width::kLong,
       "Offsets topic", "Topic of the connector's own for its offsets; the worker's by default.",
       non_empty(), "non-empty string"},
  };
}

// Sources have in Millrace what in Java only sinks have: the rows are the same.
bool of_dead_letters(const ConnectorRow& row) {
  return std::string_view(row.name).starts_with("errors.deadletterqueue.");
}

std::vector<ConnectorRow> own_rows(ConnectorKind kind) {
  std::vector<ConnectorRow> rows = {
      {"errors.restart.max.attempts", kInt, "0", kLow, kErrors, 9, Width::kShort,
       "Maximum Restarts of a Failed Task",
       "How often in a row the worker starts again what has failed; 0: not at all, -1: without "
       "limit.",
       between(-1, INT32_MAX), "[-1,...]"},
      {"errors.restart.delay.initial.ms", kLong, "1000", kLow, kErrors, 10, Width::kMedium,
       "Delay Before the First Restart",
       "Milliseconds before the first restart; later ones wait longer.", at_least(0), "[0,...]"},
      {"errors.restart.delay.max.ms", kLong, "60000", kLow, kErrors, 11, Width::kMedium,
       "Maximum Delay Before a Restart", "The longest time in milliseconds before a restart.",
       at_least(0), "[0,...]"},
      {"errors.restart.on", kString, "transient", kLow, kErrors, 12, Width::kShort,
       "Failures That Are Followed by a Restart",
       "transient: failures that may pass by themselves, such as those of a network; all: every "
       "failure.",
       one_of({"transient", "all"}), "[transient, all]"},
      {"errors.stall.timeout.ms", kLong, "300000", kLow, kErrors, 13, Width::kMedium,
       "Stall Timeout",
       "Milliseconds after which a task that makes no progress inside one call into its plug-in is "
       "reported as stalled; 0: never.",
       at_least(0), "[0,...]"},
  };
  if (kind == ConnectorKind::kSink) {
    rows.push_back({"errors.bisect", kBoolean, "false", kLow, kErrors, 14, Width::kShort,
                    "Search for Failing Records",
                    "Whether a batch that the connector refuses is given to it again in halves, "
                    "until the records are found that it cannot take; errors.tolerance is applied "
                    "to these."});
  } else {
    for (ConnectorRow& row : sink_rows())
      if (of_dead_letters(row)) rows.push_back(std::move(row));
  }
  return rows;
}

void define_rows(ConfigDef& definition, const std::vector<ConnectorRow>& rows) {
  for (const ConnectorRow& row : rows) definition.define(make_key(row));
}

// The fixed keys do not depend on a configuration: made once.
const ConfigDef& fixed_keys(ConnectorKind kind) {
  static const ConfigDef source = [] {
    ConfigDef result = common_connector_keys();
    define_rows(result, source_rows());
    return result;
  }();
  static const ConfigDef sink = [] {
    ConfigDef result = common_connector_keys();
    define_rows(result, sink_rows());
    return result;
  }();
  return kind == ConnectorKind::kSource ? source : sink;
}

void know_converters(ConfigKey& key, const KnownClasses& known) {
  const bool header = key.name == "header.converter";
  key.class_exists = header ? known.header_converter : known.converter;
  key.recommended = [names = header ? known.header_converters : known.converters](
                        const NullableProperties&) { return names; };
}

}  // namespace

const ConfigDef& common_connector_keys() {
  static const ConfigDef common = [] {
    ConfigDef result;
    define_rows(result, common_rows());
    return result;
  }();
  return common;
}

const ConfigDef& own_connector_keys(ConnectorKind kind) {
  auto made = [](ConnectorKind of_kind) {
    ConfigDef result;
    define_rows(result, own_rows(of_kind));
    return result;
  };
  static const ConfigDef source = made(ConnectorKind::kSource);
  static const ConfigDef sink = made(ConnectorKind::kSink);
  return kind == ConnectorKind::kSource ? source : sink;
}

ConfigDef connector_config_def(ConnectorKind kind, const NullableProperties& properties,
                               const KnownClasses& known) {
  ConfigDef definition = fixed_keys(kind);
  for (const char* name : {"key.converter", "value.converter", "header.converter"}) {
    ConfigKey key = *definition.find(name);
    know_converters(key, known);
    definition.define(std::move(key));
  }
  for (const ConfigKey& key : own_connector_keys(kind).keys())
    if (properties.count(key.name) != 0) definition.define(key);
  define_aliases(definition, properties, known);
  return definition;
}

}  // namespace millrace::config
