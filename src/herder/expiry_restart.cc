#include "herder/expiry_restart.h"

namespace millrace::herder {
namespace {

bool wants_restart(const config::Properties& config) {
  auto given = config.find("config.action.reload");
  if (given == config.end()) return true;
  std::string action(config::trim(given->second));
  for (char& c : action) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return action == "restart";
}

}  // namespace

ExpiryRestart::ExpiryRestart(Schedule& schedule, Restart restart)
    : schedule_(schedule),
      restart_(std::move(restart)),
      log_("org.apache.kafka.connect.runtime.WorkerConfigTransformer") {}

void ExpiryRestart::resolved(const std::string& connector, const config::Properties& config,
                             const Times& times) {
  if (!wants_restart(config)) return;
  std::lock_guard lock(mutex_);
  std::map<std::string, Schedule::Ticket>& due = due_[connector];
  for (const auto& [path, time] : times) {
    if (auto earlier = due.find(path); earlier != due.end()) schedule_.cancel(earlier->second);
    log_.info("Scheduling a restart of connector {} in {} ms", connector, time.count());
    due[path] =
        schedule_.run_at(schedule_.now() + time, [this, connector] { restart_(connector); });
  }
}

void ExpiryRestart::forget(const std::string& connector) {
  std::lock_guard lock(mutex_);
  auto found = due_.find(connector);
  if (found == due_.end()) return;
  for (const auto& [path, ticket] : found->second) schedule_.cancel(ticket);
  due_.erase(found);
}

}  // namespace millrace::herder
