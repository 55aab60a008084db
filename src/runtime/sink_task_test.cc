// How records get to a sink's connector: puts, retries, errors, pauses, the end.

#include "runtime/sink_task_test_support.h"

namespace millrace::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(SinkTaskTest, LivesFromSubscribeToClose) {
  assign({t0});
  records(t0, {"a", "b"});
  nothing();
  run();
  EXPECT_THAT(journal.lines(), ElementsAre("subscribe t", "start", "open t-0", "put", "put a b",
                                           "put", "pre_commit t-0:2", "close t-0",
                                           "commit_sync t-0:2", "stop", "consumer closed"));
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "UNASSIGNED"));
}

TEST_F(SinkTaskTest, SubscribesToARegularExpression) {
  settings.config = {{"topics.regex", "a.*"}};
  run();
  EXPECT_EQ(journal.lines().front(), "subscribe_pattern a.*");
}

TEST_F(SinkTaskTest, RefusesToRunWithoutTopics) {
  settings.config = {};
  run();
  EXPECT_THAT(status.states(), ElementsAre("FAILED"));
  EXPECT_THAT(status.trace(), HasSubstr("Must configure one of topics or topics.regex"));
  EXPECT_THAT(journal.lines(), ElementsAre("stop", "consumer closed"));
}

TEST_F(SinkTaskTest, AFailingStartFailsTheTask) {
  prepare = [](FakeSinkTask& task) {
    task.on_start = [] { return fail(ErrorKind::fatal, "no such file"); };
  };
  run();
  EXPECT_THAT(status.states(), ElementsAre("FAILED"));
  EXPECT_THAT(status.trace(), HasSubstr("no such file"));
}

TEST_F(SinkTaskTest, ARetriablePutGetsTheSameBatchAgain) {
  int refusals = 2;
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [&](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty() || refusals-- <= 0) return {};
      task.context->retry_after(milliseconds(70));
      return fail(ErrorKind::retriable, "not now");
    };
  };
  assign({t0, t1});
  records(t0, {"a", "b"});
  step([&](Fetch&) {
    EXPECT_LE(consumer->last_timeout, milliseconds(70));
    EXPECT_EQ(consumer->paused().size(), 2u);
  });
  nothing();
  records(t0, {"c"});
  run();
  EXPECT_THAT(journal.only({"put ", "pause", "resume", "commit_sync"}),
              ElementsAre("put a b", "pause t-0 t-1", "put a b", "put a b", "resume t-0 t-1",
                          "put c", "commit_sync t-0:3 t-1:0"));
}

TEST_F(SinkTaskTest, ABatchThatIsHeldAtTheEndIsNotCommitted) {
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty()) return {};
      return fail(ErrorKind::retriable, "not now");
    };
  };
  assign({t0});
  records(t0, {"a"});
  nothing();
  run();
  EXPECT_THAT(journal.only({"pre_commit", "commit"}), ElementsAre("pre_commit t-0:0"));
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "UNASSIGNED"));
}

TEST_F(SinkTaskTest, AnyOtherErrorOfPutFailsTheTask) {
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty() || data::text(records.values[0]) != "b") return {};
      return fail(ErrorKind::fatal, "disk full");
    };
  };
  assign({t0});
  records(t0, {"a"});
  records(t0, {"b"});
  records(t0, {"c"});
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(status.trace(),
              HasSubstr("org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask "
                        "due to unrecoverable exception.\nCaused by: "
                        "org.apache.kafka.connect.errors.ConnectException: disk full"));
  EXPECT_THAT(journal.only({"put ", "commit", "close", "stop"}),
              ElementsAre("put a", "put b", "close t-0", "commit_sync t-0:1", "stop"));
}

TEST_F(SinkTaskTest, APoisonRecordIsSkippedWhereErrorsAreTolerated) {
  errors.tolerate_all = true;
  assign({t0});
  records(t0, {"a", "bad", "b"});
  records(t0, {"bad too"});
  run();
  EXPECT_THAT(journal.only({"put ", "commit"}), ElementsAre("put a b", "commit_sync t-0:4"));
  EXPECT_EQ(settings.errors->probe().skipped.total(), 2u);
}

