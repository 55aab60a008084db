// How a sink task's offsets are committed, and what happens when partitions come and go.

#include "runtime/sink_task_test_support.h"

namespace millrace::runtime::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SinkCommitTest : public SinkTaskTest {
 protected:
  // The task asks for a commit in the put of a batch that begins with `value`.
  static std::function<void(FakeSinkTask&)> commit_at(std::string value) {
    return [value](FakeSinkTask& task) {
      task.on_put = [&task, value](const auto&, const data::Records& records) -> Result<void> {
        if (!records.selected.empty() && data::text(records.values[0]) == value) {
          task.context->request_commit();
        }
        return {};
      };
    };
  }
};

TEST_F(SinkCommitTest, CommitsAtTheInterval) {
  settings.offset_flush_interval = milliseconds(0);
  assign({t0});
  records(t0, {"a"});
  records(t0, {"b", "c"});
  nothing();
  run();
  EXPECT_THAT(journal.only({"commit"}), ElementsAre("commit_async t-0:1", "commit_async t-0:3"));
}

TEST_F(SinkCommitTest, CommitsWhenTheTaskAsks) {
  prepare = commit_at("b");
  assign({t0});
  records(t0, {"a"});
  records(t0, {"b"});
  records(t0, {"c"});
  run();
  EXPECT_THAT(journal.only({"put ", "commit"}),
              ElementsAre("put a", "put b", "commit_async t-0:2", "put c", "commit_sync t-0:3"));
}

TEST_F(SinkCommitTest, TheTaskLowersAndWithdrawsOffsets) {
  settings.offset_flush_interval = milliseconds(0);
  prepare = [](FakeSinkTask& task) {
    task.on_pre_commit = [](std::vector<TopicPartitionOffset>& offsets) -> Result<void> {
      std::erase_if(offsets, [](const auto& o) { return o.partition.partition == 1; });
      if (offsets[0].offset >= 1) offsets[0].offset = 1;
      return {};
    };
  };
  assign({t0, t1});
  records(t0, {"a", "b"});
  records(t1, {"c"});
  nothing();
  run();
  EXPECT_THAT(journal.only({"commit"}), ElementsAre("commit_async t-0:1 t-1:0"));
}

TEST_F(SinkCommitTest, OffsetsThatTheTaskMayNotNameAreDropped) {
  prepare = [](FakeSinkTask& task) {
    task.on_pre_commit = [](std::vector<TopicPartitionOffset>& offsets) -> Result<void> {
      offsets = {{{"t", 0}, 99, ""}, {{"t", 1}, 1, ""}, {{"x", 0}, 1, ""}};
      return {};
    };
  };
  assign({t0, t1});
  records(t0, {"a"});
  records(t1, {"b", "c"});
  run();
  EXPECT_THAT(journal.only({"commit"}), ElementsAre("commit_sync t-0:0 t-1:1"));
}

TEST_F(SinkCommitTest, AFailingPreCommitRewindsToTheLastCommit) {
  bool broken = false;
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [&](const auto&, const data::Records&) -> Result<void> {
      task.context->request_commit();
      return {};
    };
    task.on_pre_commit = [&](std::vector<TopicPartitionOffset>&) -> Result<void> {
      if (!std::exchange(broken, false)) return {};
      return fail(ErrorKind::fatal, "cannot flush");
    };
  };
  assign({t0});
  records(t0, {"a"});
  records(t0, {"b", "c"});
  step([&](Fetch& fetch) {
    consumer->fetch(fetch, t0, {"d"});
    broken = true;
  });
  nothing();
  step([&](Fetch& fetch) {
    EXPECT_EQ(consumer->positions[t0], 3);
    consumer->fetch(fetch, t0, {"d"});
  });
  run();
  EXPECT_THAT(journal.only({"put ", "commit", "seek"}),
              ElementsAre("put a", "commit_async t-0:1", "put b c", "commit_async t-0:3", "put d",
                          "seek t-0:3", "put d", "commit_async t-0:4"));
}

