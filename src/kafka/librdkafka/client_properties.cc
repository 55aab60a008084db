#include "kafka/librdkafka/client_properties.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "kafka/librdkafka/bootstrap_servers.h"
#include "kafka/librdkafka/client_bounds.h"
#include "kafka/librdkafka/iso_duration.h"
#include "kafka/librdkafka/security_properties.h"

namespace millrace::kafka {
namespace {

constexpr int kP = 1, kC = 2, kA = 4, kPC = 3, kAll = 7;

enum class Rule : uint8_t {
  kCopy,     // same meaning, perhaps another name
  kNumber,   // the same, clamped to librdkafka's range
  kBoolean,  // true or false
  kSilent,   // no meaning here, and nobody would miss it
  kNotice,   // no meaning here: one log line where it is set
  kRefuse,   // set to anything but empty: an error with `note` as the way out
  kSpecial,  // see apply_special
};

struct Property {
  std::string_view java;
  int roles;
  Rule rule;
  std::string_view librdkafka = {};
  int64_t least = 0, most = 0;  // librdkafka's range
  std::string_view note = {};
};

constexpr int64_t kInt = 2147483647;

constexpr Property kTable[] = {
    {"bootstrap.servers", kAll, Rule::kCopy, "bootstrap.servers"},
    {"client.id", kAll, Rule::kCopy, "client.id"},
    {"client.rack", kC, Rule::kCopy, "client.rack"},
    {"client.dns.lookup", kAll, Rule::kCopy, "client.dns.lookup"},
    {"metadata.max.age.ms", kAll, Rule::kSpecial},
    {"metadata.max.idle.ms", kP, Rule::kSilent},
    {"metadata.recovery.strategy", kAll, Rule::kSilent},
    {"metadata.recovery.rebootstrap.trigger.ms", kAll, Rule::kSilent},
    {"send.buffer.bytes", kAll, Rule::kNumber, "socket.send.buffer.bytes", 0, 100000000},
    {"receive.buffer.bytes", kAll, Rule::kNumber, "socket.receive.buffer.bytes", 0, 100000000},
    {"reconnect.backoff.ms", kAll, Rule::kNumber, "reconnect.backoff.ms", 0, 3600000},
    {"reconnect.backoff.max.ms", kAll, Rule::kNumber, "reconnect.backoff.max.ms", 0, 3600000},
    {"retry.backoff.ms", kAll, Rule::kNumber, "retry.backoff.ms", 1, 300000},
    {"retry.backoff.max.ms", kAll, Rule::kNumber, "retry.backoff.max.ms", 1, 300000},
    {"socket.connection.setup.timeout.ms", kAll, Rule::kNumber,
     "socket.connection.setup.timeout.ms", 1000, kInt},
    {"socket.connection.setup.timeout.max.ms", kAll, Rule::kSilent},
    {"connections.max.idle.ms", kAll, Rule::kSpecial},
    {"request.timeout.ms", kAll, Rule::kSpecial},
    {"default.api.timeout.ms", kC | kA, Rule::kSpecial},
    {"interceptor.classes", kPC, Rule::kNotice},
    {"metric.reporters", kAll, Rule::kNotice},
    {"auto.include.jmx.reporter", kAll, Rule::kSilent},
    {"metrics.num.samples", kAll, Rule::kSilent},
    {"metrics.recording.level", kAll, Rule::kSilent},
    {"metrics.sample.window.ms", kAll, Rule::kSilent},
    {"enable.metrics.push", kAll, Rule::kSilent},
    {"config.providers", kAll, Rule::kSilent},

    {"acks", kP, Rule::kSpecial},
    {"batch.size", kP, Rule::kNumber, "batch.size", 1, kInt},
    {"linger.ms", kP, Rule::kSpecial},
    {"compression.type", kP, Rule::kCopy, "compression.codec"},
    {"compression.gzip.level", kP, Rule::kSpecial},
    {"compression.lz4.level", kP, Rule::kSpecial},
    {"compression.zstd.level", kP, Rule::kSpecial},
    {"buffer.memory", kP, Rule::kSpecial},
    {"max.request.size", kP, Rule::kSpecial},
    {"max.in.flight.requests.per.connection", kP, Rule::kSpecial},
    {"enable.idempotence", kP, Rule::kSpecial},
    {"delivery.timeout.ms", kP, Rule::kSpecial},
    {"retries", kP, Rule::kSpecial},
    {"retries", kA, Rule::kSilent},
    {"max.block.ms", kP, Rule::kSilent},
    {"partitioner.class", kP, Rule::kSpecial},
    {"partitioner.ignore.keys", kP, Rule::kSpecial},
    {"partitioner.adaptive.partitioning.enable", kP, Rule::kSilent},
    {"partitioner.availability.timeout.ms", kP, Rule::kSilent},
    {"transactional.id", kP, Rule::kCopy, "transactional.id"},
    {"transaction.timeout.ms", kP, Rule::kNumber, "transaction.timeout.ms", 1000, kInt},
    {"transaction.two.phase.commit.enable", kP, Rule::kSpecial},
    {"key.serializer", kP, Rule::kSilent},
    {"value.serializer", kP, Rule::kSilent},

    {"group.id", kC, Rule::kCopy, "group.id"},
    {"group.instance.id", kC, Rule::kCopy, "group.instance.id"},
    {"group.protocol", kC, Rule::kSpecial},
    {"group.remote.assignor", kC, Rule::kRefuse, {}, 0, 0, "remove it"},
    {"partition.assignment.strategy", kC, Rule::kSpecial},
    {"auto.offset.reset", kC, Rule::kSpecial},
    {"isolation.level", kC, Rule::kSpecial},
    {"enable.auto.commit", kC, Rule::kSpecial},
    {"auto.commit.interval.ms", kC, Rule::kSilent},
    {"allow.auto.create.topics", kC, Rule::kBoolean, "allow.auto.create.topics"},
    {"exclude.internal.topics", kC, Rule::kSpecial},
    {"check.crcs", kC, Rule::kBoolean, "check.crcs"},
    {"fetch.min.bytes", kC, Rule::kNumber, "fetch.min.bytes", 1, 100000000},
    {"fetch.max.bytes", kC, Rule::kSpecial},
    {"fetch.max.wait.ms", kC, Rule::kNumber, "fetch.wait.max.ms", 0, 300000},
    {"max.partition.fetch.bytes", kC, Rule::kNumber, "fetch.message.max.bytes", 1, 1000000000},
    {"max.poll.records", kC, Rule::kSpecial},
    {"max.poll.interval.ms", kC, Rule::kNumber, "max.poll.interval.ms", 1, 86400000},
    {"session.timeout.ms", kC, Rule::kNumber, "session.timeout.ms", 1, 3600000},
    {"heartbeat.interval.ms", kC, Rule::kNumber, "heartbeat.interval.ms", 1, 3600000},
    {"key.deserializer", kC, Rule::kSilent},
    {"value.deserializer", kC, Rule::kSilent},
    {"internal.leave.group.on.close", kC, Rule::kSilent},
    {kFailOnLostRecords, kC, Rule::kSpecial},
};

const Property* find_property(std::string_view name, int role) {
  for (const Property& property : kTable)
    if (property.java == name && (property.roles & role) != 0) return &property;
  return nullptr;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return std::string(text);
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

class Translator {
 public:
  Translator(ClientRole role, const ClientProperties& java) : role_(role) {
    for (const auto& [key, value] : java) java_[key] = trimmed(value);
  }

  Result<ClientSettings> run() {
    set_defaults();
    for (const auto& [key, value] : java_) apply(key, value);
    if (is(ClientRole::kProducer)) finish_producer();
    if (is(ClientRole::kConsumer)) finish_consumer();
    translate_security(java_, out_, problems_);
    if (java_.count("bootstrap.servers") == 0)
      problems_.push_back(
          "Missing required configuration \"bootstrap.servers\" which has no default value.");
    else if (out_.find("bootstrap.servers") == nullptr && !is(ClientRole::kAdmin))
      problems_.push_back(
          "Configuration 'bootstrap.servers' must not be empty. Valid values include: any "
          "non-empty value");
    if (is(ClientRole::kProducer)) check_transactions();
    if (problems_.empty()) return constructed();
    std::string message;
    for (const std::string& problem : problems_) {
      if (!message.empty()) message += '\n';
      message += problem;
    }
    return fail(ErrorKind::bad_config, message, "org.apache.kafka.common.config.ConfigException");
  }

 private:
  bool is(ClientRole role) const { return role_ == role; }
  // What Java looks at when everything else is right, in the client's constructor.
  Result<ClientSettings> constructed() {
    if (is(ClientRole::kConsumer)) {
      if (auto group = checked_group(); !group) return not_constructed(std::move(group).error());
    }
    if (is(ClientRole::kProducer)) {
      if (auto time = checked_delivery_time(); !time)
        return not_constructed(std::move(time).error());
    }
    const std::string* given_servers = out_.find("bootstrap.servers");
    if (given_servers == nullptr)  // its definition lets an admin have none
      return not_constructed(Error(ErrorKind::bad_config,
                                   "No resolvable bootstrap urls given in bootstrap.servers",
                                   "org.apache.kafka.common.config.ConfigException"));
    auto servers = parse_bootstrap_servers(*given_servers);
    if (servers) return std::move(out_);
    return not_constructed(std::move(servers).error());
  }
  // ProducerConfig.postProcessAndValidateIdempotenceConfigs. Connect's own default is off.
  void check_transactions() {
    const std::string* idempotent = given("enable.idempotence");
    if (idempotent != nullptr && lower(*idempotent) == "false" &&
        given("transactional.id") != nullptr)
      problems_.push_back("Cannot set a transactional.id without also enabling idempotence.");
  }
  Result<void> checked_group() const {
    auto group = java_.find("group.id");
    if (group == java_.end()) return {};
    if (group->second.empty())
      return fail(ErrorKind::bad_config,
                  "The configured group.id should not be an empty string or whitespace.",
                  "org.apache.kafka.common.errors.InvalidGroupIdException");
    if (number_given("heartbeat.interval.ms", 3000) >= number_given("session.timeout.ms", 45000))
      return fail(ErrorKind::bad_config, "Heartbeat must be set lower than the session timeout",
                  "java.lang.IllegalArgumentException");
    return {};
  }
  Result<void> checked_delivery_time() const {
    const std::string* delivery = given("delivery.timeout.ms");
    if (delivery == nullptr) return {};
    const int64_t linger = std::min(number_given("linger.ms", 5), kInt);
    const int64_t needed = linger + number_given("request.timeout.ms", 30000);
    if (std::stoll(*delivery) >= std::min(needed, kInt)) return {};
    return fail(ErrorKind::bad_config,
                "delivery.timeout.ms should be equal to or larger than linger.ms + "
                "request.timeout.ms",
                "org.apache.kafka.common.config.ConfigException");
  }
  int64_t number_given(const char* key, int64_t fallback) const {
    const std::string* text = given(key);
    return text == nullptr ? fallback : std::stoll(*text);
  }
  Failure not_constructed(Error cause) const {
    const char* what = is(ClientRole::kProducer)   ? "Failed to construct kafka producer"
                       : is(ClientRole::kConsumer) ? "Failed to construct kafka consumer"
                                                   : "Failed to create new KafkaAdminClient";
    return fail(Error(ErrorKind::bad_config, what, "org.apache.kafka.common.KafkaException")
                    .caused_by(std::move(cause)));
  }
  const std::string* given(const std::string& key) const {
    auto found = java_.find(key);
    return found == java_.end() || found->second.empty() ? nullptr : &found->second;
  }
  void wrong(std::string_view key, std::string_view value, std::string_view why) {
    problems_.push_back("Invalid value " + std::string(value) + " for configuration " +
                        std::string(key) + ": " + std::string(why));
  }

  std::optional<int64_t> number(std::string_view key, const std::string& value) {
    int64_t result = 0;
    const char* begin = value.data() + (value.starts_with('+') ? 1 : 0);
    auto [end, error] = std::from_chars(begin, value.data() + value.size(), result);
    if (error == std::errc() && end == value.data() + value.size() && begin != end) return result;
    wrong(key, value, "Not a number of type LONG");
    return std::nullopt;
  }
  std::optional<bool> boolean(std::string_view key, const std::string& value) {
    const std::string text = lower(value);
    if (text == "true" || text == "false") return text == "true";
    wrong(key, value, "Expected value to be either true or false");
    return std::nullopt;
  }
  void set_clamped(std::string_view key, int64_t value, std::string_view name, int64_t least,
                   int64_t most) {
    const int64_t used = std::clamp(value, least, most);
    if (used != value)
      out_.notices.push_back("The value " + std::to_string(value) + " of '" + std::string(key) +
                             "' is taken as " + std::to_string(used) +
                             ", the nearest that this client knows.");
    out_.set(std::string(name), std::to_string(used));
  }

  void set_defaults();
  void apply(const std::string& key, const std::string& value);
  void apply_special(const std::string& key, const std::string& value);
  void apply_producer(const std::string& key, const std::string& value);
  void apply_consumer(const std::string& key, const std::string& value);
  bool offset_reset(std::string_view value);
  void partitioner_class(const std::string& value);
  void assignment_strategy(const std::string& value);
  void finish_producer();
  void finish_consumer();

  const ClientRole role_;
  std::map<std::string, std::string> java_;
  ClientSettings out_;
  std::vector<std::string> problems_;
  int64_t retries_ = kInt, in_flight_ = 5;
};

// Java's defaults where librdkafka's differ; see docs/decisions/kafka-client.md.
void Translator::set_defaults() {
  out_.set("log.connection.close", "false");
  out_.set("enable.metrics.push", "false");
  out_.set("connections.max.idle.ms", "540000");
  out_.set("reconnect.backoff.ms", "50");
  out_.set("reconnect.backoff.max.ms", "1000");
  out_.set("socket.timeout.ms", "30000");
  out_.set("socket.keepalive.enable", "true");
  out_.set("socket.nagle.disable", "true");
  if (is(ClientRole::kProducer)) {
    out_.set("acks", "all");
    out_.set("enable.idempotence", "true");
    out_.set("partitioner", "murmur2_random");
    out_.set("linger.ms", "5");
    out_.set("message.max.bytes", "1048576");
    out_.set("queue.buffering.max.kbytes", "32768");
    out_.set("queue.buffering.max.messages", "100000");
    out_.set("message.timeout.ms", "120000");
    // A topic that is not there is waited for: the Java producer blocks for max.block.ms, which
    // Connect makes infinite; half an hour is nearly the most that librdkafka can count (its
    // documented range overflows).
    out_.set("topic.metadata.propagation.max.ms", "2000000");
  }
  if (is(ClientRole::kConsumer)) {
    out_.set("isolation.level", "read_uncommitted");
    out_.set("enable.auto.commit", "false");
    out_.set("enable.auto.offset.store", "false");
    out_.set("allow.auto.create.topics", "true");
    out_.set("check.crcs", "true");
    out_.set("partition.assignment.strategy", "range");
    // The prefetch: small, and asked for again at once when it has been drawn upon.
    out_.set("queued.min.messages", "20000");
    out_.set("queued.max.messages.kbytes", "8192");
    out_.set("fetch.queue.backoff.ms", "5");
  }
}

void Translator::apply(const std::string& key, const std::string& value) {
  if (key.starts_with("librdkafka.")) return out_.set(key.substr(11), value);
  const Property* property = find_property(key, static_cast<int>(role_));
  if (property == nullptr) return;  // as Java: unknown keys are not an error
  if (auto problem = client_value_problem(key, value)) return wrong(key, value, *problem);
  if (value.empty()) return;
  switch (property->rule) {
    case Rule::kCopy: out_.set(std::string(property->librdkafka), value); break;
    case Rule::kNumber:
      if (auto n = number(key, value)) {
        if (*n == -1 && key.ends_with("buffer.bytes")) n = 0;  // Java's -1 is the system's default
        set_clamped(key, *n, property->librdkafka, property->least, property->most);
      }
      break;
    case Rule::kBoolean:
      if (auto b = boolean(key, value))
        out_.set(std::string(property->librdkafka), *b ? "true" : "false");
      break;
    case Rule::kSilent: break;
    case Rule::kNotice:
      out_.notices.push_back("The property '" + key +
                             "' is accepted but has no effect: it names Java classes.");
      break;
    case Rule::kRefuse:
      wrong(key, value, "it has no counterpart here: " + std::string(property->note));
      break;
    case Rule::kSpecial: apply_special(key, value); break;
  }
}

void Translator::apply_special(const std::string& key, const std::string& value) {
  if (is(ClientRole::kProducer)) apply_producer(key, value);
  if (is(ClientRole::kConsumer)) apply_consumer(key, value);
  if (key == "metadata.max.age.ms") {
    if (auto n = number(key, value)) {
      set_clamped(key, *n, "topic.metadata.refresh.interval.ms", 10, 3600000);
      out_.metadata_max_age = std::chrono::milliseconds(std::max<int64_t>(*n, 100));
      out_.set("metadata.max.age.ms", std::to_string(std::clamp<int64_t>(*n, 10, 28800000) * 3));
    }
  } else if (key == "connections.max.idle.ms") {
    if (auto n = number(key, value)) set_clamped(key, *n < 0 ? 0 : *n, key, 0, kInt);
  } else if (key == "request.timeout.ms") {
    if (auto n = number(key, value)) {
      set_clamped(key, *n, "socket.timeout.ms", 1000, 300000);
      if (is(ClientRole::kProducer))
        out_.set("request.timeout.ms", std::to_string(std::clamp<int64_t>(*n, 1, 900000)));
    }
  } else if (key == "default.api.timeout.ms") {
    if (auto n = number(key, value)) out_.api_timeout = std::chrono::milliseconds(*n);
  }
}

void Translator::apply_producer(const std::string& key, const std::string& value) {
  if (key == "acks") {
    out_.set("acks", value);
  } else if (key == "enable.idempotence") {
    boolean(key, value);  // always on where it can be: order depends on it
  } else if (key == "partitioner.class") {
    partitioner_class(value);
  } else if (key == "partitioner.ignore.keys" || key == "transaction.two.phase.commit.enable") {
    if (boolean(key, value).value_or(false))
      wrong(key, value, "it is not supported: remove it or set it to false");
  } else if (key.starts_with("compression.") && key.ends_with(".level")) {
    const std::string* type = given("compression.type");
    if (type != nullptr && "compression." + *type + ".level" == key)
      if (auto n = number(key, value))
        set_clamped(key, *n, "compression.level", -1, *type == "gzip" ? 9 : 12);
  } else if (key == "linger.ms") {
    if (auto n = number(key, value)) {
      set_clamped(key, *n, "linger.ms", 0, 900000);
      out_.linger = std::chrono::milliseconds(*n);
    }
  } else if (key == "buffer.memory") {
    if (auto n = number(key, value))
      set_clamped(key, std::max<int64_t>(1, *n / 1024), "queue.buffering.max.kbytes", 1, kInt);
  } else if (key == "max.request.size") {
    if (auto n = number(key, value)) {
      set_clamped(key, *n, "message.max.bytes", 1000, 1000000000);
      out_.max_request_size = static_cast<size_t>(std::max<int64_t>(*n, 0));
    }
  } else if (key == "max.in.flight.requests.per.connection") {
    if (auto n = number(key, value)) {
      in_flight_ = *n;
      if (*n < 1) wrong(key, value, "Value must be at least 1");
    }
  } else if (key == "delivery.timeout.ms") {
    if (auto n = number(key, value))  // Java's largest value, Connect's default: for ever
      out_.set("message.timeout.ms", std::to_string(*n >= kInt ? 0 : std::max<int64_t>(*n, 1)));
  } else if (key == "retries") {
    if (auto n = number(key, value)) retries_ = std::clamp<int64_t>(*n, 0, kInt);
  }
}

// AutoOffsetResetStrategy.fromString
bool Translator::offset_reset(std::string_view value) {
  constexpr std::string_view kByDuration = "by_duration:";
  if (value == "earliest") {
    out_.offset_reset = OffsetReset::kEarliest;
  } else if (value == "latest") {
    out_.offset_reset = OffsetReset::kLatest;
  } else if (value == "none") {
    out_.offset_reset = OffsetReset::kNone;
  } else if (value.starts_with(kByDuration)) {
    const auto duration = parse_iso_duration(value.substr(kByDuration.size()));
    if (!duration || duration->count() < 0) return false;
    out_.offset_reset = OffsetReset::kByDuration;
    out_.offset_reset_duration = *duration;
  } else {
    return false;
  }
  return true;
}

void Translator::apply_consumer(const std::string& key, const std::string& value) {
  if (key == "group.protocol") {
    if (lower(value) != "classic")
      wrong(key, value, "only the classic group protocol is supported: remove it or set classic");
  } else if (key == "partition.assignment.strategy") {
    assignment_strategy(value);
  } else if (key == "auto.offset.reset") {
    if (!offset_reset(value))
      wrong(key, value,
            "Invalid value `" + value +
                "` for configuration auto.offset.reset. The value must be either "
                "'earliest', 'latest', 'none' or of the format "
                "'by_duration:<PnDTnHnMn.nS.>'.");
  } else if (key == "isolation.level") {
    out_.set(key, value);
    out_.read_committed = value == "read_committed";
  } else if (key == "enable.auto.commit") {
    if (boolean(key, value).value_or(false))
      wrong(key, value,
            "offsets are committed after the records were written, never by a timer: remove it");
  } else if (key == "exclude.internal.topics") {
    out_.exclude_internal_topics = boolean(key, value).value_or(true);
  } else if (key == "fetch.max.bytes") {
    if (auto n = number(key, value)) {
      set_clamped(key, *n, key, 1, 2147483135);
      out_.set("receive.message.max.bytes",
               std::to_string(std::clamp<int64_t>(*n, 100000000, 2147483135) + 512));
    }
  } else if (key == "max.poll.records") {
    if (auto n = number(key, value)) {
      if (*n < 1) wrong(key, value, "Value must be at least 1");
      out_.max_poll_records = static_cast<size_t>(std::clamp<int64_t>(*n, 1, 100000));
    }
  } else if (key == kFailOnLostRecords) {
    out_.fail_on_lost_records = boolean(key, value).value_or(false);
  }
}

void Translator::partitioner_class(const std::string& value) {
  const size_t dot = value.rfind('.');
  const std::string name = dot == std::string::npos ? value : value.substr(dot + 1);
  if (name == "DefaultPartitioner" || name == "BuiltInPartitioner")
    out_.set("partitioner", "murmur2_random");
  else if (name == "UniformStickyPartitioner")
    out_.set("partitioner", "random");
  else
    wrong("partitioner.class", value,
          "a Java class cannot be loaded into this client: remove it (keys are hashed as the Java "
          "client hashes them), or have the connector choose partitions");
}

// The group's members agree on an assignor by name, so what is not spoken must not be claimed. A
// list that holds both range and cooperative-sticky (Java's default) starts as range in a group of
// Java members, too.
void Translator::assignment_strategy(const std::string& value) {
  bool range = false, round_robin = false, cooperative = false;
  for (size_t begin = 0; begin <= value.size();) {
    const size_t end = std::min(value.find(',', begin), value.size());
    std::string name = trimmed(std::string_view(value).substr(begin, end - begin));
    begin = end + 1;
    if (const size_t dot = name.rfind('.'); dot != std::string::npos) name = name.substr(dot + 1);
    if (name == "RangeAssignor" || name == "range")
      range = true;
    else if (name == "RoundRobinAssignor" || name == "roundrobin")
      round_robin = true;
    else if (name == "CooperativeStickyAssignor" || name == "cooperative-sticky")
      cooperative = true;
    else
      return wrong("partition.assignment.strategy", value,
                   "known are RangeAssignor, RoundRobinAssignor and CooperativeStickyAssignor of "
                   "org.apache.kafka.clients.consumer; remove the others");
  }
  if (range || round_robin)
    out_.set("partition.assignment.strategy", range && round_robin ? "range,roundrobin"
                                              : range              ? "range"
                                                                   : "roundrobin");
  else if (cooperative)
    out_.set("partition.assignment.strategy", "cooperative-sticky");
}

// Without idempotence librdkafka reorders on a retry even with one request in flight, where the
// Java client does not. So idempotence is on wherever the broker's promise of it can be had, also
// where Connect's default says off.
void Translator::finish_producer() {
  const std::string acks = *out_.find("acks");
  if (acks != "all" && acks != "-1") {
    out_.set("enable.idempotence", "false");
    out_.set("max.in.flight.requests.per.connection", std::to_string(in_flight_));
    out_.set("message.send.max.retries", std::to_string(retries_));
    out_.notices.push_back("With acks=" + acks +
                           " the order of records is not kept when a request is retried.");
    return;
  }
  if (retries_ == 0) {
    out_.set("enable.idempotence", "false");
    out_.set("message.send.max.retries", "0");
  }
  out_.set("max.in.flight.requests.per.connection",
           std::to_string(std::clamp<int64_t>(in_flight_, 1, 5)));
  if (out_.find("transactional.id") != nullptr) {
    const std::string* timeout = out_.find("transaction.timeout.ms");
    const int64_t most = timeout == nullptr ? 60000 : std::stoll(*timeout);
    const int64_t delivery = std::stoll(*out_.find("message.timeout.ms"));
    if (delivery == 0 || delivery > most) out_.set("message.timeout.ms", std::to_string(most));
    if (std::stoll(*out_.find("socket.timeout.ms")) > most - 100)
      out_.set("socket.timeout.ms", std::to_string(std::max<int64_t>(1000, most - 100)));
  }
}

void Translator::finish_consumer() {
  out_.has_group = out_.find("group.id") != nullptr;
  if (!out_.has_group) out_.set("group.id", "millrace-no-group");  // never joined, never committed
  // The start of a partition is always resolved here (committed offset, else the policy), so that
  // librdkafka's own reset concerns offsets that went out of range only.
  // It knows no durations: what is left of the records is nearest to what was asked for.
  const bool refuse = out_.fail_on_lost_records || out_.offset_reset == OffsetReset::kNone;
  out_.set("auto.offset.reset", refuse                                      ? "error"
                                : out_.offset_reset == OffsetReset::kLatest ? "latest"
                                                                            : "earliest");
  auto value_of = [&](const char* name, int64_t fallback) {
    const std::string* text = out_.find(name);
    return text == nullptr ? fallback : std::stoll(*text);
  };
  const int64_t session = value_of("session.timeout.ms", 45000);
  if (value_of("max.poll.interval.ms", 300000) < session)
    out_.set("max.poll.interval.ms", std::to_string(session));
  const int64_t wait = value_of("fetch.wait.max.ms", 500);
  if (value_of("socket.timeout.ms", 30000) < wait + 1000)
    out_.set("socket.timeout.ms", std::to_string(std::min<int64_t>(300000, wait + 1000)));
}

}  // namespace

const std::string* ClientSettings::find(std::string_view name) const {
  for (const ClientSetting& setting : settings)
    if (setting.name == name) return &setting.value;
  return nullptr;
}

void ClientSettings::set(std::string name, std::string value, bool secret) {
  for (ClientSetting& setting : settings)
    if (setting.name == name) {
      setting.value = std::move(value);
      setting.secret = secret;
      return;
    }
  settings.push_back({std::move(name), std::move(value), secret});
}

Result<ClientSettings> translate_client_properties(ClientRole role, const ClientProperties& java) {
  return Translator(role, java).run();
}

}  // namespace millrace::kafka