TEST_F(SinkTaskTest, ATopicOfWhichNothingCanBeConvertedIsNotUsed) {
  errors.tolerate_all = true;
  std::vector<std::string> used;
  settings.topic_used = [&used](const TaskId&, std::string_view topic) {
    used.emplace_back(topic);
  };
  const TopicPartition other{"other", 0};
  assign({t0, other});
  step([this, &other](Fetch& fetch) {
    consumer->fetch(fetch, other, {"bad"});
    consumer->fetch(fetch, t0, {"bad", "a", "bad"});
  });
  run();
  EXPECT_THAT(used, ElementsAre("t"));
}

TEST_F(SinkTaskTest, APoisonRecordFailsTheTaskAfterTheRecordsBeforeIt) {
  assign({t0, t1});
  step([this](Fetch& fetch) {
    consumer->fetch(fetch, t0, {"a", "b", "bad", "c"});
    consumer->fetch(fetch, t1, {"d"});
  });
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(status.trace(),
              HasSubstr("org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in "
                        "error handler\n\tat VALUE_CONVERTER Value {topic='t', partition=0, "
                        "offset=2, timestamp=1000, timestampType=CreateTime}\nCaused by: "
                        "org.apache.kafka.connect.errors.DataException: cannot be converted: bad"));
  EXPECT_THAT(journal.only({"put ", "commit"}), ElementsAre("put a b", "commit_sync t-0:2 t-1:0"));
}

TEST_F(SinkTaskTest, APoisonRecordAtTheBeginningDeliversNothing) {
  assign({t0});
  records(t0, {"bad", "a"});
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(journal.only({"put ", "commit"}), IsEmpty());
}

TEST_F(SinkTaskTest, HeadersAreConvertedWithTheirRecords) {
  assign({t0});
  step([this](Fetch& fetch) {
    consumer->fetch(fetch, t0, {"a", "b", "c"});
    const auto* text = reinterpret_cast<const uint8_t*>("h1h2h3");
    fetch.header_begin = {0, 1, 1, 3};
    fetch.headers = {{"x", text, 2}, {"y", text + 2, 2}, {"z", text + 4, 2}};
  });
  run();
  EXPECT_THAT(journal.only({"put "}), ElementsAre("put a(h1) b c(h2)(h3)"));
}

TEST_F(SinkTaskTest, AFailingConsumerFailsTheTask) {
  assign({t0});
  records(t0, {"a"});
  step([this](Fetch&) { consumer->poll_failure = Error(ErrorKind::fatal, "offset out of range"); });
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(status.trace(), HasSubstr("offset out of range"));
  EXPECT_THAT(journal.only({"commit"}), ElementsAre("commit_sync t-0:1"));
}

TEST_F(SinkTaskTest, PauseKeepsPollingAndResumeGoesOn) {
  assign({t0});
  records(t0, {"a"});
  step([this](Fetch&) { runner->set_target(TargetState::kPaused); });
  step([this](Fetch&) { EXPECT_TRUE(consumer->paused().contains(t0)); });
  step([this](Fetch&) { runner->set_target(TargetState::kStarted); });
  records(t0, {"b"});
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "PAUSED", "RUNNING", "UNASSIGNED"));
  EXPECT_THAT(journal.only({"put ", "pause", "resume", "commit"}),
              ElementsAre("put a", "pause t-0", "commit_async t-0:1", "resume t-0", "put b",
                          "commit_sync t-0:2"));
}

TEST_F(SinkTaskTest, ATaskThatBeginsPausedStartsWhenResumed) {
  settings.target = TargetState::kPaused;
  make();
  runner->start();
  status.wait_for("PAUSED");
  EXPECT_THAT(journal.lines(), IsEmpty());
  runner->set_target(TargetState::kStarted);
  wait();
  EXPECT_THAT(status.states(), ElementsAre("PAUSED", "RUNNING", "UNASSIGNED"));
}

