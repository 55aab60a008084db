// errors.bisect: a batch that is refused is halved down to the records that cannot be put.

#include "runtime/sink_task_test_support.h"

namespace millrace::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SinkSearchTest : public SinkTaskTest {
 protected:
  SinkSearchTest() {
    errors.tolerate_all = errors.bisect = true;
    prepare = [this](FakeSinkTask& made) {
      made.on_put = [this](const auto&, const data::Records& records) { return put(records); };
    };
  }
  // Values that begin with "poison" are refused, with "later" once with another error.
  Result<void> put(const data::Records& records) {
    for (uint32_t record : records.selected) {
      const std::string_view text = data::text(records.values[record]);
      if (text.starts_with("poison"))
        return fail(ErrorKind::bad_data, "cannot put " + std::string(text));
      if (text == "later" && laters-- > 0) return fail(ErrorKind::retriable, "not now");
    }
    if (stop_after_put && !records.selected.empty()) runner->request_stop();
    return {};
  }
  std::vector<std::string> reported() const {
    std::vector<std::string> texts;
    for (const std::string& letter : letters->reported) texts.push_back(letter);
    return texts;
  }
  void run_search() {
    make_with_letters();
    runner->start();
    wait();
  }
  int laters = 1;
  bool stop_after_put = false;
  struct Letters : pipeline::DeadLetterQueue {
    void report(const pipeline::RawRecords& raw, uint32_t record,
                const data::RecordFailure& failure) override {
      reported.push_back(std::string(data::stage_name(failure.stage)) + " " +
                         std::string(raw.topics[record]) + "-" +
                         std::to_string(raw.partitions[record]) + ":" +
                         std::to_string(raw.offsets[record]) + " " + failure.error.message());
    }
    Result<void> await_written(milliseconds) override { return {}; }
    std::vector<std::string> reported;
  };
  std::shared_ptr<Letters> letters = std::make_shared<Letters>();

 private:
  void make_with_letters() {
    dead_letters = letters;
    make();
  }
};

TEST_F(SinkSearchTest, PoisonIsFoundAndTheRestIsPutInOrder) {
  assign({t0});
  records(t0, {"a", "b", "c", "poison", "d", "e", "f", "g"});
  records(t0, {"h"});
  run_search();
  EXPECT_THAT(journal.only({"put ", "commit_sync"}),
              ElementsAre("put a b c poison d e f g", "put a b c poison", "put a b", "put c poison",
                          "put c", "put poison", "put d e f g", "put h", "commit_sync t-0:9"));
  EXPECT_THAT(reported(), ElementsAre("TASK_PUT t-0:3 cannot put poison"));
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "UNASSIGNED"));
}

TEST_F(SinkSearchTest, WhatIsRefusedBeforeAnythingIsPutIsReportedWhenItIsClear) {
  assign({t0, t1});
  step([this](Fetch& fetch) {
    consumer->fetch(fetch, t0, {"poison1", "poison2", "a"});
    consumer->fetch(fetch, t1, {"poison3", "b"});
  });
  run_search();
  EXPECT_THAT(reported(),
              ElementsAre("TASK_PUT t-0:0 cannot put poison1", "TASK_PUT t-0:1 cannot put poison2",
                          "TASK_PUT t-1:0 cannot put poison3"));
  EXPECT_THAT(journal.only({"commit_sync"}), ElementsAre("commit_sync t-0:3 t-1:2"));
}

TEST_F(SinkSearchTest, WhereNothingCanBePutTheTaskFailsAndNothingIsReported) {
  assign({t0});
  records(t0, {"a"});
  records(t0, {"poison1", "poison2", "poison3"});
  run_search();
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(status.trace(), HasSubstr("Exiting WorkerSinkTask due to unrecoverable exception."));
  EXPECT_THAT(status.trace(), HasSubstr("cannot put poison1"));
  EXPECT_THAT(reported(), IsEmpty());
  EXPECT_THAT(journal.only({"commit_sync"}), ElementsAre("commit_sync t-0:1"));
}

TEST_F(SinkSearchTest, ASingleRecordThatIsRefusedIsPoison) {
  assign({t0});
  records(t0, {"poison"});
  records(t0, {"a"});
  run_search();
  EXPECT_THAT(journal.only({"put ", "commit_sync"}),
              ElementsAre("put poison", "put a", "commit_sync t-0:2"));
  EXPECT_THAT(reported(), ElementsAre("TASK_PUT t-0:0 cannot put poison"));
}

TEST_F(SinkSearchTest, WithoutTheSettingOrWithoutToleranceTheTaskFails) {
  errors.tolerate_all = false;
  assign({t0});
  records(t0, {"a", "poison"});
  run_search();
  EXPECT_THAT(journal.only({"put ", "commit_sync"}), ElementsAre("put a poison"));
  EXPECT_THAT(status.states(), ElementsAre("RUNNING", "FAILED"));
}

TEST_F(SinkSearchTest, AConnectorThatReportsItselfIsNotSearched) {
  prepare = [this](FakeSinkTask& made) {
    made.on_put = [&made](const auto& batch, const data::Records& records) -> Result<void> {
      if (records.selected.empty()) return {};
      (void)made.context->report(*batch, 0, nullptr, Error(ErrorKind::bad_data, "mine"));
      return fail(ErrorKind::fatal, "disk full");
    };
  };
  assign({t0});
  records(t0, {"a", "b"});
  run_search();
  EXPECT_THAT(journal.only({"put "}), ElementsAre("put a b"));
  EXPECT_THAT(status.trace(), HasSubstr("disk full"));
}

TEST_F(SinkSearchTest, ARetriableFailureGoesOnWithTheSamePiece) {
  assign({t0});
  records(t0, {"a", "poison", "later", "b"});
  step([this](Fetch&) { EXPECT_EQ(consumer->paused().size(), 1u); });
  records(t0, {"c"});
  run_search();
  EXPECT_THAT(journal.only({"put ", "commit_sync"}),
              ElementsAre("put a poison later b", "put a poison", "put a", "put poison",
                          "put later b", "put later b", "put c", "commit_sync t-0:5"));
}

TEST_F(SinkSearchTest, AStopCommitsWhatIsPutAndNoMore) {
  stop_after_put = true;
  assign({t0, t1});
  step([this](Fetch& fetch) {
    consumer->fetch(fetch, t0, {"a", "b", "poison", "c"});
    consumer->fetch(fetch, t1, {"d"});
  });
  run_search();
  EXPECT_THAT(journal.only({"put ", "commit_sync"}),
              ElementsAre("put a b poison c d", "put a b", "commit_sync t-0:2 t-1:0"));
  EXPECT_THAT(reported(), IsEmpty());
}

TEST_F(SinkSearchTest, RecordsOfAPartitionThatGoesAwayAreLeftOut) {
  assign({t0, t1});
  step([this](Fetch& fetch) {
    consumer->fetch(fetch, t0, {"poison1", "later", "a"});
    consumer->fetch(fetch, t1, {"poison2", "b"});
  });
  lose({t0});
  run_search();
  // Nothing was put when the partition went away, so that what was refused alone is asked again.
  EXPECT_THAT(
      journal.only({"put ", "commit_sync"}),
      ElementsAre("put poison1 later a poison2 b", "put poison1 later", "put poison1", "put later",
                  "put poison2 b", "put poison2", "put b", "commit_sync t-1:2"));
  EXPECT_THAT(reported(), ElementsAre("TASK_PUT t-1:0 cannot put poison2"));
}

}  // namespace
}  // namespace millrace::runtime::testing
