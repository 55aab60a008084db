// A task that hangs in a call of its connector says so, and says when it is over.

#include "runtime/watchdog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>

namespace millrace::runtime {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Statuses : public TaskStatusListener {
 public:
  void task_state_changed(const TaskId&, State state, const std::string& trace) override {
    std::lock_guard lock(mutex_);
    told_.push_back(std::string(state_name(state)) + " " + trace);
    changed_.notify_all();
  }
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 60s, [this] { return !told_.empty(); })) return "nothing";
    std::string text = std::move(told_.front());
    told_.pop_front();
    return text;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> told_;
};

// Holds `put` until it is let go, twice; then waits for its end.
class HangingTask : public Task {
 public:
  explicit HangingTask(TaskStatusListener& listener)
      : Task({"c", 0}, TargetState::kStarted, listener) {}
  void let_go() {
    std::lock_guard lock(gate_mutex_);
    ++gates_;
    gate_.notify_all();
  }
  bool is_stalled() const { return held_.stalled; }

 protected:
  Result<void> run() override {
    report_running();
    for (int i = 1; i <= 2; ++i) {
      const Holding holding(held_, PluginCall::kPut);
      std::unique_lock lock(gate_mutex_);
      gate_.wait(lock, [&] { return gates_ >= i || abandoned(); });
    }
    while (!wait_to_stop(1h)) continue;
    return {};
  }
  void wake() override { gate_.notify_all(); }

 private:
  std::mutex gate_mutex_;
  std::condition_variable gate_;
  int gates_ = 0;
};

TEST(WatchdogTest, ReportsEachStallAndItsEnd) {
  Statuses statuses;
  Watchdog watchdog;
  auto task = std::make_shared<HangingTask>(statuses);
  task->start();
  EXPECT_EQ(statuses.next(), "RUNNING ");
  EXPECT_FALSE(task->is_stalled());
  watchdog.watch(task, 30ms);
  const std::string told = statuses.next();
  EXPECT_THAT(told, HasSubstr("RUNNING The connector's put holds task c-0 since 20"));
  EXPECT_THAT(told, HasSubstr("longer than errors.stall.timeout.ms=30: it is stalled."));
  EXPECT_TRUE(task->is_stalled());
  task->let_go();
  // The second put is held, too: the end of the first may be told before, or is not seen at all.
  std::string second = statuses.next();
  if (second == "RUNNING ") second = statuses.next();
  EXPECT_THAT(second, HasSubstr("put holds task c-0"));
  EXPECT_NE(second, told);
  task->let_go();
  EXPECT_EQ(statuses.next(), "RUNNING ");
  EXPECT_FALSE(task->is_stalled());
  task->request_stop();
  ASSERT_TRUE(task->wait_stopped(std::chrono::steady_clock::now() + 60s));
  EXPECT_EQ(statuses.next(), "UNASSIGNED ");
}

TEST(WatchdogTest, IsOffWithoutATimeAndEndsWhileATaskHangs) {
  EXPECT_EQ(stall_timeout({}), 300s);
  EXPECT_EQ(stall_timeout({{"errors.stall.timeout.ms", " 70 "}}), 70ms);
  EXPECT_EQ(stall_timeout({{"errors.stall.timeout.ms", "0"}}), 0ms);
  EXPECT_EQ(stall_timeout({{"errors.stall.timeout.ms", "soon"}}), 300s);
  Statuses statuses;
  auto task = std::make_shared<HangingTask>(statuses);
  task->start();
  EXPECT_EQ(statuses.next(), "RUNNING ");
  {
    Watchdog watchdog;
    watchdog.watch(task, 0ms);
    watchdog.watch(task, 1h);
  }
  EXPECT_FALSE(task->is_stalled());
  task->abandon();
  ASSERT_TRUE(task->wait_stopped(std::chrono::steady_clock::now() + 60s));
}

}  // namespace
}  // namespace millrace::runtime
