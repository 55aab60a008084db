#include "runtime/topic_creation.h"

#include <charconv>
#include <utility>

#include "config/client_config.h"
#include "runtime/java_names.h"

namespace millrace::runtime {
namespace {

constexpr std::chrono::milliseconds kAdminTimeout{60'000};
constexpr char kPrefix[] = "topic.creation.";
constexpr char kDefault[] = "default";

std::vector<std::string> list_of(const config::Properties& properties, const std::string& key) {
  auto found = properties.find(key);
  if (found == properties.end()) return {};
  config::ConfigKey list;
  list.type = config::Type::kList;
  Result<config::Value> value = config::parse_value(list, found->second);
  return value ? value->list : std::vector<std::string>{};
}

// One pattern for all: an empty list matches the empty name only.
Result<JavaRegex> any_of(const config::Properties& own, const std::string& key) {
  std::string pattern;
  for (const std::string& each : list_of(own, key)) pattern += (pattern.empty() ? "" : "|") + each;
  return JavaRegex::compile(pattern);
}

Result<int32_t> number_of(const config::Properties& own, const std::string& group,
                          const std::string& key, const int32_t* otherwise) {
  const std::string name = kPrefix + group + "." + key;
  auto found = own.find(key);
  if (found == own.end()) {
    if (otherwise != nullptr) return *otherwise;
    return fail(ErrorKind::bad_config,
                "Missing required configuration \"" + name + "\" which has no default value.",
                "org.apache.kafka.common.config.ConfigException");
  }
  const std::string_view text = config::trim(found->second);
  int32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(ErrorKind::bad_config,
                config::invalid_value(name, found->second, "Not a number of type INT"),
                "org.apache.kafka.common.config.ConfigException");
  return number;
}

Result<TopicCreationGroup> make_group(const config::Properties& connector_config,
                                      const std::string& name,
                                      const TopicCreationGroup* default_group) {
  config::Properties own = config::with_prefix(connector_config, kPrefix + name + ".");
  int32_t default_factor = default_group == nullptr ? 0 : default_group->replication_factor;
  auto factor = number_of(own, name, "replication.factor",
                          default_group == nullptr ? nullptr : &default_factor);
  if (!factor) return fail(std::move(factor).error());
  auto partitions = number_of(own, name, "partitions",
                              default_group == nullptr ? nullptr : &default_group->partitions);
  if (!partitions) return fail(std::move(partitions).error());
  auto include = any_of(own, "include");
  if (!include) return fail(std::move(include).error());
  auto exclude = any_of(own, "exclude");
  if (!exclude) return fail(std::move(exclude).error());
  for (const char* key : {"include", "exclude", "replication.factor", "partitions"}) own.erase(key);
  return TopicCreationGroup{name,        *std::move(include),           *std::move(exclude),
                            *partitions, static_cast<int16_t>(*factor), std::move(own)};
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

}  // namespace

Result<std::shared_ptr<TopicCreation>> TopicCreation::make(
    const config::Properties& connector_config, std::shared_ptr<kafka::ClientFactory> clients,
    kafka::ClientProperties admin_properties, const std::string& log_context) {
  auto default_group = make_group(connector_config, kDefault, nullptr);
  if (!default_group) return fail(std::move(default_group).error());
  std::vector<TopicCreationGroup> groups;
  for (const std::string& name : list_of(connector_config, "topic.creation.groups")) {
    if (name == kDefault) continue;
    auto group = make_group(connector_config, name, &*default_group);
    if (!group) return fail(std::move(group).error());
    groups.push_back(*std::move(group));
  }
  groups.push_back(*std::move(default_group));
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
      log_.warn("Request to create new topic '{}' failed", topic);
      return fail(Error(ErrorKind::fatal,
                        "Task failed to create new topic " + described(wished) +
                            ". Ensure that the task is authorized to create topics or that the "
                            "topic exists and restart the task",
                        java::kConnectException)
                      .caused_by(std::move(made).error()));
    }
    log_.info("Created topic '{}' using creation group {}", described(wished), group.name);
  } else {
    log_.info("Topic '{}' already exists.", topic);
  }
  topics_.emplace(topic);
  return {};
}

}  // namespace millrace::runtime
