// The table of keys of distributed workers alone. Names, defaults and order are those of Kafka
// Connect 4.3.1.

#include "config/distributed_settings.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "config/key_table.h"

namespace millrace::config {
namespace {

// Java: PARTITIONS_VALIDATOR and REPLICATION_FACTOR_VALIDATOR.
Validator count_or_default(const char* what) {
  return [what](std::string_view, const Value& value) -> std::optional<Problem> {
    const long number = value.is_null() ? 0 : std::strtol(value.text->c_str(), nullptr, 10);
    if (number == -1 || number > 0) return {};
    return Problem{std::string(what) + " must be positive, or -1 to use the broker's default"};
  };
}

std::optional<Problem> check_protocol(std::string_view, const Value& value) {
  constexpr std::array<std::string_view, 3> kProtocols{"eager", "compatible", "sessioned"};
  if (!value.is_null())
    for (const std::string_view known : kProtocols)
      if (std::equal(known.begin(), known.end(), value.text->begin(), value.text->end(),
                     [](char a, char b) { return a == (b | 0x20); }))
        return {};
  return Problem{"Invalid Connect protocol compatibility"};
}

std::optional<Problem> check_mac(std::string_view, const Value& value) {
  if (!value.is_null() && is_mac_algorithm(*value.text)) return {};
  return Problem{(value.is_null() ? "null" : *value.text) + " Mac not available"};
}

std::optional<Problem> check_macs(std::string_view, const Value& value) {
  if (value.list.empty())
    return Problem{"At least one signature verification algorithm must be provided"};
  for (const std::string& name : value.list)
    if (!is_mac_algorithm(name)) return Problem{name + " Mac not available"};
  return {};
}

std::vector<WorkerRow> membership_rows() {
  return {
      {"group.id", kString, kRequired, kHigh,
       "Name of the cluster: workers with the same one share connectors and tasks. No sink's "
       "consumer group may have it."},
      {"session.timeout.ms", kInt, "10000", kHigh,
       "How long the broker hears no heartbeat of a worker until it takes it for dead. The "
       "broker's group.min.session.timeout.ms and group.max.session.timeout.ms are its bounds."},
      {"rebalance.timeout.ms", kInt, "60000", kHigh,
       "How long a worker may take to stop what it has to give up, once a rebalance has begun."},
      {"heartbeat.interval.ms", kInt, "3000", kHigh,
       "How often a worker sends heartbeats: a third of session.timeout.ms, or less."},
      {"exactly.once.source.support", kString, "disabled", kHigh,
       "Whether source records and their offsets are written in transactions, so that each is "
       "there "
       "once. On the workers of a cluster that runs: first preparing on all of them (the leader "
       "alone writes to the config topic, in transactions), then enabled.",
       one_of_ignoring_case({"disabled", "enabled", "preparing"}),
       "[DISABLED, ENABLED, PREPARING]"},
  };
}

std::vector<WorkerRow> client_rows() {
  return {
      {"metadata.max.age.ms", kLong, "300000", kLow,
       "Age at which what is known of brokers and topics is asked anew.", at_least(0), "[0,...]"},
      {"client.id", kString, "", kLow, "Name under which brokers log this worker's requests."},
      {"send.buffer.bytes", kInt, "131072", kMedium,
       "Size of a socket's send buffer; -1: the system's.", at_least(-1), "[-1,...]"},
      {"receive.buffer.bytes", kInt, "32768", kMedium,
       "Size of a socket's receive buffer; -1: the system's.", at_least(-1), "[-1,...]"},
      {"reconnect.backoff.ms", kLong, "50", kLow, "Pause before a broker is connected to again.",
       at_least(0), "[0,...]"},
      {"reconnect.backoff.max.ms", kLong, "1000", kLow, "The longest of such pauses, which grow.",
       at_least(0), "[0,...]"},
      {"socket.connection.setup.timeout.ms", kLong, "10000", kLow,
       "How long a connection may take to come about.", at_least(0), "[0,...]"},
      {"socket.connection.setup.timeout.max.ms", kLong, "30000", kLow,
       "The longest of such times, which grow with failures.", at_least(0), "[0,...]"},
      {"retry.backoff.ms", kLong, "100", kLow, "Pause before a failed request is sent again.",
       at_least(0), "[0,...]"},
      {"retry.backoff.max.ms", kLong, "1000", kLow, "The longest of such pauses, which grow.",
       at_least(0), "[0,...]"},
      {"request.timeout.ms", kInt, "40000", kMedium, "How long an answer is waited for.",
       at_least(0), "[0,...]"},
      {"connections.max.idle.ms", kLong, "540000", kMedium,
       "How long a connection may be idle until it is closed."},
      {"security.protocol", kString, "PLAINTEXT", kMedium, "How brokers are spoken to.",
       one_of({"PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL", "SSL"}),
       "[PLAINTEXT, SASL_PLAINTEXT, SASL_SSL, SSL]"},
      {"worker.sync.timeout.ms", kInt, "3000", kMedium,
       "How long a worker that is behind the others may take to read the config topic before it "
       "leaves the group for a while."},
      {"worker.unsync.backoff.ms", kInt, "300000", kMedium,
       "How long it then stays away (eager protocol)."},
  };
}

std::vector<WorkerRow> storage_rows() {
  const auto partitions = count_or_default("Number of partitions");
  const auto replicas = count_or_default("Replication factor");
  constexpr const char* kCount = "Positive number, or -1 to use the broker's default";
  return {
      {"offset.storage.topic", kString, kRequired, kHigh,
       "Topic in which the offsets of source connectors lie. offset.storage.NAME sets the topic's "
       "own setting NAME where it is created; so do config.storage. and status.storage."},
      {"offset.storage.partitions", kInt, "25", kLow,
       "Number of its partitions where it is created.", partitions, kCount},
      {"offset.storage.replication.factor", kShort, "3", kLow,
       "Its replication factor where it is created.", replicas, kCount},
      {"config.storage.topic", kString, kRequired, kHigh,
       "Topic of one partition in which configurations lie."},
      {"config.storage.replication.factor", kShort, "3", kLow,
       "Its replication factor where it is created.", replicas, kCount},
      {"status.storage.topic", kString, kRequired, kHigh,
       "Topic in which the states of connectors and tasks lie."},
      {"status.storage.partitions", kInt, "5", kLow,
       "Number of its partitions where it is created.", partitions, kCount},
      {"status.storage.replication.factor", kShort, "3", kLow,
       "Its replication factor where it is created.", replicas, kCount},
  };
}

std::vector<WorkerRow> protocol_rows() {
  return {
      {"connect.protocol", kString, "sessioned", kLow,
       "What workers of the cluster speak to each other at most: eager, compatible, sessioned.",
       check_protocol, "[EAGER, COMPATIBLE, SESSIONED]"},
      {"scheduled.rebalance.max.delay.ms", kInt, "300000", kLow,
       "How long what a lost worker held waits for its return.", between(0, INT32_MAX),
       "[0,...,2147483647]"},
      {"inter.worker.key.ttl.ms", kInt, "3600000", kLow,
       "How long a key for requests between workers is used.", between(0, INT32_MAX),
       "[0,...,2147483647]"},
      {"inter.worker.key.generation.algorithm", kString, "HmacSHA256", kLow,
       "What such keys are made for.", check_mac,
       "HmacSHA1, HmacSHA224, HmacSHA256, HmacSHA384 or HmacSHA512"},
      {"inter.worker.key.size", kInt, kNull, kLow,
       "Size of such keys in bits; null: the algorithm's own."},
      {"inter.worker.signature.algorithm", kString, "HmacSHA256", kLow,
       "How requests between workers are signed.", check_mac,
       "HmacSHA1, HmacSHA224, HmacSHA256, HmacSHA384 or HmacSHA512"},
      {"inter.worker.verification.algorithms", kList, "HmacSHA256", kLow,
       "Which signatures are accepted; the own algorithm is among them.", check_macs,
       "One or more of HmacSHA1, HmacSHA224, HmacSHA256, HmacSHA384, HmacSHA512"},
      {"metadata.recovery.strategy", kString, "rebootstrap", kLow,
       "What a client does that knows no broker any more that answers.",
       one_of_ignoring_case({"NONE", "REBOOTSTRAP"}), "(case insensitive) [NONE, REBOOTSTRAP]"},
      {"metadata.recovery.rebootstrap.trigger.ms", kLong, "300000", kLow,
       "After which time without an answer it begins with bootstrap.servers again.", at_least(0),
       "[0,...]"},
  };
}

StorageTopic read_topic(const Config& values, const std::string& prefix, bool partitions) {
  StorageTopic topic;
  topic.name = values.text(prefix + "topic");
  if (partitions) topic.partitions = static_cast<int32_t>(values.number(prefix + "partitions"));
  topic.replication_factor = static_cast<int16_t>(values.number(prefix + "replication.factor"));
  topic.settings = values.originals_with_prefix(prefix);
  for (const char* own : {"topic", "partitions", "replication.factor", "cleanup.policy"})
    topic.settings.erase(own);
  topic.settings["cleanup.policy"] = "compact";
  return topic;
}

}  // namespace

bool is_mac_algorithm(std::string_view name) {
  constexpr std::array<std::string_view, 5> kKnown{"HMACSHA1", "HMACSHA224", "HMACSHA256",
                                                   "HMACSHA384", "HMACSHA512"};
  return std::any_of(kKnown.begin(), kKnown.end(), [&](std::string_view known) {
    return std::equal(known.begin(), known.end(), name.begin(), name.end(),
                      [](char a, char b) { return a == (b >= 'a' && b <= 'z' ? b - 32 : b); });
  });
}

const ConfigDef& distributed_only_config_def() {
  static const ConfigDef definition = [] {
    ConfigDef result;
    for (const auto& rows : {membership_rows(), client_rows(), storage_rows(), protocol_rows()})
      for (const WorkerRow& row : rows) result.define(make_key(row));
    return result;
  }();
  return definition;
}

DistributedSettings read_distributed_settings(const Config& values) {
  DistributedSettings settings;
  settings.group_id = values.text("group.id");
  settings.client_id = values.text("client.id");
  settings.session_timeout = values.milliseconds("session.timeout.ms");
  settings.rebalance_timeout = values.milliseconds("rebalance.timeout.ms");
  settings.heartbeat_interval = values.milliseconds("heartbeat.interval.ms");
  settings.worker_sync_timeout = values.milliseconds("worker.sync.timeout.ms");
  settings.worker_unsync_backoff = values.milliseconds("worker.unsync.backoff.ms");
  settings.scheduled_rebalance_max_delay = values.milliseconds("scheduled.rebalance.max.delay.ms");
  settings.config_topic = read_topic(values, "config.storage.", false);
  settings.offset_topic = read_topic(values, "offset.storage.", true);
  settings.status_topic = read_topic(values, "status.storage.", true);
  settings.connect_protocol = values.text("connect.protocol");
  for (char& c : settings.connect_protocol) c = static_cast<char>(c | 0x20);
  settings.key_ttl = values.milliseconds("inter.worker.key.ttl.ms");
  settings.key_generation_algorithm = values.text("inter.worker.key.generation.algorithm");
  settings.signature_algorithm = values.text("inter.worker.signature.algorithm");
  if (!values.is_null("inter.worker.key.size"))
    settings.key_size = static_cast<int32_t>(values.number("inter.worker.key.size"));
  settings.verification_algorithms = values.list("inter.worker.verification.algorithms");
  settings.exactly_once_source_support = values.text("exactly.once.source.support");
  for (char& c : settings.exactly_once_source_support)
    c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return settings;
}

}  // namespace millrace::config
