// HerderCore: what exactly-once source tasks ask before they write. Java: fenceZombieSourceTasks of
// a task, verifyTaskGenerationAndOwnership.

#include <algorithm>

#include "distributed/herder_core.h"
#include "herder/pending.h"

namespace millrace::distributed {
namespace {

using GiveUp = runtime::TransactionChecks::GiveUp;
using std::chrono::milliseconds;

constexpr char kConnectException[] = "org.apache.kafka.connect.errors.ConnectException";
constexpr milliseconds kLook{100};       // whether the task is to stop
constexpr milliseconds kAskAgain{250};   // a leader that is busy with a rebalance
constexpr milliseconds kAskFor{60'000};  // before the task fails

// Waits on the task's thread for the answer of the herder's.
Result<void> wait_for(const herder::Pending<bool>::Reference& answer, const GiveUp& give_up) {
  for (;;) {
    auto given = answer->wait(std::chrono::steady_clock::now() + kLook);
    if (given) return {};
    if (given.error().kind() != ErrorKind::timed_out) return fail(std::move(given).error());
    if (give_up()) return fail(ErrorKind::cancelled, "The task is being stopped");
  }
}

bool holds(const Assignment& assignment, const TaskId& task) {
  const auto& tasks = assignment.assigned.tasks;
  return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
}

std::function<void(const Result<void>&)> answering(const herder::Pending<bool>::Reference& answer) {
  return [answer](const Result<void>& result) {
    if (result) return answer->answer(true);
    // Pending's own time limit is told by this kind.
    Error error(result.error());
    if (error.kind() == ErrorKind::timed_out)
      error = Error(ErrorKind::fatal, result.error().message(), kConnectException);
    answer->answer(fail(std::move(error)));
  };
}

}  // namespace

bool is_privileged_write_failure(const Error& error) {
  return error.exception_class() == "org.apache.kafka.connect.storage.PrivilegedWriteException";
}

bool HerderCore::is_exactly_once_source(const NullableProperties& config) const {
  return options_.exactly_once && parts_.worker->type_of(config) == "source";
}

runtime::TransactionChecks HerderCore::checks_for(const TaskId& task,
                                                  std::optional<int64_t> generation) {
  runtime::TransactionChecks checks;
  checks.before_producer = [this, task](const GiveUp& give_up) -> Result<void> {
    const auto until = std::chrono::steady_clock::now() + kAskFor;
    for (;;) {
      auto answer = herder::Pending<bool>::make();
      fence_for_task(task.connector, answering(answer));
      auto fenced = wait_for(answer, give_up);
      if (fenced || give_up()) return fenced;
      const ErrorKind kind = fenced.error().kind();
      const bool again = kind == ErrorKind::conflict || kind == ErrorKind::retriable;
      if (!again || std::chrono::steady_clock::now() >= until)
        return fail(
            Error(ErrorKind::fatal, "Failed to perform round of zombie fencing", kConnectException)
                .caused_by(std::move(fenced).error()));
      auto pause = herder::Pending<bool>::make();
      (void)pause->wait(std::chrono::steady_clock::now() + kAskAgain);
    }
  };
  checks.after_producer = [this, task, generation](const GiveUp& give_up) {
    auto answer = herder::Pending<bool>::make();
    verify_task(task, generation, answering(answer));
    return wait_for(answer, give_up);
  };
  return checks;
}

// Any thread. By this worker where it leads, else by the leader.
void HerderCore::fence_for_task(const std::string& connector, Answer<void> answer) {
  HerderRequest request;
  request.gate = Gate::kResolved;
  request.connector = connector;
  request.refuse = [answer](Error error) { answer(fail(std::move(error))); };
  request.serve = [this, connector, answer] {
    if (is_leader()) return fence_as_leader(connector, answer);
    const std::string url = assignment_->leader_url;
    if (url.empty() || !parts_.forward_fencing)
      return answer(fail(ErrorKind::retriable, "The URL of the leader's REST API is not known"));
    log_.debug("Forwarding zombie fencing request for connector {} to leader at {}", connector,
               url);
    parts_.forward_fencing(url, connector, answer);
  };
  submit(std::move(request));
}

// Any thread.
void HerderCore::verify_task(const TaskId& task, std::optional<int64_t> generation,
                             Answer<void> answer) {
  parts_.configs->refresh(later<Result<void>>([this, task, generation,
                                               answer](const Result<void>& read) {
    if (!read)
      return answer(
          fail(ErrorKind::fatal, "Failed to read to end of config topic", kConnectException));
    const auto state = snapshot();
    const ClusterState::Connector* found = state->find(task.connector);
    if (found == nullptr || found->task_config_generation != generation)
      return answer(fail(ErrorKind::fatal,
                         "Cannot start source task " + task.to_string() +
                             " with exactly-once support as the connector has already generated a "
                             "new set of task configs",
                         kConnectException));
    if (!assignment_ || !holds(*assignment_, task))
      return answer(fail(ErrorKind::fatal,
                         "Cannot start source task " + task.to_string() +
                             " as it has already been revoked from this worker",
                         kConnectException));
    answer({});
  }));
}

}  // namespace millrace::distributed
