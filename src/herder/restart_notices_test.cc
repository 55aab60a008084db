#include "herder/restart_notices.h"

#include <gtest/gtest.h>

#include "herder/manual_schedule.h"

namespace millrace::herder {
namespace {

ConnectorStatus failed_status() {
  ConnectorStatus status;
  status.name = "a";
  status.connector.state = State::kRunning;
  for (int32_t index : {0, 1}) {
    ConnectorStatus::TaskPart task;
    task.index = index;
    task.state = State::kFailed;
    task.trace = index == 0 ? "org.apache.Trace\n" : "org.apache.Trace";
    status.tasks.push_back(task);
  }
  return status;
}

TEST(RestartNotices, AreALineOfTheirOwn) {
  ManualSchedule schedule;
  AutomaticRestart restarts(schedule, nullptr, [](const AutomaticRestart::Part&) {});
  RestartPolicy policy;
  policy.maximum_attempts = 3;
  const Error error(ErrorKind::retriable, "no network");
  for (int32_t index : {AutomaticRestart::kConnector, 0, 1})
    restarts.failed({"a", index}, error, policy);
  ConnectorStatus status = failed_status();
  add_restart_notices(restarts, status);
  EXPECT_EQ(status.connector.trace, "");  // it runs again
  for (const ConnectorStatus::TaskPart& task : status.tasks)
    EXPECT_EQ(task.trace, "org.apache.Trace\nRestart 1 of 3 in 1 s");
}

TEST(RestartNotices, NothingWhereNothingWasAskedFor) {
  ManualSchedule schedule;
  AutomaticRestart restarts(schedule, nullptr, [](const AutomaticRestart::Part&) {});
  ConnectorStatus status = failed_status();
  add_restart_notices(restarts, status);
  EXPECT_EQ(status.tasks[1].trace, "org.apache.Trace");
}

TEST(RestartNotices, WhatIsFailed) {
  const ConnectorStatus status = failed_status();
  EXPECT_FALSE(is_failed(status, {"a", AutomaticRestart::kConnector}));
  EXPECT_TRUE(is_failed(status, {"a", 1}));
  EXPECT_FALSE(is_failed(status, {"a", 2}));
}

}  // namespace
}  // namespace millrace::herder
