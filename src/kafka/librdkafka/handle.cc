#include "kafka/librdkafka/handle.h"

#include <librdkafka/rdkafka.h>
#include <syslog.h>

#include <condition_variable>
#include <thread>

namespace millrace::kafka {
namespace {

// Destroys instances in the background and knows how many are left.
class Reaper {
 public:
  void destroy(rd_kafka_t* instance, std::shared_ptr<ClientLog> log) {
    {
      std::lock_guard lock(mutex_);
      ++alive_;
    }
    std::thread([this, instance, log = std::move(log)]() mutable {
      rd_kafka_destroy_flags(instance, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
      log.reset();
      std::lock_guard lock(mutex_);
      --alive_;
      changed_.notify_all();
    }).detach();
  }
  void wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return alive_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int alive_ = 0;
};

Reaper& reaper() {
  static auto* reaper = new Reaper;  // never destroyed: its threads may outlive main
  return *reaper;
}

void log_callback(const rd_kafka_t* instance, int level, const char* facility,
                  const char* message) {
  if (auto* log = static_cast<ClientLog*>(rd_kafka_opaque(instance)))
    log->write(level, facility, message);
}

struct Meaning {
  int code;
  ErrorKind kind;
  const char* exception;
};

constexpr Meaning kMeanings[] = {
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ErrorKind::bad_data,
     "org.apache.kafka.common.errors.RecordTooLargeException"},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, ErrorKind::bad_data,
     "org.apache.kafka.common.errors.CorruptRecordException"},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, ErrorKind::bad_data,
     "org.apache.kafka.common.InvalidRecordException"},
    {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, ErrorKind::bad_data,
     "org.apache.kafka.common.errors.InvalidTimestampException"},
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, ErrorKind::bad_data,
     "org.apache.kafka.common.errors.RecordBatchTooLargeException"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorKind::fatal,
     "org.apache.kafka.common.errors.TopicAuthorizationException"},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ErrorKind::fatal,
     "org.apache.kafka.common.errors.GroupAuthorizationException"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ErrorKind::fatal,
     "org.apache.kafka.common.errors.ClusterAuthorizationException"},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ErrorKind::fatal,
     "org.apache.kafka.common.errors.TransactionalIdAuthorizationException"},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, ErrorKind::fatal,
     "org.apache.kafka.common.errors.SaslAuthenticationException"},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ErrorKind::fatal,
     "org.apache.kafka.common.errors.SaslAuthenticationException"},
    {RD_KAFKA_RESP_ERR__SSL, ErrorKind::fatal,
     "org.apache.kafka.common.errors.SslAuthenticationException"},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ErrorKind::bad_data,
     "org.apache.kafka.common.errors.InvalidTopicException"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ErrorKind::retriable,
     "org.apache.kafka.common.errors.UnknownTopicOrPartitionException"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ErrorKind::retriable,
     "org.apache.kafka.common.errors.UnknownTopicOrPartitionException"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, ErrorKind::retriable,
     "org.apache.kafka.common.errors.UnknownTopicOrPartitionException"},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, ErrorKind::timed_out,
     "org.apache.kafka.common.errors.TimeoutException"},
    {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, ErrorKind::timed_out,
     "org.apache.kafka.common.errors.TimeoutException"},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ErrorKind::timed_out,
     "org.apache.kafka.common.errors.TimeoutException"},
    {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, ErrorKind::timed_out,
     "org.apache.kafka.common.errors.TimeoutException"},
    {RD_KAFKA_RESP_ERR__PURGE_QUEUE, ErrorKind::cancelled,
     "org.apache.kafka.common.KafkaException"},
    {RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, ErrorKind::cancelled,
     "org.apache.kafka.common.KafkaException"},
    {RD_KAFKA_RESP_ERR__DESTROY, ErrorKind::cancelled, "org.apache.kafka.common.KafkaException"},
    {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, ErrorKind::conflict,
     "org.apache.kafka.clients.consumer.CommitFailedException"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, ErrorKind::conflict,
     "org.apache.kafka.clients.consumer.CommitFailedException"},
    {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, ErrorKind::retriable,
     "org.apache.kafka.common.errors.NotCoordinatorException"},
    {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, ErrorKind::retriable,
     "org.apache.kafka.common.errors.CoordinatorNotAvailableException"},
    {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ErrorKind::retriable,
     "org.apache.kafka.common.errors.CoordinatorLoadInProgressException"},
    {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, ErrorKind::retriable,
     "org.apache.kafka.common.errors.RebalanceInProgressException"},
    {RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, ErrorKind::fatal,
     "org.apache.kafka.common.errors.OffsetMetadataTooLarge"},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, ErrorKind::fatal,
     "org.apache.kafka.common.errors.FencedInstanceIdException"},
    {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, ErrorKind::fatal,
     "org.apache.kafka.common.errors.InconsistentGroupProtocolException"},
    {RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, ErrorKind::fatal,
     "org.apache.kafka.common.errors.InvalidGroupIdException"},
    {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, ErrorKind::fatal,
     "org.apache.kafka.common.errors.InvalidSessionTimeoutException"},
    {RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED, ErrorKind::fatal,
     "org.apache.kafka.common.errors.GroupMaxSizeReachedException"},
    {RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND, ErrorKind::not_found,
     "org.apache.kafka.common.errors.GroupIdNotFoundException"},
    {RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP, ErrorKind::conflict,
     "org.apache.kafka.common.errors.GroupNotEmptyException"},
    {RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC, ErrorKind::conflict,
     "org.apache.kafka.common.errors.GroupSubscribedToTopicException"},
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, ErrorKind::fatal,
     "org.apache.kafka.clients.consumer.OffsetOutOfRangeException"},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, ErrorKind::fatal,
     "org.apache.kafka.clients.consumer.OffsetOutOfRangeException"},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, ErrorKind::fatal,
     "org.apache.kafka.common.errors.UnsupportedVersionException"},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, ErrorKind::fatal,
     "org.apache.kafka.common.errors.UnsupportedVersionException"},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ErrorKind::fatal,
     "org.apache.kafka.common.errors.PolicyViolationException"},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, ErrorKind::fatal,
     "org.apache.kafka.common.errors.InvalidReplicationFactorException"},
    {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, ErrorKind::fatal,
     "org.apache.kafka.common.errors.InvalidPartitionsException"},
    {RD_KAFKA_RESP_ERR_INVALID_CONFIG, ErrorKind::bad_config,
     "org.apache.kafka.common.errors.InvalidConfigurationException"},
    {RD_KAFKA_RESP_ERR__FATAL, ErrorKind::fatal, "org.apache.kafka.common.KafkaException"},
    {RD_KAFKA_RESP_ERR__FENCED, ErrorKind::fatal,
     "org.apache.kafka.common.errors.ProducerFencedException"},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ErrorKind::fatal,
     "org.apache.kafka.common.errors.InvalidProducerEpochException"},
    {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorKind::fatal,
     "org.apache.kafka.common.errors.OutOfOrderSequenceException"},
    {RD_KAFKA_RESP_ERR__INVALID_ARG, ErrorKind::fatal, "java.lang.IllegalArgumentException"},
    {RD_KAFKA_RESP_ERR__STATE, ErrorKind::fatal, "java.lang.IllegalStateException"},
};

}  // namespace

