#include "runtime/topic_creation.h"

#include <utility>

#include "config/connector_config.h"
#include "config/topic_creation_config.h"
#include "runtime/java_names.h"

namespace millrace::runtime {
namespace {

constexpr std::chrono::milliseconds kAdminTimeout{60'000};

// One pattern for all: an empty list matches the empty name only.
Result<JavaRegex> any_of(const std::vector<std::string>& patterns) {
  std::string pattern;
  for (const std::string& each : patterns) pattern += (pattern.empty() ? "" : "|") + each;
  return JavaRegex::compile(pattern);
}

Result<TopicCreationGroup> make_group(config::TopicCreationRules rules) {
  auto include = any_of(rules.include);
  if (!include) return fail(std::move(include).error());
  auto exclude = any_of(rules.exclude);
  if (!exclude) return fail(std::move(exclude).error());
  return TopicCreationGroup{std::move(rules.group),   *std::move(include),
                            *std::move(exclude),      rules.partitions,
                            rules.replication_factor, std::move(rules.configs)};
}

// NewTopic.toString
std::string described(const kafka::NewTopic& topic) {
  auto number = [](int32_t n) { return n < 0 ? std::string("default") : std::to_string(n); };
  std::string configs;
  for (const auto& [key, value] : topic.configs)
    configs += (configs.empty() ? "" : ", ") + key + "=" + value;
  return "(name=" + topic.name + ", numPartitions=" + number(topic.partitions) +
         ", replicationFactor=" + number(topic.replication_factor) +
         ", replicasAssignments=null, configs={" + configs + "})";
}

// Java: TopicAdmin.createOrFindTopics and AbstractWorkerSourceTask.maybeCreateTopic.
Error not_created(const kafka::NewTopic& topic, Error cause) {
  const std::string_view exception = cause.exception_class();
  const std::string named = "topic(s) '" + topic.name + "'";
  auto failed = [](std::string message) {
    return Error(ErrorKind::fatal, std::move(message), java::kConnectException);
  };
  if (exception.ends_with(".TopicAuthorizationException") ||
      exception.ends_with(".ClusterAuthorizationException"))
    return failed("Task failed to create new topic " + described(topic) +
                  ". Ensure that the task is authorized to create topics or that the topic exists "
                  "and restart the task");
  if (kafka::is_invalid_configuration(cause)) {
    Error error = failed("Unable to create " + named + ": " + cause.message());
    return std::move(error).caused_by(std::move(cause));
  }
  if (cause.kind() == ErrorKind::timed_out)
    return failed("Timed out while checking for or creating " + named +
                  ". This could indicate a connectivity issue, unavailable topic partitions, or if "
                  "this is your first use of the topic it may have taken too long to create.")
        .caused_by(std::move(cause));
  return failed("Error while attempting to create/find " + named)
      .caused_by(java::waited_for(std::move(cause)));
}

}  // namespace

bool makes_topics(const config::WorkerConfig& worker, plugin::ConnectorType type,
                  const config::Properties& connector_config) {
  return type == plugin::ConnectorType::kSource && worker.topic_creation_enable &&
         config::uses_topic_creation({connector_config.begin(), connector_config.end()});
}

Result<void> check_topic_creation(const config::WorkerConfig& worker, plugin::ConnectorType type,
                                  const config::Properties& connector_config) {
  if (!makes_topics(worker, type, connector_config)) return {};
  auto rules = config::topic_creation_rules(connector_config);
  if (rules) return {};
  return fail(ErrorKind::fatal, rules.error().message(),
              "org.apache.kafka.common.config.ConfigException");
}

Result<std::shared_ptr<TopicCreation>> TopicCreation::make(
    const config::Properties& connector_config, std::shared_ptr<kafka::ClientFactory> clients,
    kafka::ClientProperties admin_properties, const std::string& log_context) {
  auto rules = config::topic_creation_rules(connector_config);
  if (!rules) return fail(std::move(rules).error());
  std::vector<TopicCreationGroup> groups;
  for (config::TopicCreationRules& each : *rules) {
    auto group = make_group(std::move(each));
    if (!group) return fail(std::move(group).error());
    groups.push_back(*std::move(group));
  }
  return std::shared_ptr<TopicCreation>(new TopicCreation(
      std::move(groups), std::move(clients), std::move(admin_properties), log_context));
}

TopicCreation::TopicCreation(std::vector<TopicCreationGroup> groups,
                             std::shared_ptr<kafka::ClientFactory> clients,
                             kafka::ClientProperties properties, const std::string& log_context)
    : groups_(std::move(groups)),
      clients_(std::move(clients)),
      properties_(std::move(properties)),
      log_context_(log_context),
      log_("org.apache.kafka.connect.runtime.WorkerSourceTask", log_context) {}

const TopicCreationGroup& TopicCreation::group_of(std::string_view topic) const {
  for (size_t i = 0; i + 1 < groups_.size(); ++i)
    if (groups_[i].matches(topic)) return groups_[i];
  return groups_.back();
}

Result<void> TopicCreation::ensure(std::string_view topic) {
  if (known(topic)) return {};
  if (admin_ == nullptr) {
    auto admin = clients_->make_admin(properties_, log_context_);
    if (!admin) return fail(std::move(admin).error());
    admin_ = *std::move(admin);
  }
  log_.info(
      "The task will send records to topic '{}' for the first time. Checking whether topic exists",
      topic);
  auto existing = admin_->describe_topics({std::string(topic)}, kAdminTimeout);
  if (!existing) return fail(std::move(existing).error());
  if (existing->empty()) {
    const TopicCreationGroup& group = group_of(topic);
    const kafka::NewTopic wished{std::string(topic), group.partitions, group.replication_factor,
                                 group.configs};
    if (auto made = admin_->create_topic(wished, kAdminTimeout); !made) {
      log_.warn("Request to create new topic '{}' failed: {}", topic, made.error().describe());
      return fail(not_created(wished, std::move(made).error()));
    }
    log_.info("Created topic '{}' using creation group {}", described(wished), group.name);
  } else {
    log_.info("Topic '{}' already exists.", topic);
  }
  topics_.emplace(topic);
  return {};
}

}  // namespace millrace::runtime
