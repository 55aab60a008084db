#include "herder/automatic_restart.h"

#include <gtest/gtest.h>

#include <vector>

#include "herder/manual_schedule.h"

namespace millrace::herder {
namespace {

using namespace std::chrono_literals;

class AutomaticRestartTest : public testing::Test {
 protected:
  AutomaticRestartTest() { logging::set_standard_error(false); }

  static RestartPolicy policy(int64_t attempts) {
    return RestartPolicy::from({{"errors.restart.max.attempts", std::to_string(attempts)},
                                {"errors.restart.delay.initial.ms", "1000"},
                                {"errors.restart.delay.max.ms", "8000"}});
  }
  void fail_once(int64_t attempts = 3) {
    restarts_.failed(part_, Error(ErrorKind::retriable, "no connection"), policy(attempts));
  }

  MetricRegistry metrics_;
  ManualSchedule schedule_;
  std::vector<std::string> done_;
  AutomaticRestart restarts_{schedule_, &metrics_, [this](const AutomaticRestart::Part& part) {
                               done_.push_back(part.to_string());
                             }};
  const AutomaticRestart::Part part_{"a", 0};
};

TEST_F(AutomaticRestartTest, DelaysDoubleUpToTheMaximumWithLessThanAFifthTakenOff) {
  for (auto full : {1000ms, 2000ms, 4000ms, 8000ms, 8000ms}) {
    fail_once(-1);
    ASSERT_EQ(schedule_.waiting(), 1u);
    EXPECT_LE(schedule_.next(), full);
    EXPECT_GE(schedule_.next(), full * 4 / 5 - 1ms);
    schedule_.advance(full);
  }
  EXPECT_EQ(done_.size(), 5u);
}

TEST_F(AutomaticRestartTest, GivesUpAfterSoManyAttempts) {
  for (int i = 0; i < 3; ++i) {
    fail_once();
    EXPECT_EQ(restarts_.notice(part_).substr(0, 14), "Restart " + std::to_string(i + 1) + " of 3");
    schedule_.advance(10s);
    restarts_.running(part_);
  }
  fail_once();
  EXPECT_EQ(schedule_.waiting(), 0u);
  EXPECT_EQ(restarts_.notice(part_), "No restart any more: 3 of 3 made");
  EXPECT_EQ(done_, std::vector<std::string>(3, "a-0"));
}

TEST_F(AutomaticRestartTest, NoticeCountsDown) {
  fail_once();
  EXPECT_EQ(restarts_.notice(part_), "Restart 1 of 3 in 1 s");
  schedule_.advance(1s);
  EXPECT_EQ(restarts_.notice(part_), "");
  fail_once(-1);
  EXPECT_EQ(restarts_.notice(part_), "Restart 2 in 2 s");
}

TEST_F(AutomaticRestartTest, ForgetsAfterItRanForTheLongestDelay) {
  fail_once();
  schedule_.advance(1s);
  restarts_.running(part_);
  schedule_.advance(7s);
  fail_once();
  EXPECT_EQ(restarts_.notice(part_).substr(0, 12), "Restart 2 of");
  schedule_.advance(2s);
  restarts_.running(part_);
  schedule_.advance(8s);
  fail_once();
  EXPECT_EQ(restarts_.notice(part_).substr(0, 12), "Restart 1 of");
}

TEST_F(AutomaticRestartTest, OffUnlessAskedFor) {
  restarts_.failed(part_, Error(ErrorKind::retriable, "x"), RestartPolicy::from({}));
  EXPECT_EQ(schedule_.waiting(), 0u);
  EXPECT_EQ(restarts_.notice(part_), "");
}

TEST_F(AutomaticRestartTest, OnlyTransientFailuresUnlessAll) {
  RestartPolicy given = policy(3);
  restarts_.failed(part_, Error(ErrorKind::fatal, "x"), given);
  EXPECT_EQ(schedule_.waiting(), 0u);
  EXPECT_EQ(restarts_.notice(part_), "No restart: the failure is not transient");
  given.all_failures = true;
  restarts_.failed(part_, Error(ErrorKind::bad_config, "x"), given);
  EXPECT_EQ(schedule_.waiting(), 1u);
}

TEST_F(AutomaticRestartTest, CancelledForgottenHeld) {
  fail_once();
  restarts_.cancel(part_);
  EXPECT_EQ(schedule_.waiting(), 0u);
  EXPECT_EQ(restarts_.notice(part_), "");

  fail_once();
  restarts_.hold("a");
  EXPECT_EQ(schedule_.waiting(), 0u);
  EXPECT_EQ(restarts_.notice(part_), "Restart 1 of 3 when the connector is resumed");
  restarts_.release("other");
  EXPECT_EQ(schedule_.waiting(), 0u);
  restarts_.release("a");
  EXPECT_EQ(schedule_.waiting(), 1u);

  schedule_.advance(1s);  // was too late: paused by then
  restarts_.postpone(part_);
  restarts_.release("a");
  EXPECT_EQ(restarts_.notice(part_), "Restart 1 of 3 in 1 s");
  restarts_.forget(part_);
  EXPECT_EQ(schedule_.waiting(), 0u);
  EXPECT_EQ(done_.size(), 1u);
}

TEST_F(AutomaticRestartTest, MetricsOfTasksAndConnectors) {
  fail_once();
  const AutomaticRestart::Part connector{"b", AutomaticRestart::kConnector};
  restarts_.failed(connector, Error(ErrorKind::timed_out, "x"), policy(1));
  schedule_.advance(1s);
  fail_once();
  const std::string text = metrics_.prometheus();
  for (const char* line :
       {"kafka_connect_connector_task_metrics_task_restart_attempts_total{connector=\"a\","
        "task=\"0\"} 1\n",
        "kafka_connect_connector_task_metrics_task_restart_waiting{connector=\"a\",task=\"0\"} 1\n",
        "kafka_connect_connector_metrics_connector_restart_attempts_total{connector=\"b\"} 1\n",
        "kafka_connect_connector_metrics_connector_restart_waiting{connector=\"b\"} 0\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  restarts_.forget(part_);
  EXPECT_EQ(metrics_.prometheus().find("task_restart"), std::string::npos);
}

TEST(IsTransient, LooksAtCauses) {
  auto exiting = [](Error cause) {
    return Error(ErrorKind::fatal, "Exiting WorkerSinkTask").caused_by(std::move(cause));
  };
  EXPECT_TRUE(is_transient(exiting(Error(ErrorKind::retriable, "x"))));
  EXPECT_TRUE(is_transient(Error(ErrorKind::timed_out, "x")));
  EXPECT_TRUE(is_transient(Error(ErrorKind::fatal, "x", "java.io.IOException")));
  EXPECT_TRUE(is_transient(Error(ErrorKind::fatal, "x", "java.net.ConnectException")));
  EXPECT_FALSE(is_transient(Error(ErrorKind::fatal, "x")));
  EXPECT_FALSE(is_transient(Error(ErrorKind::conflict, "x")));
  EXPECT_FALSE(is_transient(Error(ErrorKind::fatal, "Tolerance exceeded in error handler")
                                .caused_by(Error(ErrorKind::retriable, "x"))));
  EXPECT_FALSE(
      is_transient(Error(ErrorKind::retriable, "x").caused_by(Error(ErrorKind::bad_config, "y"))));
  EXPECT_FALSE(is_transient(exiting(Error(ErrorKind::bad_data, "x"))));
}

}  // namespace
}  // namespace millrace::herder
