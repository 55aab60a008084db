#pragma once
// DistributedHerder: a worker of a cluster, as its REST API sees it, with the thread that drives
// the HerderCore. org.apache.kafka.connect.runtime.distributed.DistributedHerder.
//
// Calls wait for the core's answers. What only the leader can do comes back as an Error with
// forward_url(). What a rebalance holds up waits for its end, until the deadline; the Java worker
// answers 409 at once.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "distributed/herder_core.h"
#include "distributed/worker_adapter.h"
#include "herder/automatic_restart.h"
#include "herder/expiry_restart.h"
#include "herder/herder.h"
#include "herder/pending.h"
#include "herder/request_queue.h"
#include "herder/validation.h"
#include "runtime/worker.h"

namespace millrace::distributed {

struct DistributedOptions {
  HerderOptions herder;
  kafka::GroupMemberOptions group;
  std::string kafka_version;                      // of listings
  std::function<std::string()> kafka_cluster_id;  // waits a little; empty while unknown
  // POSTs a JSON body, with two headers, to another worker. Blocks.
  std::function<Result<void>(const std::string& url, const std::string& body,
                             const std::map<std::string, std::string>& headers)>
      post;
  // PUTs nothing to another worker, with two headers. Blocks. conflict: it cannot do it now.
  std::function<Result<void>(const std::string& url,
                             const std::map<std::string, std::string>& headers)>
      put;
};

struct DistributedStores {
  std::unique_ptr<storage::ConfigStore> configs;
  std::unique_ptr<storage::StatusStore> statuses;
};

class DistributedHerder final : public herder::Herder,
                                private runtime::WorkerListener,
                                private PartListener {
 public:
  DistributedHerder(DistributedOptions options, runtime::WorkerParts parts,
                    DistributedStores stores);
  ~DistributedHerder() override;

  // Reads the topics, then joins the group in the background. A failure names the topic.
  Result<void> start(const kafka::GroupMemberFactory& make_member);
  // Stops what runs here, leaves the group. False: something had to be given up; the process must
  // leave by _exit.
  bool stop();

  std::string kafka_cluster_id() override;
  bool ready() override;
  Result<void> health_check(Deadline deadline) override;
  Result<std::vector<std::string>> connectors(Deadline deadline) override;
  Result<herder::ConnectorInfo> connector_info(const std::string& name, Deadline deadline) override;
  Result<ConnectorStatus> connector_status(const std::string& name) override;
  Result<std::vector<herder::TaskInfo>> task_configs(const std::string& name,
                                                     Deadline deadline) override;
  Result<herder::Created> put_connector_config(const std::string& name,
                                               const NullableProperties& config,
                                               std::optional<TargetState> initial,
                                               bool allow_replace, Deadline deadline,
                                               const herder::KeyOrder& key_order) override;
  Result<herder::ConnectorInfo> patch_connector_config(const std::string& name,
                                                       const NullableProperties& patch,
                                                       Deadline deadline,
                                                       const herder::KeyOrder& key_order) override;
  Result<void> delete_connector(const std::string& name, Deadline deadline) override;
  Result<void> pause_connector(const std::string& name) override;
  Result<void> resume_connector(const std::string& name) override;
  Result<void> stop_connector(const std::string& name, Deadline deadline) override;
  Result<void> restart_connector(const std::string& name, Deadline deadline) override;
  Result<ConnectorStatus> restart_connector_and_tasks(const std::string& name, bool only_failed,
                                                      bool include_tasks,
                                                      Deadline deadline) override;
  Result<void> restart_task(const TaskId& id, Deadline deadline) override;
  Result<std::vector<std::string>> active_topics(const std::string& name) override;
  Result<void> reset_active_topics(const std::string& name) override;
  Result<std::vector<herder::Offset>> connector_offsets(const std::string& name,
                                                        Deadline deadline) override;
  Result<std::string> modify_connector_offsets(
      const std::string& name, const std::optional<std::vector<herder::Offset>>& offsets,
      Deadline deadline) override;
  std::vector<herder::PluginInfo> plugins() override;
  Result<std::vector<config::ConfigKey>> plugin_config(const std::string& plugin,
                                                       const std::string& version) override;
  Result<herder::ConfigInfos> validate(const NullableProperties& config, Deadline deadline,
                                       const herder::KeyOrder& key_order = {}) override;
  Result<herder::RecordPreviews> preview_records(herder::RecordPreviewRequest request,
                                                 Deadline deadline) override;
  Result<void> put_task_configs(const std::string& name, const std::vector<Properties>& configs,
                                const herder::InternalRequest& request, Deadline deadline) override;
  Result<void> fence_zombies(const std::string& name, const herder::InternalRequest& request,
                             Deadline deadline) override;
  Result<void> set_logger_level_of_cluster(const std::string& logger,
                                           const std::string& level) override;

 private:
  // runtime::WorkerListener
  void connector_state_changed(const std::string& connector, State state,
                               const std::string& trace) override;
  void task_reconfiguration_requested(const std::string& connector) override;
  void task_state_changed(const TaskId& id, State state, const std::string& trace) override;
  void topic_used(const TaskId& id, std::string_view topic) override;
  void connector_failed(const std::string& connector, const Error& error) override;
  void task_failed(const TaskId& id, const Error& error) override;
  void connector_not_made(const std::string& connector, const Error& error) override;
  void task_not_made(const TaskId& id, const Error& error) override;
  void values_expire(const std::string& connector, const Properties& resolved,
                     const std::map<std::string, std::chrono::milliseconds>& times) override;

  // PartListener
  void target_applied(const std::string& connector, TargetState target) override;
  void withdrawn(const Load& load) override;
  void restarting(const Load& load) override;

  void run();
  void wake();
  // Asks the core and waits.
  template <typename T, typename Ask>
  Result<T> ask(Deadline deadline, Ask&& ask_core);
  template <typename Ask>
  Result<void> ask_to_do(Deadline deadline, Ask&& ask_core);

  HerderParts core_parts();
  void forward_task_configs(const std::string& leader_url, const std::string& connector,
                            const std::vector<Properties>& configs,
                            const WorkerPort::Started& done);
  Result<void> forward_fencing(const std::string& leader_url, const std::string& connector);
  std::map<std::string, std::string> signed_headers(const std::string& body) const;
  Result<std::optional<RequestSignature>> signature_of(
      const herder::InternalRequest& request) const;
  Result<NullableProperties> config_of(const std::string& name) const;
  herder::ConnectorInfo info_of(const std::string& name, const ClusterState& state) const;
  storage::StoredStatus status_of(const std::string& connector, State state,
                                  const std::string& trace) const;
  Result<void> set_target(const std::string& name, TargetState state);
  // distributed_restarts.cc
  void restart_automatically(const herder::AutomaticRestart::Part& part);
  void restart_if_failed(const herder::AutomaticRestart::Part& part, Deadline deadline);
  void restart_for_new_values(const std::string& connector);
  herder::RestartPolicy restart_policy(const std::string& connector) const;
  void read_metrics(Sample& sample) const;

  const DistributedOptions options_;
  const Logger log_;
  const DistributedStores stores_;
  runtime::Worker worker_;
  WorkerAdapter port_;
  const herder::ValidationParts validation_;
  HerderCore core_;
  std::unique_ptr<kafka::GroupMember> member_;

  std::mutex mutex_;  // guards the two below
  std::condition_variable woken_;
  bool wake_ = false, stop_ = false;
  std::thread thread_;

  herder::RequestQueue queue_;  // of restarts that no user asked for
  herder::AutomaticRestart automatic_restarts_;
  herder::ExpiryRestart expiry_restarts_;
  MetricRegistry::Registration metrics_;
};

template <typename T, typename Ask>
Result<T> DistributedHerder::ask(Deadline deadline, Ask&& ask_core) {
  auto answer = herder::Pending<T>::make();
  ask_core([answer](Result<T> result) { answer->answer(std::move(result)); });
  Result<T> result = answer->wait(deadline);
  if (!result && result.error().kind() == ErrorKind::timed_out)
    if (const std::string stage = core_.stage(); !stage.empty())
      return fail(ErrorKind::timed_out,
                  "Request timed out. The worker is currently " + stage + ".");
  return result;
}

template <typename Ask>
Result<void> DistributedHerder::ask_to_do(Deadline deadline, Ask&& ask_core) {
  auto done = ask<bool>(deadline, [&](const auto& answer) {
    ask_core([answer](const Result<void>& result) {
      if (result)
        answer(true);
      else
        answer(fail(Error(result.error())));
    });
  });
  if (!done) return fail(std::move(done).error());
  return {};
}

}  // namespace millrace::distributed