TEST_F(SinkCommitTest, AFailingPreCommitDropsWhatIsHeldForAnotherPut) {
  int refusals = 1;
  bool broken = true;
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [&](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty() || refusals-- <= 0) return {};
      task.context->request_commit();
      return fail(ErrorKind::retriable, "not now");
    };
    task.on_pre_commit = [&](std::vector<TopicPartitionOffset>&) -> Result<void> {
      if (!std::exchange(broken, false)) return {};
      return fail(ErrorKind::fatal, "cannot flush");
    };
  };
  assign({t0});
  records(t0, {"a"});
  step([&](Fetch& fetch) { consumer->fetch(fetch, t0, {"a again"}); });
  run();
  EXPECT_THAT(journal.only({"put ", "seek", "pause", "resume", "commit"}),
              ElementsAre("put a", "pause t-0", "seek t-0:0", "resume t-0", "put a again",
                          "commit_sync t-0:1"));
}

TEST_F(SinkCommitTest, ALateAnswerOfAnOlderCommitIsIgnored) {
  settings.offset_flush_interval = milliseconds(0);
  settings.offset_flush_timeout = milliseconds(0);
  consumer->commits_answered = false;
  assign({t0});
  records(t0, {"a"});
  records(t0, {"b"});
  nothing();  // the first commit is given up here
  step([this](Fetch&) {
    ASSERT_EQ(consumer->kept_answers.size(), 2u);
    consumer->kept_answers[1]();
    consumer->kept_answers[0]();
  });
  nothing();
  run();
  // Were the late answer taken, offset 2 would have to be committed once more.
  EXPECT_THAT(journal.only({"commit"}), ElementsAre("commit_async t-0:1", "commit_async t-0:2"));
}

TEST_F(SinkCommitTest, NoSecondCommitWhileOneIsUnderWay) {
  settings.offset_flush_interval = milliseconds(0);
  consumer->commits_answered = false;
  settings.offset_flush_timeout = std::chrono::hours(1);
  assign({t0});
  records(t0, {"a"});
  records(t0, {"b"});
  step([this](Fetch&) { consumer->kept_answers.front()(); });
  nothing();
  run();
  EXPECT_THAT(journal.only({"commit"}),
              ElementsAre("commit_async t-0:1", "commit_async t-0:2", "commit_sync t-0:2"));
}

TEST_F(SinkCommitTest, AFailedCommitIsTriedAgain) {
  settings.offset_flush_interval = milliseconds(0);
  consumer->commit_failure = Error(ErrorKind::retriable, "coordinator moved");
  assign({t0});
  records(t0, {"a"});
  nothing();
  step([this](Fetch&) { consumer->commit_failure.reset(); });
  nothing();
  run();
  EXPECT_THAT(journal.only({"commit"}),
              ElementsAre("commit_async t-0:1", "commit_async t-0:1", "commit_async t-0:1"));
}

TEST_F(SinkCommitTest, RevokedPartitionsAreCommittedAndClosed) {
  assign({t0, t1});
  records(t0, {"a"});
  records(t1, {"b"});
  revoke({t0});
  records(t1, {"c"});
  run();
  EXPECT_THAT(journal.only({"pre_commit", "close", "commit", "put "}),
              ElementsAre("put a", "put b", "pre_commit t-0:1", "close t-0", "commit_sync t-0:1",
                          "put c", "pre_commit t-1:2", "close t-1", "commit_sync t-1:2"));
}

TEST_F(SinkCommitTest, LostPartitionsAreClosedWithoutACommit) {
  assign({t0, t1});
  records(t0, {"a"});
  lose({t0});
  run();
  EXPECT_THAT(journal.only({"pre_commit", "close", "commit"}),
              ElementsAre("close t-0", "pre_commit t-1:0", "close t-1"));
}

TEST_F(SinkCommitTest, OnlyNewPartitionsAreOpened) {
  assign({t0});
  assign({t1});
  assign({});
  run();
  EXPECT_THAT(journal.only({"open"}), ElementsAre("open t-0", "open t-1"));
}

TEST_F(SinkCommitTest, AHeldBatchLosesTheRecordsOfRemovedPartitions) {
  int refusals = 1;
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [&](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty() || refusals-- <= 0) return {};
      return fail(ErrorKind::retriable, "not now");
    };
  };
  assign({t0, t1});
  step([this](Fetch& fetch) {
    consumer->fetch(fetch, t0, {"a", "b"});
    consumer->fetch(fetch, t1, {"c"});
  });
  revoke({t0});
  run();
  EXPECT_THAT(journal.only({"put ", "commit"}),
              ElementsAre("put a b c", "put c", "commit_sync t-1:1"));
}

