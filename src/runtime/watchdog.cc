#include "runtime/watchdog.h"

#include <pthread.h>

#include <algorithm>
#include <charconv>

namespace millrace::runtime {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kDefaultTimeout{300'000};

}  // namespace

std::string_view call_name(PluginCall call) {
  switch (call) {
    case PluginCall::kNone: break;
    case PluginCall::kStart: return "start";
    case PluginCall::kPoll: return "poll";
    case PluginCall::kPut: return "put";
    case PluginCall::kOpen: return "open";
    case PluginCall::kPreCommit: return "preCommit";
    case PluginCall::kClose: return "close";
    case PluginCall::kCommit: return "commit";
    case PluginCall::kCommitRecord: return "commitRecord";
    case PluginCall::kStop: return "stop";
  }
  return "nothing";
}

std::chrono::milliseconds stall_timeout(const config::Properties& task_config) {
  auto found = task_config.find("errors.stall.timeout.ms");
  if (found == task_config.end()) return kDefaultTimeout;
  const std::string_view text = config::trim(found->second);
  int64_t timeout = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), timeout);
  if (error != std::errc() || end != text.data() + text.size()) return kDefaultTimeout;
  return std::chrono::milliseconds(timeout);
}

void Watchdog::watch(const std::shared_ptr<Task>& task, std::chrono::milliseconds timeout) {
  if (timeout.count() <= 0) return;
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  std::erase_if(watched_, [](const Watched& watched) { return watched.task.expired(); });
  watched_.push_back({task, timeout});
  news_ = true;
  changed_.notify_all();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Watchdog::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Watchdog::run() {
  pthread_setname_np(pthread_self(), "watchdog");
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    news_ = false;
    std::vector<Watched> watched = watched_;
    lock.unlock();
    const Clock::time_point next = look(std::move(watched));
    lock.lock();
    auto wake = [this] { return stopped_ || news_; };
    if (next == Clock::time_point::max())
      changed_.wait(lock, wake);
    else
      changed_.wait_until(lock, next, wake);
  }
}

Clock::time_point Watchdog::look(std::vector<Watched> watched) {
  Clock::time_point next = Clock::time_point::max();
  for (const Watched& one : watched)
    if (std::shared_ptr<Task> task = one.task.lock())
      next = std::min(next, task->look_for_stall(one.timeout));
  return next;
}

}  // namespace millrace::runtime
