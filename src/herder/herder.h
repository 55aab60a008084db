#pragma once
// Herder: org.apache.kafka.connect.runtime.Herder. What the REST API asks of a worker, standalone
// or distributed. Methods may be called from any thread; they wait for the answer, at most until
// `deadline` (Java: 90 s), then fail with timed_out. Failures are `not_found` (404), `conflict`
// (409), `bad_config` (400), `timed_out` and all others (500), with Java's message.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config_def.h"
#include "herder/key_order.h"
#include "herder/record_preview.h"
#include "runtime/task.h"

namespace millrace::herder {

using config::NullableProperties;
using config::Properties;
using runtime::State;
using runtime::TargetState;
using runtime::TaskId;

struct ConnectorInfo {
  std::string name;
  Properties config;  // raw: variables unresolved
  std::vector<TaskId> tasks;
  std::string type;  // "source", "sink", "unknown"
  KeyOrder key_order;
};

struct ConnectorStatus {
  struct Part {
    State state = State::kUnassigned;
    std::string worker_id;
    std::string trace;  // of kFailed; its last line may say when it is restarted
    std::string version;
  };
  struct TaskPart : Part {
    int32_t index = 0;
  };
  std::string name, type;
  Part connector;
  std::vector<TaskPart> tasks;  // by index
};

struct TaskInfo {
  TaskId id;
  Properties config;
  KeyOrder key_order;
};

// One key's definition and finding in a validation. Definition without value or value without
// definition do occur.
struct ConfigInfo {
  std::optional<config::ConfigKey> definition;
  std::optional<config::ConfigValue> value;
};
struct ConfigInfos {
  std::string name;
  int32_t error_count = 0;
  std::vector<std::string> groups;
  std::vector<ConfigInfo> configs;
};

struct PluginInfo {
  std::string class_name, type,
      version;  // type: source, sink, transformation, predicate, converter, header_converter
};

struct Offset {
  std::string partition_json, offset_json;  // JSON objects; offset_json may be "null"
};

struct Created {
  bool created;  // false: replaced
  ConnectorInfo info;
};

// A request of another worker of the cluster, as it came: KIP-507. The herder decides whether it is
// who it says.
struct InternalRequest {
  std::optional<std::string> signature, signature_algorithm;  // of the headers; base64, Java's name
  std::string body;                                           // what was signed
};
// Of an Error's exception class: the HTTP statuses that a kind does not tell.
inline constexpr const char* kForbidden =
    "org.apache.kafka.connect.runtime.rest.errors.ForbiddenException";  // 403
inline constexpr const char* kUnavailable =
    "org.apache.kafka.connect.runtime.rest.errors.ServiceUnavailableException";  // 503

class Herder {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  virtual ~Herder() = default;

  // /
  virtual std::string
  kafka_cluster_id() = 0;  // waits a little for the first answer of the broker; "" unknown
  virtual bool ready() = 0;
  // Answered by the herder's own thread: proves that it is alive.
  virtual Result<void> health_check(Deadline deadline) = 0;

  // /connectors
  virtual Result<std::vector<std::string>> connectors(Deadline deadline) = 0;
  virtual Result<ConnectorInfo> connector_info(const std::string& name, Deadline deadline) = 0;
  virtual Result<ConnectorStatus> connector_status(const std::string& name) = 0;
  virtual Result<std::vector<TaskInfo>> task_configs(const std::string& name,
                                                     Deadline deadline) = 0;
  // Validates, then stores and starts. initial: only for new connectors. key_order: of `config`,
  // as the request gave it.
  virtual Result<Created> put_connector_config(const std::string& name,
                                               const NullableProperties& config,
                                               std::optional<TargetState> initial,
                                               bool allow_replace, Deadline deadline,
                                               const KeyOrder& key_order = {}) = 0;
  virtual Result<ConnectorInfo> patch_connector_config(const std::string& name,
                                                       const NullableProperties& patch,
                                                       Deadline deadline,
                                                       const KeyOrder& key_order = {}) = 0;
  virtual Result<void> delete_connector(const std::string& name, Deadline deadline) = 0;
  virtual Result<void> pause_connector(const std::string& name) = 0;
  virtual Result<void> resume_connector(const std::string& name) = 0;
  virtual Result<void> stop_connector(const std::string& name, Deadline deadline) = 0;
  virtual Result<void> restart_connector(const std::string& name, Deadline deadline) = 0;
  virtual Result<ConnectorStatus> restart_connector_and_tasks(const std::string& name,
                                                              bool only_failed, bool include_tasks,
                                                              Deadline deadline) = 0;
  virtual Result<void> restart_task(const TaskId& id, Deadline deadline) = 0;

  // Active topics of a connector
  virtual Result<std::vector<std::string>> active_topics(const std::string& name) = 0;
  virtual Result<void> reset_active_topics(const std::string& name) = 0;

  // Offsets
  virtual Result<std::vector<Offset>> connector_offsets(const std::string& name,
                                                        Deadline deadline) = 0;
  // Empty optional: reset all. Gives the message for the user.
  virtual Result<std::string> modify_connector_offsets(
      const std::string& name, const std::optional<std::vector<Offset>>& offsets,
      Deadline deadline) = 0;

  // Plug-ins
  virtual std::vector<PluginInfo>
  plugins() = 0;  // sinks, sources, then the other kinds, each sorted by name
  // version: `latest`, a version or a range of them (KIP-891).
  virtual Result<std::vector<config::ConfigKey>> plugin_config(const std::string& plugin,
                                                               const std::string& version) = 0;
  virtual Result<ConfigInfos> validate(const NullableProperties& config, Deadline deadline,
                                       const KeyOrder& key_order = {}) = 0;

  // What would become of records; see record_preview.h.
  virtual Result<RecordPreviews> preview_records(RecordPreviewRequest, Deadline) {
    return fail(ErrorKind::fatal, "This worker has no previews of records");
  }

  // Between workers of a cluster. A worker alone has Java's words for who tries.
  virtual Result<void> put_task_configs(const std::string&, const std::vector<Properties>&,
                                        const InternalRequest&, Deadline) {
    return fail(ErrorKind::fatal,
                "Kafka Connect in standalone mode does not support externally setting task "
                "configurations.");
  }
  virtual Result<void> fence_zombies(const std::string&, const InternalRequest&, Deadline) {
    return fail(ErrorKind::fatal,
                "Kafka Connect in standalone mode does not support exactly-once source "
                "connectors.");
  }
  // The level has been set here; other workers of the cluster are to set it, too.
  virtual Result<void> set_logger_level_of_cluster(const std::string& /*logger*/,
                                                   const std::string& /*level*/) {
    return {};
  }
};

}  // namespace millrace::herder