TEST_F(SinkCommitTest, NothingIsLostWhereARevokedPartitionComesBack) {
  int refusals = 1;
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [&](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty() || refusals-- <= 0) return {};
      return fail(ErrorKind::retriable, "not now");
    };
  };
  assign({t0});
  records(t0, {"a"});
  step([this](Fetch&) {
    consumer->revoke({t0});
    consumer->positions[t0] = 0;  // what is committed
    consumer->assign({t0});
    EXPECT_FALSE(consumer->paused().contains(t0));
  });
  records(t0, {"a"});
  run();
  EXPECT_THAT(journal.only({"put ", "commit"}), ElementsAre("put a", "put a", "commit_sync t-0:1"));
}

TEST_F(SinkCommitTest, NewPartitionsArePausedWhileABatchIsHeld) {
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty()) return {};
      return fail(ErrorKind::retriable, "not now");
    };
  };
  assign({t0});
  records(t0, {"a"});
  assign({t1});
  step([this](Fetch&) { EXPECT_EQ(consumer->paused().size(), 2u); });
  run();
  EXPECT_THAT(journal.only({"pause"}), ElementsAre("pause t-0", "pause t-1"));
}

TEST_F(SinkCommitTest, AFailingOpenFailsTheTask) {
  prepare = [](FakeSinkTask& task) {
    task.on_open = [] { return fail(ErrorKind::fatal, "cannot open"); };
  };
  assign({t0});
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(status.trace(), HasSubstr("cannot open"));
}

TEST_F(SinkCommitTest, AFailingCloseFailsTheTask) {
  bool broken = true;
  prepare = [&](FakeSinkTask& task) {
    task.on_close = [&]() -> Result<void> {
      if (!std::exchange(broken, false)) return {};
      return fail(ErrorKind::fatal, "cannot close");
    };
  };
  assign({t0});
  revoke({t0});
  nothing();
  run();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(status.trace(), HasSubstr("cannot close"));
}

TEST_F(SinkCommitTest, TheTaskRewindsByOffset) {
  prepare = [](FakeSinkTask& task) {
    task.on_open = [&task]() -> Result<void> {
      const std::vector<TopicPartitionOffset> to{{{"t", 0}, 5, ""}};
      task.context->rewind(to);
      return {};
    };
  };
  assign({t0});
  records(t0, {"f"});
  run();
  EXPECT_THAT(journal.only({"open", "seek", "put ", "commit"}),
              ElementsAre("open t-0", "seek t-0:5", "put f", "commit_sync t-0:6"));
}

TEST_F(SinkCommitTest, ARewindIsNotUndoneByTheBatchThatIsHeld) {
  bool first = true;
  prepare = [&](FakeSinkTask& task) {
    task.on_put = [&](const auto&, const data::Records& records) -> Result<void> {
      if (records.selected.empty() || !std::exchange(first, false)) return {};
      const std::vector<TopicPartitionOffset> to{{{"t", 0}, 0, ""}};
      task.context->rewind(to);
      return fail(ErrorKind::retriable, "not now");
    };
  };
  consumer->positions[t0] = 3;
  assign({t0});
  records(t0, {"d"});
  nothing();
  run();
  EXPECT_THAT(journal.only({"seek", "put ", "pre_commit", "commit"}),
              ElementsAre("put d", "seek t-0:0", "put d", "pre_commit t-0:0"));
}

TEST_F(SinkCommitTest, AnAbandonedTaskCommitsNothing) {
  assign({t0});
  records(t0, {"a"});
  step([this](Fetch&) { runner->abandon(); });
  run();
  EXPECT_THAT(journal.only({"commit", "cancel"}), ElementsAre("cancel"));
  EXPECT_THAT(status.states(), ElementsAre("RUNNING"));
}

TEST_F(SinkCommitTest, NothingIsCommittedThatDidNotChange) {
  consumer->positions[t0] = 4;
  settings.offset_flush_interval = milliseconds(0);
  assign({t0});
  nothing();
  run();
  EXPECT_THAT(journal.only({"commit"}), IsEmpty());
  EXPECT_THAT(journal.only({"pre_commit"}), Contains("pre_commit t-0:4"));
}

}  // namespace
}  // namespace millrace::runtime::testing