TEST_F(SinkTaskTest, TheTaskPausesPartitionsOfItsOwn) {
  prepare = [this](FakeSinkTask& task) {
    task.on_put = [&task, this](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty()) return {};
      const auto value = data::text(records.values[0]);
      const std::vector<TopicPartition> mine{t0}, stranger{{"x", 9}};
      if (value == "a") {
        EXPECT_TRUE(task.context->pause(mine));
      } else if (value == "b") {
        EXPECT_TRUE(task.context->resume(mine));
      }
      auto refused = task.context->pause(stranger);
      EXPECT_EQ(refused.error().message(),
                "SinkTasks may not pause partitions that are not currently assigned to them.");
      return {};
    };
  };
  assign({t0, t1});
  records(t0, {"a"});
  step([this](Fetch&) { runner->set_target(TargetState::kPaused); });
  step([this](Fetch&) { runner->set_target(TargetState::kStarted); });
  records(t1, {"b"});
  records(t0, {"c"});
  run();
  EXPECT_THAT(
      journal.only({"put ", "pause", "resume"}),
      ElementsAre("put a", "pause t-0", "pause t-1", "resume t-1", "put b", "resume t-0", "put c"));
}

TEST_F(SinkTaskTest, AReportedRecordIsToleratedOrFailsTheTask) {
  for (bool tolerate : {true, false}) {
    SCOPED_TRACE(tolerate);
    pipeline::ErrorPolicyConfig config;
    config.tolerate_all = tolerate;
    config.log = true;
    pipeline::ErrorPolicy policy(config, "sink-0", "");
    pipeline::RawRecords raw;
    const std::string_view topics[] = {"t"};
    const int32_t partitions[] = {3};
    const int64_t offsets[] = {9}, timestamps[] = {8};
    raw.count = 1, raw.topics = topics, raw.partitions = partitions, raw.offsets = offsets;
    raw.timestamps = timestamps;
    auto reported = policy.report_put(0, Error(ErrorKind::bad_data, "too long"),
                                      pipeline::ConsumedRecords(raw));
    EXPECT_EQ(reported.has_value(), tolerate);
    EXPECT_EQ(policy.put_error().has_value(), !tolerate);
    EXPECT_EQ(policy.probe().failures.total(), 1u);
    EXPECT_EQ(policy.probe().logged.total(), 1u);
  }
}

TEST_F(SinkTaskTest, AReportThatTheTaskSwallowsFailsItAllTheSame) {
  errors.log = true;
  prepare = [](FakeSinkTask& task) {
    task.on_put = [&task](const auto& batch, const data::Records& records) -> Result<void> {
      if (records.selected.empty()) return {};
      (void)task.context->report(*batch, 0, nullptr, Error(ErrorKind::bad_data, "too long"));
      return {};
    };
  };
  assign({t0});
  records(t0, {"a"});
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(status.trace(), HasSubstr("Tolerance exceeded in error handler"));
  EXPECT_THAT(status.trace(), HasSubstr("too long"));
  EXPECT_THAT(journal.only({"commit"}), IsEmpty());
}

TEST_F(SinkTaskTest, ATaskThatHoldsTooMuchIsAskedToCommitAndThenNotFed) {
  std::vector<std::shared_ptr<data::Batch>> held;
  limits.retained_bytes = 1;
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [&](const auto& batch, const data::Records& records) -> Result<void> {
      if (!records.selected.empty()) held.push_back(batch);
      return {};
    };
  };
  assign({t0});
  records(t0, {"a"});
  step([&](Fetch&) {
    EXPECT_TRUE(consumer->paused().contains(t0));
    held.clear();
  });
  records(t0, {"b"});
  step([&](Fetch&) { held.clear(); });
  run();
  EXPECT_THAT(journal.only({"put ", "pause", "resume", "pre_commit"}),
              ElementsAre("put a", "pause t-0", "pre_commit t-0:1", "resume t-0", "put b",
                          "pause t-0", "pre_commit t-0:2", "resume t-0", "pre_commit t-0:2"));
}

TEST_F(SinkTaskTest, ATaskThatNeverLetsGoFails) {
  std::vector<std::shared_ptr<data::Batch>> held;
  limits.retained_bytes = 1;
  settings.offset_flush_interval = milliseconds(0);
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [&](const auto& batch, const auto&) -> Result<void> {
      held.push_back(batch);
      return {};
    };
  };
  assign({t0});
  records(t0, {"a"});
  for (int i = 0; i < 5; ++i) nothing();
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(status.trace(), HasSubstr("The connector holds on to"));
}

}  // namespace
}  // namespace millrace::runtime::testing