Error client_error(int code, std::string_view what, std::string_view detail) {
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  std::string message(what);
  message += ": ";
  message += rd_kafka_err2str(error);
  if (!detail.empty() && detail != rd_kafka_err2str(error)) {
    message += ": ";
    message += detail;
  }
  for (const Meaning& meaning : kMeanings)
    if (meaning.code == code) return Error(meaning.kind, std::move(message), meaning.exception);
  return Error(ErrorKind::retriable, std::move(message),
               "org.apache.kafka.common.errors.RetriableException");
}

Error topic_not_authorized(std::string_view topic) {
  return {ErrorKind::fatal, "Not authorized to access topics: [" + std::string(topic) + "]",
          "org.apache.kafka.common.errors.TopicAuthorizationException"};
}

Error group_not_authorized(std::string_view group) {
  return {ErrorKind::fatal, "Not authorized to access group: " + std::string(group),
          "org.apache.kafka.common.errors.GroupAuthorizationException"};
}

bool ClientLog::due(std::string_view kind, uint64_t& suppressed) {
  std::lock_guard lock(mutex_);
  Kind& entry = kinds_[std::string(kind)];
  const auto now = std::chrono::steady_clock::now();
  if (now < entry.next) {
    ++entry.suppressed;
    return false;
  }
  entry.next = now + std::chrono::seconds(10);
  suppressed = std::exchange(entry.suppressed, 0);
  return true;
}

