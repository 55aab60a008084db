// HerderCore: requests of users and of other workers.

#include "distributed/herder_core.h"

namespace millrace::distributed {
namespace {

constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";
constexpr char kNotFound[] = "org.apache.kafka.connect.errors.NotFoundException";
constexpr char kBadRequest[] = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException";

Failure connector_not_found(const std::string& connector) {
  return fail(ErrorKind::not_found, "Connector " + connector + " not found", kNotFound);
}

template <typename T>
HerderRequest request_for(Gate gate, const std::string& connector, HerderCore::Deadline deadline,
                          const HerderCore::Answer<T>& answer) {
  HerderRequest request;
  request.gate = gate;
  request.connector = connector;
  request.deadline = deadline;
  request.refuse = [answer](Error error) { answer(fail(std::move(error))); };
  return request;
}

}  // namespace

// Java: NotLeaderException, NotAssignedException.
Error HerderCore::not_leader(const std::string& message) const {
  return Error(ErrorKind::conflict, message)
      .forwarded_to(assignment_ ? assignment_->leader_url : "");
}

void HerderCore::write_as_leader(const std::string& connector, const Write& write,
                                 Answer<void> then) {
  requests_.hold(connector);
  write(later<Result<void>>([this, connector, then](const Result<void>& written) {
    requests_.release(connector);
    if (!written && is_privileged_write_failure(written.error())) {
      log_.warn(
          "Failed to write to config topic as leader; will rejoin group if necessary and, if still "
          "leader, attempt to reclaim write privileges for the config topic: {}",
          written.error().describe());
      fenced_ = true;
      return then(fail(Error(ErrorKind::retriable,
                             "Failed to write to config topic; this may be due to a transient "
                             "error and the request can be safely retried",
                             kConnectException)
                           .caused_by(Error(written.error()))));
    }
    then(written);
  }));
}

void HerderCore::refresh(std::function<void(bool)> then) {
  auto answered = std::make_shared<bool>(false);
  auto once = [answered, then = std::move(then)](bool read) {
    if (!std::exchange(*answered, true)) then(read);
  };
  parts_.configs->refresh(
      later<Result<void>>([once](const Result<void>& read) { once(read.has_value()); }));
  after(options_.sync_timeout, [once] { once(false); });
}

void HerderCore::health_check(Deadline deadline, Answer<void> answer) {
  HerderRequest request = request_for<void>(Gate::kResolved, {}, deadline, answer);
  request.serve = [answer] { answer({}); };
  submit(std::move(request));
}

void HerderCore::put_connector(const std::string& connector, const NullableProperties& config,
                               std::optional<TargetState> target, bool allow_replace,
                               Deadline deadline, Answer<bool> answer) {
  HerderRequest request = request_for<bool>(Gate::kResolved, connector, deadline, answer);
  request.serve = [this, connector, config, target, allow_replace, answer] {
    if (!is_leader()) return answer(fail(not_leader("Only the leader can set connector configs.")));
    const bool exists = snapshot()->contains(connector);
    if (exists && !allow_replace)
      return answer(fail(ErrorKind::conflict, "Connector " + connector + " already exists",
                         "org.apache.kafka.connect.errors.AlreadyExistsException"));
    write_as_leader(
        connector,
        [this, &connector, &config, &target](storage::ConfigStore::Done done) {
          parts_.configs->put_connector(connector, config, target, std::move(done));
        },
        [answer, exists](const Result<void>& written) {
          if (!written) return answer(fail(Error(written.error())));
          answer(!exists);
        });
  };
  submit(std::move(request));
}

void HerderCore::connector_to_patch(const std::string& connector, Deadline deadline,
                                    Answer<NullableProperties> answer) {
  HerderRequest request =
      request_for<NullableProperties>(Gate::kResolved, connector, deadline, answer);
  request.serve = [this, connector, answer] {
    if (!is_leader()) return answer(fail(not_leader("Only the leader can set connector configs.")));
    const auto state = snapshot();
    const ClusterState::Connector* found = state->find(connector);
    if (found == nullptr) return answer(connector_not_found(connector));
    answer(found->config);
  };
  submit(std::move(request));
}

void HerderCore::delete_connector(const std::string& connector, Deadline deadline,
                                  Answer<void> answer) {
  HerderRequest request = request_for<void>(Gate::kResolved, connector, deadline, answer);
  request.serve = [this, connector, answer] {
    if (!is_leader())
      return answer(fail(not_leader("Only the leader can delete connector configs.")));
    if (!snapshot()->contains(connector)) return answer(connector_not_found(connector));
    write_as_leader(
        connector,
        [this, &connector](storage::ConfigStore::Done done) {
          parts_.configs->remove_connector(connector, std::move(done));
        },
        answer);
  };
  submit(std::move(request));
}

void HerderCore::stop_connector(const std::string& connector, Deadline deadline,
                                Answer<void> answer) {
  HerderRequest request = request_for<void>(Gate::kResolved, connector, deadline, answer);
  request.serve = [this, connector, answer] {
    if (!snapshot()->contains(connector))
      return answer(fail(ErrorKind::not_found, "Unknown connector " + connector, kNotFound));
    if (!is_leader())
      return answer(
          fail(not_leader("Only the leader can transition connectors to the STOPPED state.")));
    // The tasks first: a connector that is started and has none is sound, one that is stopped and
    // has some is not.
    requests_.hold(connector);
    write_task_configs(connector, {}, [this, connector, answer](const Result<void>& written) {
      if (!written) {
        requests_.release(connector);
        return answer(written);
      }
      write_stopped(connector, answer);
    });
  };
  submit(std::move(request));
}

void HerderCore::write_stopped(const std::string& connector, const Answer<void>& answer) {
  write_as_leader(
      connector,
      [this, &connector](storage::ConfigStore::Done done) {
        parts_.configs->put_target_state(connector, TargetState::kStopped, std::move(done));
      },
      [this, connector, answer](const Result<void>& written) {
        // Task configurations that were on their way meanwhile must find the connector stopped.
        if (written)
          refresh([this, connector](bool) { requests_.release(connector); });
        else
          requests_.release(connector);
        answer(written);
      });
}

void HerderCore::write_task_configs(const std::string& connector,
                                    const std::vector<Properties>& configs, Answer<void> then) {
  const auto state = snapshot();
  const ClusterState::Connector* found = state->find(connector);
  if (!configs.empty() && found != nullptr && found->target == TargetState::kStopped)
    return then(
        fail(ErrorKind::bad_config,
             "Cannot submit non-empty set of task configs for stopped connector " + connector,
             kBadRequest));
  write_as_leader(
      connector,
      [this, &connector, &configs](storage::ConfigStore::Done done) {
        parts_.configs->put_tasks(connector, configs, std::move(done));
      },
      std::move(then));
}

void HerderCore::put_task_configs(const std::string& connector,
                                  const std::vector<Properties>& configs,
                                  const std::optional<RequestSignature>& signature,
                                  Deadline deadline, Answer<void> answer) {
  HerderRequest check = request_for<void>(Gate::kStarted, {}, deadline, answer);
  check.serve = [this, connector, configs, signature, deadline, answer] {
    if (coordinator_.protocol() == ConnectProtocol::kSessioned)
      if (Result<void> known = session_keys_.verify(signature); !known) return answer(known);
    HerderRequest request = request_for<void>(Gate::kResolved, connector, deadline, answer);
    request.serve = [this, connector, configs, answer] {
      if (!is_leader())
        return answer(fail(not_leader("Only the leader may write task configurations.")));
      if (!snapshot()->contains(connector)) return answer(connector_not_found(connector));
      write_task_configs(connector, configs, answer);
    };
    requests_.add(std::move(request));
  };
  submit(std::move(check));
}

// ---- Offsets

void HerderCore::modify_offsets(const std::string& connector,
                                const std::optional<std::vector<herder::Offset>>& offsets,
                                Deadline deadline, Answer<std::string> answer) {
  HerderRequest request = request_for<std::string>(Gate::kSettled, connector, deadline, answer);
  request.serve = [this, connector, offsets, deadline, answer] {
    if (!is_leader())
      return answer(
          fail(not_leader("Only the leader can process external offsets modification requests")));
    requests_.hold(connector);
    auto released = [this, connector, answer](Result<std::string> result) {
      requests_.release(connector);
      answer(std::move(result));
    };
    refresh([this, connector, offsets, deadline, released](bool read) {
      if (!read)
        return released(
            fail(ErrorKind::fatal,
                 "Failed to read to end of config topic before modifying connector offsets",
                 kConnectException));
      if (auto refused = offsets_refusal(connector)) return released(fail(*std::move(refused)));
      if (!is_exactly_once_source(snapshot()->find(connector)->config))
        return change_offsets(connector, offsets, deadline, released);
      fence(connector, [this, connector, offsets, deadline, released](const Result<void>& fenced) {
        if (fenced) return change_offsets(connector, offsets, deadline, released);
        released(fail(Error(ErrorKind::fatal,
                            "Failed to perform zombie fencing for source connector prior to "
                            "modifying offsets",
                            kConnectException)
                          .caused_by(Error(fenced.error()))));
      });
    });
  };
  submit(std::move(request));
}

std::optional<Error> HerderCore::offsets_refusal(const std::string& connector) const {
  const auto state = snapshot();
  const ClusterState::Connector* found = state->find(connector);
  if (found == nullptr)
    return Error(ErrorKind::not_found, "Connector " + connector + " not found", kNotFound);
  if (found->target == TargetState::kStopped && found->task_count == 0) return std::nullopt;
  return Error(
      ErrorKind::bad_config,
      "Connectors must be in the STOPPED state before their offsets can be modified. This can be "
      "done for the specified connector by issuing a 'PUT' request to the '/connectors/" +
          connector + "/stop' endpoint",
      kBadRequest);
}

void HerderCore::change_offsets(const std::string& connector,
                                const std::optional<std::vector<herder::Offset>>& offsets,
                                Deadline deadline, const Answer<std::string>& answer) {
  if (auto refused = offsets_refusal(connector)) return answer(fail(*std::move(refused)));
  const auto state = snapshot();
  const ClusterState::Connector* found = state->find(connector);
  if (found == nullptr) return answer(connector_not_found(connector));
  const herder::OffsetChangeRequest change{connector, config::given_of(found->config), offsets,
                                           deadline};
  parts_.worker->modify_offsets(
      change, later<Result<std::string>>(
                  [answer](const Result<std::string>& changed) { answer(changed); }));
}

// ---- Exactly-once

void HerderCore::fence_zombies(const std::string& connector,
                               const std::optional<RequestSignature>& signature, Deadline deadline,
                               Answer<void> answer) {
  HerderRequest check = request_for<void>(Gate::kStarted, {}, deadline, answer);
  check.serve = [this, connector, signature, deadline, answer] {
    if (coordinator_.protocol() == ConnectProtocol::kSessioned)
      if (Result<void> known = session_keys_.verify(signature); !known) return answer(known);
    HerderRequest request = request_for<void>(Gate::kResolved, connector, deadline, answer);
    request.serve = [this, connector, answer] {
      if (!is_leader())
        return answer(fail(not_leader("Only the leader may perform zombie fencing.")));
      fence_as_leader(connector, answer);
    };
    requests_.add(std::move(request));
  };
  submit(std::move(check));
}

// Other requests for the connector wait meanwhile; then they find that it is done.
void HerderCore::fence_as_leader(const std::string& connector, const Answer<void>& answer) {
  const auto state = snapshot();
  const ClusterState::Connector* found = state->find(connector);
  if (found == nullptr) return answer(connector_not_found(connector));
  if (parts_.worker->type_of(found->config) != "source")
    return answer(fail(ErrorKind::bad_config,
                       "Connector " + connector + " is not a source connector", kBadRequest));
  requests_.hold(connector);
  auto released = [this, connector, answer](const Result<void>& fenced) {
    requests_.release(connector);
    answer(fenced);
  };
  refresh([this, connector, released](bool read) {
    if (read) return fence(connector, released);
    released(fail(ErrorKind::fatal,
                  "Failed to read to end of config topic before performing zombie fencing",
                  kConnectException));
  });
}

void HerderCore::fence(const std::string& connector, const Answer<void>& answer) {
  const auto state = snapshot();
  const ClusterState::Connector* found = state->find(connector);
  if (found == nullptr) return answer(connector_not_found(connector));
  if (!found->pending_fencing) return answer({});
  const int32_t tasks = found->task_count;
  auto record = [this, connector, tasks, answer] {
    write_as_leader(
        connector,
        [this, &connector, tasks](storage::ConfigStore::Done done) {
          parts_.configs->put_task_count_record(connector, tasks, std::move(done));
        },
        answer);
  };
  auto former = state->task_count_records.find(connector);
  // No transactional producer has been there before, or the new one shuts out the only former one.
  if (former == state->task_count_records.end() || (former->second == 1 && tasks == 1))
    return record();
  const std::optional<int64_t> generation = found->task_config_generation;
  parts_.worker->fence_zombies(
      connector, found->config, former->second,
      later<Result<void>>([this, connector, generation, record,
                           answer](const Result<void>& fenced) {
        if (!fenced) return answer(fenced);
        refresh([this, connector, generation, record, answer](bool read) {
          if (!read)
            return answer(
                fail(ErrorKind::fatal, "Failed to read to end of config topic", kConnectException));
          const auto now = snapshot();
          const ClusterState::Connector* present = now->find(connector);
          if (present == nullptr || present->task_config_generation != generation)
            return answer(fail(ErrorKind::conflict,
                               "Fencing failed because new task configurations were generated for "
                               "the connector",
                               kConnectException));
          record();
        });
      }));
}

}  // namespace millrace::distributed
