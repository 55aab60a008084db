// The table of a worker's keys, but for those of distributed workers alone. Names, defaults and
// order are those of Kafka Connect 4.3.1.

#include <algorithm>
#include <array>

#include "config/key_table.h"
#include "config/worker_config.h"

namespace millrace::config {
namespace {

std::optional<Problem> whole(std::string message) { return Problem{std::move(message), true}; }

std::optional<Problem> check_listeners(std::string_view, const Value& value) {
  if (value.list.empty())
    return whole(
        "Invalid value for listeners, at least one URL is expected, ex: "
        "http://localhost:8080,https://localhost:8443.");
  for (const std::string& url : value.list)
    if (trim(url).empty()) return whole("Empty URL found when parsing listeners list.");
  return {};
}

// Items of a comma-separated text; a comma between double quotes does not separate.
std::vector<std::string> split_quoted(std::string_view text) {
  std::vector<std::string> items(1);
  bool quoted = false;
  for (char c : text) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      items.emplace_back();
    else
      items.back().push_back(c);
  }
  return items;
}

std::optional<Problem> check_header_rule(std::string_view rule) {
  rule = trim(rule);
  const size_t blank = rule.find(' ');
  const size_t colon = rule.find(':');
  if (blank == std::string_view::npos || colon == std::string_view::npos || colon < blank)
    return whole("Invalid format of header config '" + std::string(rule) +
                 "'. Expected: '[action] [header name]:[header value]'");
  std::string action(rule.substr(0, blank)), lower = action;
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  constexpr std::array<std::string_view, 4> kActions{"set", "add", "setdate", "adddate"};
  if (std::find(kActions.begin(), kActions.end(), lower) == kActions.end())
    return whole("Invalid header config action: '" + action +
                 "'. Expected one of [set, add, setDate, addDate]");
  const std::string_view name = trim(rule.substr(blank + 1, colon - blank - 1));
  if (name.empty() || name.find_first_of(" \t") != std::string_view::npos)
    return whole("Invalid header name '" + std::string(name) +
                 "'. The '[header name]' cannot contain whitespace");
  return {};
}

std::optional<Problem> check_response_headers(std::string_view, const Value& value) {
  if (value.is_null() || trim(*value.text).empty()) return {};
  for (const std::string& rule : split_quoted(*value.text))
    if (std::optional<Problem> problem = check_header_rule(rule)) return problem;
  return {};
}

std::vector<WorkerRow> common_rows() {
  return {
      {"bootstrap.servers", kList, kRequired, kHigh,
       "Addresses (host:port) of Kafka brokers with which the first connection is made. The other "
       "brokers are learnt from them.",
       list_of({}, false, false)},
      {"client.dns.lookup", kString, "use_all_dns_ips", kMedium,
       "How a broker's host name with several addresses is used: one address after the other, or "
       "each address resolved to its canonical name first.",
       one_of({"use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"}),
       "[use_all_dns_ips, resolve_canonical_bootstrap_servers_only]"},
      {"key.converter", kClass, kRequired, kHigh,
       "Converter of record keys for connectors that set none of their own."},
      {"key.converter.plugin.version", kString, kNull, kLow,
       "Version of the key converter; the newest by default."},
      {"value.converter", kClass, kRequired, kHigh,
       "Converter of record values for connectors that set none of their own."},
      {"value.converter.plugin.version", kString, kNull, kLow,
       "Version of the value converter; the newest by default."},
      {"task.shutdown.graceful.timeout.ms", kLong, "5000", kLow,
       "How long the worker waits at its end until all tasks have flushed and committed. This is "
       "the time for all tasks together; they are asked at once."},
      {"offset.flush.interval.ms", kLong, "60000", kLow, "How often tasks commit their offsets."},
      {"offset.flush.timeout.ms", kLong, "5000", kLow,
       "How long a commit of source offsets may take before it is given up and tried again at the "
       "next interval."},
      {"plugin.path", kList, kNull, kLow,
       "Folders in which connectors are looked for, beside those installed with the worker.",
       list_of({}, false, true)},
      {"plugin.discovery", kString, "hybrid_warn", kLow,
       "Accepted for compatibility: how the Java worker finds plug-ins. Has no effect here.",
       one_of_ignoring_case({"ONLY_SCAN", "SERVICE_LOAD", "HYBRID_WARN", "HYBRID_FAIL"}),
       "(case insensitive) [ONLY_SCAN, SERVICE_LOAD, HYBRID_WARN, HYBRID_FAIL]"},
      {"metrics.sample.window.ms", kLong, "30000", kLow,
       "Length of one sample of which rates, averages and maxima are made.", at_least(0),
       "[0,...]"},
      {"metrics.num.samples", kInt, "2", kLow, "Number of samples that are kept.", at_least(1),
       "[1,...]"},
      {"metrics.recording.level", kString, "INFO", kLow,
       "Accepted for compatibility. All metrics are always recorded.", one_of({"INFO", "DEBUG"}),
       "[INFO, DEBUG]"},
      {"metric.reporters", kList, "org.apache.kafka.common.metrics.JmxReporter", kLow,
       "Accepted for compatibility. Metrics are read at GET /metrics.", list_of({}, true, false)},
      {"header.converter", kClass, "org.apache.kafka.connect.storage.SimpleHeaderConverter", kLow,
       "Converter of record headers for connectors that set none of their own."},
      {"header.converter.plugin.version", kString, kNull, kLow,
       "Version of the header converter; the newest by default."},
      {"config.providers", kList, "", kLow,
       "Names of providers that resolve variables ${provider:path:key} in configurations.",
       list_of({}, true, false)},
      {"connector.client.config.override.policy", kString, "All", kMedium,
       "Which client settings a connector may override with producer.override., "
       "consumer.override. and admin.override.: All, None, Principal or Allowlist (with "
       "connector.client.config.override.allowlist)."},
      {"topic.creation.enable", kBoolean, "true", kLow,
       "Whether topics of source connectors that have topic.creation. settings are created by the "
       "worker."},
  };
}

std::vector<WorkerRow> ssl_rows() {
  return {
      {"ssl.protocol", kString, "TLSv1.3", kMedium, "TLS version that is preferred."},
      {"ssl.provider", kString, kNull, kMedium, "Accepted for compatibility: a Java provider."},
      {"ssl.cipher.suites", kList, "", kLow, "Cipher suites that are allowed; empty: all usual.",
       list_of({}, true, false)},
      {"ssl.enabled.protocols", kList, "TLSv1.2,TLSv1.3", kMedium, "TLS versions that are allowed.",
       list_of({}, true, false)},
      {"ssl.keystore.type", kString, "JKS", kMedium, "Format of the key store: PKCS12 or PEM."},
      {"ssl.keystore.location", kString, kNull, kHigh, "File of the key store."},
      {"ssl.keystore.password", kPassword, kNull, kHigh, "Password of the key store."},
      {"ssl.key.password", kPassword, kNull, kHigh, "Password of the private key."},
      {"ssl.keystore.key", kPassword, kNull, kHigh, "Private key as PEM text."},
      {"ssl.keystore.certificate.chain", kPassword, kNull, kHigh, "Certificates as PEM text."},
      {"ssl.truststore.certificates", kPassword, kNull, kHigh, "Trusted certificates as PEM text."},
      {"ssl.truststore.type", kString, "JKS", kMedium, "Format of the trust store: PKCS12 or PEM."},
      {"ssl.truststore.location", kString, kNull, kHigh, "File of the trust store."},
      {"ssl.truststore.password", kPassword, kNull, kHigh, "Password of the trust store."},
      {"ssl.keymanager.algorithm", kString, "SunX509", kLow, "Accepted for compatibility."},
      {"ssl.trustmanager.algorithm", kString, "PKIX", kLow, "Accepted for compatibility."},
      {"ssl.endpoint.identification.algorithm", kString, "https", kLow,
       "How a server's name is checked; empty: not at all."},
      {"ssl.secure.random.implementation", kString, kNull, kLow, "Accepted for compatibility."},
      {"ssl.engine.factory.class", kClass, kNull, kLow, "Accepted for compatibility."},
  };
}

std::vector<WorkerRow> rest_rows() {
  return {
      {"topic.tracking.enable", kBoolean, "true", kLow,
       "Whether the topics that each connector used are noted."},
      {"topic.tracking.allow.reset", kBoolean, "true", kLow,
       "Whether users may clear a connector's noted topics."},
      {"listeners", kList, "http://:8083", kLow,
       "URLs at which the REST API listens. No host: all interfaces.", check_listeners,
       "List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443."},
      {"rest.advertised.host.name", kString, kNull, kLow,
       "Host name under which other workers reach this one."},
      {"rest.advertised.port", kInt, kNull, kLow, "Port under which other workers reach this one."},
      {"rest.advertised.listener", kString, kNull, kLow,
       "Which kind of listener other workers use: http or https."},
      {"access.control.allow.origin", kString, "", kLow,
       "Origins whose pages may call the REST API; empty: none."},
      {"access.control.allow.methods", kString, "", kLow,
       "Methods that such pages may use; empty: GET, POST and HEAD."},
      {"response.http.headers.config", kString, "", kLow, "Headers that are added to answers.",
       check_response_headers,
       "Comma-separated header rules, where each header rule is of the form '[action] [header "
       "name]:[header value]' and optionally surrounded by double quotes if any part of a header "
       "rule contains a comma"},
      {"ssl.client.auth", kString, "none", kLow,
       "Whether clients of an https listener must show a certificate.",
       one_of({"required", "requested", "none"}), "[required, requested, none]"},
      {"rest.extension.classes", kList, "", kLow,
       "What extends the REST API. There is "
       "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension: names "
       "and passwords.",
       list_of({}, true, false)},
      {"admin.listeners", kList, kNull, kLow,
       "URLs at which /admin is served. Not set: the listeners; empty: /admin is off.",
       list_of({}, true, true)},
  };
}

std::vector<WorkerRow> standalone_rows() {
  return {{"offset.storage.file.filename", kString, kRequired, kHigh,
           "File in which a standalone worker keeps the offsets of source connectors."}};
}

std::vector<WorkerRow> own_rows() {
  return {
      {"millrace.rest.jaas.config", kString, "", kLow,
       "JAAS file with the entry KafkaConnect, for basic authentication. Empty: the one that the "
       "environment variable KAFKA_OPTS names with -Djava.security.auth.login.config=."},
      {"millrace.log.format", kString, "text", kLow, "Form of log lines: text or json.",
       one_of_ignoring_case({"TEXT", "JSON"}), "(case insensitive) [TEXT, JSON]"},
  };
}

}  // namespace

const ConfigDef& worker_config_def(WorkerMode mode) {
  auto make = [](WorkerMode of) {
    ConfigDef result;
    auto define = [&](const std::vector<WorkerRow>& rows) {
      for (const WorkerRow& row : rows) {
        ConfigKey key = make_key(row);
        // Java's ValidList drops repeated items of all these lists but `listeners`.
        key.drop_duplicates = key.type == Type::kList && key.name != "listeners";
        result.define(std::move(key));
      }
    };
    define(common_rows());
    define(ssl_rows());
    define(rest_rows());
    if (of == WorkerMode::kStandalone)
      define(standalone_rows());
    else
      result.append(distributed_only_config_def());
    define(own_rows());
    return result;
  };
  static const ConfigDef standalone = make(WorkerMode::kStandalone);
  static const ConfigDef distributed = make(WorkerMode::kDistributed);
  return mode == WorkerMode::kStandalone ? standalone : distributed;
}

}  // namespace millrace::config
