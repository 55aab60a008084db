// How a Worker puts a task together.

#include "config/connector_config.h"
#include "pipeline/sink_pipeline.h"
#include "pipeline/source_pipeline.h"
#include "runtime/connector_check.h"
#include "runtime/connector_offsets.h"
#include "runtime/dead_letter_queue.h"
#include "runtime/sink_task.h"
#include "runtime/source_task.h"
#include "runtime/task_pipelines.h"
#include "runtime/topic_creation.h"
#include "runtime/worker.h"

namespace millrace::runtime {
namespace {

std::string lower_text_of(const config::Properties& properties, const std::string& key) {
  auto found = properties.find(key);
  std::string text(found == properties.end() ? std::string_view() : config::trim(found->second));
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

TransactionSettings transaction_settings(const config::WorkerConfig& worker,
                                         const config::Properties& connector) {
  TransactionSettings settings;
  const std::string boundary = lower_text_of(connector, "transaction.boundary");
  settings.boundary = boundary == "interval"    ? TransactionBoundary::kInterval
                      : boundary == "connector" ? TransactionBoundary::kConnector
                                                : TransactionBoundary::kPoll;
  settings.interval = worker.offset_flush_interval;
  config::ConfigKey key;
  key.type = config::Type::kLong;
  if (auto given = connector.find("transaction.boundary.interval.ms"); given != connector.end())
    if (auto value = config::parse_value(key, given->second); value && !given->second.empty())
      settings.interval = std::chrono::milliseconds(static_cast<int64_t>(value->number));
  return settings;
}

}  // namespace

Result<std::shared_ptr<pipeline::DeadLetterQueue>> Worker::make_dead_letters(
    const TaskId& id, const config::Properties& connector_config, const std::string& log_context) {
  DeadLetterConfig dead_letters = DeadLetterConfig::from(connector_config);
  if (dead_letters.topic.empty()) return nullptr;
  const config::ConnectorTaskClient client{id.connector, id.index};
  auto producer =
      config::producer_properties(parts_.config, connector_config, client, parts_.client_overrides);
  if (!producer) return fail(std::move(producer).error());
  // A default, which the worker's and the connector's own settings replace.
  if ((*producer)["client.id"] == "connector-producer-" + id.to_string())
    (*producer)["client.id"] = "connector-dlq-producer-" + id.to_string();
  auto admin = config::admin_properties(parts_.config, connector_config,
                                        "connector-dlq-adminclient-" + id.to_string(),
                                        parts_.client_overrides);
  if (!admin) return fail(std::move(admin).error());
  return std::make_shared<KafkaDeadLetterQueue>(
      std::move(dead_letters), id, log_context,
      KafkaDeadLetterQueue::Clients{parts_.clients, *std::move(producer), *std::move(admin)});
}

Result<TaskSettings> Worker::task_settings(const TaskId& id,
                                           const config::Properties& connector_config,
                                           const config::Properties& task_config, TargetState state,
                                           plugin::ConnectorType type) {
  TaskSettings settings;
  settings.id = id;
  settings.target = state;
  settings.config = task_config;
  settings.offset_flush_interval = parts_.config.offset_flush_interval;
  settings.offset_flush_timeout = parts_.config.offset_flush_timeout;
  settings.listener = &listener_;
  settings.metrics = parts_.metrics;
  settings.clients = parts_.clients;
  if (parts_.config.topic_tracking_enable)
    settings.topic_used = [&listener = listener_](const TaskId& task, std::string_view topic) {
      listener.topic_used(task, topic);
    };
  const std::string log_context = "[" + id.connector + "|task-" + std::to_string(id.index) + "] ";
  auto dead_letters = make_dead_letters(id, connector_config, log_context);
  if (!dead_letters) return fail(std::move(dead_letters).error());
  const bool writes = *dead_letters != nullptr;
  settings.errors = std::make_shared<pipeline::ErrorPolicy>(
      pipeline::ErrorPolicyConfig::from(connector_config), id.to_string(), log_context,
      *std::move(dead_letters));
  if (writes) {
    // Of records that were never read: a source's, and those that a sink's connector made itself.
    pipeline::Converters converters = pipeline::lossless_converters();
    if (type == plugin::ConnectorType::kSink) {
      auto own =
          make_pipeline_parts(parts_.config, connector_config, transform::Chaining::kComposed);
      if (!own) return fail(std::move(own).error());
      converters = std::move(own->converters);
    }
    settings.errors->write_with(std::make_unique<pipeline::RecordBytes>(std::move(converters)));
  }

  const config::ConnectorTaskClient client{id.connector, id.index};
  auto properties = type == plugin::ConnectorType::kSource
                        ? source_producer_properties(parts_, connector_config, client)
                        : config::consumer_properties(parts_.config, connector_config, client,
                                                      parts_.client_overrides);
  if (!properties) return fail(std::move(properties).error());
  // Clients are made on the task's thread; in Java a task whose clients cannot be made is none.
  auto checked = type == plugin::ConnectorType::kSource
                     ? parts_.clients->check_producer(*properties)
                     : parts_.clients->check_consumer(*properties);
  if (!checked) return fail(std::move(checked).error());
  settings.client_properties = *std::move(properties);
  if (makes_topics(parts_.config, type, connector_config)) {
    auto admin = config::admin_properties(parts_.config, connector_config,
                                          "connector-adminclient-" + id.to_string(),
                                          parts_.client_overrides);
    if (!admin) return fail(std::move(admin).error());
    auto creation =
        TopicCreation::make(connector_config, parts_.clients, *std::move(admin), log_context);
    if (!creation) return fail(std::move(creation).error());
    settings.topic_creation = *std::move(creation);
  }
  return settings;
}

Result<std::shared_ptr<Task>> Worker::make_task(const TaskId& id,
                                                const config::Properties& connector_config,
                                                const config::Properties& task_config,
                                                TargetState state, TransactionChecks checks) {
  auto named = connector_config.find("connector.class");
  auto found =
      parts_.plugins->find(named == connector_config.end() ? "" : config::trim(named->second));
  if (!found) return fail(std::move(found).error());
  // Worker::start_task has checked the rest.
  if (auto checked = check_kind_config(parts_.config, (*found)->type(), connector_config); !checked)
    return fail(std::move(checked).error());
  auto settings = task_settings(id, connector_config, task_config, state, (*found)->type());
  if (!settings) return fail(std::move(settings).error());
  auto parts = make_pipeline_parts(parts_.config, connector_config, transform::Chaining::kComposed);
  if (!parts) return fail(std::move(parts).error());

  const std::shared_ptr<pipeline::ErrorPolicy> errors = settings->errors;
  if ((*found)->type() == plugin::ConnectorType::kSource) {
    auto offsets = offsets_of_connector(parts_, id.connector, connector_config);
    if (!offsets) return fail(std::move(offsets).error());
    if (delivers_exactly_once(parts_)) {
      auto transactions = std::make_shared<TransactionSettings>(
          transaction_settings(parts_.config, connector_config));
      transactions->offsets_topic = offsets->topic;
      transactions->worker_store = offsets->second;
      transactions->checks = std::move(checks);
      settings->transactions = std::move(transactions);
    }
    return std::make_shared<SourceTaskRunner>(
        *std::move(settings), *found,
        std::make_unique<pipeline::SourcePipeline>(std::move(parts->converters),
                                                   std::move(parts->transforms), errors),
        std::move(offsets->store));
  }
  return std::make_shared<SinkTaskRunner>(
      *std::move(settings), *found,
      std::make_unique<pipeline::SinkPipeline>(std::move(parts->converters),
                                               std::move(parts->transforms), errors));
}

}  // namespace millrace::runtime
