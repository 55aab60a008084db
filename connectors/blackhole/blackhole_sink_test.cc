#include <gmock/gmock.h>

#include "plugin/fake_contexts.h"
#include "plugin/native/library.h"

namespace millrace::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class Blackhole : public ::testing::Test {
 protected:
  void start(const config::Properties& config) {
    auto loaded = native::load_library(CONNECTOR_LIBRARY);
    ASSERT_TRUE(loaded) << loaded.error().describe();
    task_ = std::move(*loaded->classes.at(0)->make_sink_task(context_));
    Result<void> started = task_->start(config);
    ASSERT_TRUE(started) << started.error().describe();
  }
  // "" or the failure.
  std::string put(const std::vector<data::Cell>& values) {
    FakeSinkBatch batch(values);
    Result<void> done = task_->put(batch.batch, batch.records());
    if (done) return "";
    kind_ = done.error().kind();
    return done.error().message();
  }

  std::shared_ptr<FakeSinkTaskContext> context_ = std::make_shared<FakeSinkTaskContext>();
  std::unique_ptr<SinkTask> task_;
  ErrorKind kind_ = ErrorKind::not_found;
};

const std::vector<data::Cell> kThree = {data::string_cell("ab"), data::bytes_cell("cde"),
                                        data::int64_cell(1)};

TEST_F(Blackhole, CountsRecordsAndBytes) {
  start({});
  EXPECT_EQ(put(kThree), "");
  EXPECT_EQ(put({}), "");
  EXPECT_EQ(put(kThree), "");
  EXPECT_THAT(context_->counts, ElementsAre(Pair("bytes", 10), Pair("records", 6)));
}

TEST_F(Blackhole, FailsSoManyTimesAndRecovers) {
  start({{"fail.after.records", "4"}, {"fail.with", "retriable"}, {"fail.times", "2"}});
  EXPECT_EQ(put(kThree), "");
  EXPECT_EQ(put(kThree), "fail.with=retriable after 4 records");
  EXPECT_EQ(kind_, ErrorKind::retriable);
  EXPECT_EQ(put(kThree), "fail.with=retriable after 4 records");
  EXPECT_EQ(put(kThree), "");
  EXPECT_EQ(context_->counts["records"], 6);
}

TEST_F(Blackhole, OtherKindsOfFailure) {
  start({{"fail.after.records", "0"}, {"fail.with", "bad_data"}});
  EXPECT_EQ(put(kThree), "fail.with=bad_data after 0 records");
  EXPECT_EQ(kind_, ErrorKind::bad_data);
  start({{"fail.after.records", "1"}, {"fail.with", "throw"}});
  EXPECT_EQ(put(kThree), "fail.with=throw after 1 records");
  EXPECT_EQ(kind_, ErrorKind::fatal);
}

TEST_F(Blackhole, ReportsABadRecord) {
  start({{"fail.after.records", "1"}, {"fail.with", "report"}});
  EXPECT_EQ(put(kThree), "");
  EXPECT_THAT(context_->reported, ElementsAre(Pair(1, "fail.with=report after 1 records")));
  context_->tolerant = false;
  start({{"fail.after.records", "0"}, {"fail.with", "report"}});
  EXPECT_EQ(put(kThree), "fail.with=report after 0 records");
  EXPECT_EQ(kind_, ErrorKind::fatal);
}

TEST_F(Blackhole, CancelEndsTheDelay) {
  start({{"put.delay.ms", "3600000"}});
  task_->cancel();
  EXPECT_EQ(put(kThree), "");
}

}  // namespace
}  // namespace millrace::plugin