void ClientLog::write(int syslog_level, std::string_view facility, std::string_view message) {
  // What librdkafka calls an error is most often a connection that it will try again.
  const LogLevel level = syslog_level <= LOG_CRIT      ? LogLevel::kError
                         : syslog_level <= LOG_WARNING ? LogLevel::kWarn
                         : syslog_level <= LOG_INFO    ? LogLevel::kInfo
                                                       : LogLevel::kDebug;
  if (!log.enabled(level)) return;
  uint64_t suppressed = 0;
  if (level == LogLevel::kWarn && !due(facility, suppressed)) return;
  if (message.starts_with("[thrd:"))  // librdkafka's own thread names help nobody here
    if (const size_t end = message.find("]: "); end != std::string_view::npos)
      message.remove_prefix(end + 3);
  if (suppressed > 0)
    log.log(level, "{}: {} ({} more like this were left out)", facility, message, suppressed);
  else
    log.log(level, "{}: {}", facility, message);
}

Result<rd_kafka_conf_s*> make_configuration(const ClientSettings& settings,
                                            const std::shared_ptr<ClientLog>& log) {
  rd_kafka_conf_t* configuration = rd_kafka_conf_new();
  char why[512];
  for (const ClientSetting& setting : settings.settings) {
    if (rd_kafka_conf_set(configuration, setting.name.c_str(), setting.value.c_str(), why,
                          sizeof why) == RD_KAFKA_CONF_OK)
      continue;
    rd_kafka_conf_destroy(configuration);
    const bool quiet = setting.secret || setting.name.find("pem") != std::string::npos;
    return fail(ErrorKind::bad_config,
                "Invalid value " + (quiet ? "[hidden]" : setting.value) + " for configuration " +
                    setting.name + (quiet ? "" : std::string(": ") + why),
                "org.apache.kafka.common.config.ConfigException");
  }
  rd_kafka_conf_set_log_cb(configuration, log_callback);
  rd_kafka_conf_set_opaque(configuration, log.get());
  for (const std::string& notice : settings.notices) log->log.info("{}", notice);
  return configuration;
}

Result<std::shared_ptr<Handle>> Handle::make(int type, rd_kafka_conf_s* configuration,
                                             std::shared_ptr<ClientLog> log) {
  char why[512];
  rd_kafka_t* instance =
      rd_kafka_new(static_cast<rd_kafka_type_t>(type), configuration, why, sizeof why);
  if (instance == nullptr) {
    rd_kafka_conf_destroy(configuration);
    return fail(ErrorKind::bad_config, std::string("Failed to construct kafka client: ") + why,
                "org.apache.kafka.common.KafkaException");
  }
  return std::shared_ptr<Handle>(new Handle(instance, std::move(log)));
}

Handle::~Handle() { reaper().destroy(instance_, std::move(log_)); }

std::string_view Handle::intern(std::string_view topic) {
  auto found = topics_.find(topic);
  if (found != topics_.end()) return *found->second;
  auto name = std::make_unique<std::string>(topic);
  const std::string_view view = *name;
  topics_.emplace(view, std::move(name));
  return view;
}

void wait_for_destroyed_handles(std::chrono::milliseconds timeout) { reaper().wait(timeout); }

}  // namespace millrace::kafka
