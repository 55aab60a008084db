#include "runtime/source_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/transaction_settings.h"
#include "testing/fake_kafka.h"
#include "testing/fake_source.h"

namespace millrace::runtime {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::FakeClientFactory;
using testing::FakeKafka;
using testing::FakeSource;
using testing::FakeSourceClass;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::SourceRecord;

constexpr auto kLongest = 20s;  // nothing here comes near it

// The text of a string; "bad" cannot be converted.
class TextConverter : public convert::Converter {
 public:
  void to_connect(const convert::ToConnect&) override {}
  void from_connect(const convert::FromConnect& work) override {
    for (uint32_t i : work.selected) {
      const data::Cell& cell = work.cells[i];
      work.bytes[i] = {};
      if (data::is_null(cell)) continue;
      if (data::text(cell) == "bad")
        work.failures.push_back({i, Error(ErrorKind::bad_data, "this is bad")});
      else
        work.bytes[i] = {cell.as.bytes, cell.length};
    }
  }
};

// Drops records with the value "drop".
class DropTransform : public pipeline::Transform {
 public:
  void apply(data::Batch& batch, data::Records& view, data::Failures&) override {
    auto* kept = batch.arena().allocate_array<uint32_t>(view.selected.size());
    uint32_t count = 0;
    for (uint32_t record : view.selected)
      if (data::text(view.values[record]) != "drop") kept[count++] = record;
    view.selected = {kept, count};
  }
};

// Keeps offsets in memory; writes end when the test says so, or fail.
class FakeOffsetStore : public OffsetStore {
 public:
  Result<void> start() override { return {}; }
  void stop() override {}
  Result<std::vector<std::optional<std::string>>> get(
      const std::vector<std::string>& keys) override {
    std::lock_guard lock(mutex_);
    std::vector<std::optional<std::string>> values;
    for (const std::string& key : keys) {
      auto found = data_.find(key);
      values.push_back(found == data_.end() ? std::nullopt : std::optional(found->second));
    }
    return values;
  }
  void set(std::vector<OffsetEntry> entries, Done done) override {
    {
      std::lock_guard lock(mutex_);
      ++writes_;
      if (silent_) return;
      if (failures_ == 0) {
        for (OffsetEntry& entry : entries)
          if (entry.value) data_[entry.key] = *entry.value;
      }
    }
    done(failures_ == 0 ? Result<void>() : fail(ErrorKind::fatal, "disk is full"));
    std::lock_guard lock(mutex_);
    failures_ = std::max(0, failures_ - 1);
  }
  Result<std::vector<OffsetEntry>> entries_of(const std::string&) override {
    return std::vector<OffsetEntry>();
  }
  void fail_next(int writes) {
    std::lock_guard lock(mutex_);
    failures_ = writes;
  }
  void be_silent() {
    std::lock_guard lock(mutex_);
    silent_ = true;
  }
  int writes() const {
    std::lock_guard lock(mutex_);
    return writes_;
  }
  std::string position(const std::string& file = "f") {
    std::lock_guard lock(mutex_);
    return data_[R"(["c",{"filename":")" + file + R"("}])"];
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> data_;
  int failures_ = 0, writes_ = 0;
  bool silent_ = false;
};

class States : public TaskStatusListener {
 public:
  void task_state_changed(const TaskId&, State state, const std::string& trace) override {
    std::lock_guard lock(mutex_);
    states_.emplace_back(state_name(state));
    trace_ = trace;
    changed_.notify_all();
  }
  bool wait_for(std::string_view state) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLongest,
                             [&] { return !states_.empty() && states_.back() == state; });
  }
  std::vector<std::string> states() const {
    std::lock_guard lock(mutex_);
    return states_;
  }
  std::string trace() const {
    std::lock_guard lock(mutex_);
    return trace_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> states_;
  std::string trace_;
};

// Dead letters, of which the test says when they are written.
class Letters : public pipeline::DeadLetterQueue {
 public:
  void report(const pipeline::RawRecords& raw, uint32_t record,
              const data::RecordFailure& failure) override {
    std::lock_guard lock(mutex_);
    texts_.push_back(std::string(data::stage_name(failure.stage)) + " " +
                     std::string(raw.topics[record]) + " " +
                     std::string(raw.values[record].text()) + " " +
                     std::string(raw.source_partitions[record].text()) + " " +
                     std::string(raw.source_offsets[record].text()));
  }
  Result<void> await_written(std::chrono::milliseconds) override {
    if (written) return {};
    ++vain_waits;
    return fail(ErrorKind::timed_out, "letters are not written yet");
  }
  std::vector<std::string> texts() const {
    std::lock_guard lock(mutex_);
    return texts_;
  }
  std::atomic<bool> written{true};
  std::atomic<int> vain_waits{0};

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

class SourceTaskTest : public ::testing::Test {
 protected:
  ~SourceTaskTest() override { stop(); }

  void start(TargetState target = TargetState::kStarted) {
    TaskSettings settings;
    settings.id = {"c", 0};
    settings.target = target;
    settings.config = {{"file", "/x"}};
    settings.offset_flush_interval = flush_interval;
    settings.offset_flush_timeout = flush_timeout;
    settings.listener = &states;
    settings.metrics = &metrics;
    settings.clients = std::make_shared<FakeClientFactory>(kafka);
    settings.topic_used = [this](const TaskId&, std::string_view topic) {
      topics.emplace_back(topic);
    };
    pipeline::ErrorPolicyConfig errors;
    errors.tolerate_all = tolerate_all;
    settings.transactions = transactions;
    settings.errors =
        std::make_shared<pipeline::ErrorPolicy>(errors, "c-0", "[c|task-0] ", letters);
    settings.errors->write_with(
        std::make_unique<pipeline::RecordBytes>(pipeline::lossless_converters()));
    pipeline::Converters converters;
    for (auto* converter : {&converters.key, &converters.value, &converters.header})
      *converter = {std::make_unique<TextConverter>(), "TextConverter"};
    pipeline::Transforms transforms;
    transforms.push_back(std::make_unique<DropTransform>());
    auto pipeline = std::make_unique<pipeline::SourcePipeline>(
        std::move(converters), std::move(transforms), settings.errors);
    task = std::make_shared<SourceTaskRunner>(settings, std::make_shared<FakeSourceClass>(source),
                                              std::move(pipeline), offsets, limits);
    task->start();
  }
  void stop() {
    if (task == nullptr) return;
    source->let_go();
    task->request_stop();
    EXPECT_TRUE(task->wait_stopped(std::chrono::steady_clock::now() + kLongest));
    task.reset();
  }
  // Waits without a limit of its own but kLongest; the condition is cheap.
  bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kLongest;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  std::chrono::milliseconds flush_interval = 1h, flush_timeout = 5s;
  bool tolerate_all = false;
  std::shared_ptr<Letters> letters;                   // null: none
  std::shared_ptr<TransactionSettings> transactions;  // null: at least once
  SourceTaskLimits limits{24 << 20, 1h, 50ms, 5ms, 5ms};
  FakeKafka kafka;
  std::shared_ptr<FakeSource> source = std::make_shared<FakeSource>();
  std::shared_ptr<FakeOffsetStore> offsets = std::make_shared<FakeOffsetStore>();
  States states;
  MetricRegistry metrics;
  std::vector<std::string> topics;
  std::shared_ptr<SourceTaskRunner> task;
};

std::vector<SourceRecord> lines(int begin, int end, const std::string& file = "f") {
  std::vector<SourceRecord> records;
  for (int i = begin; i < end; ++i) records.push_back({std::to_string(i), file, i});
  return records;
}

TEST_F(SourceTaskTest, MovesRecordsInOrderAndCommitsAtTheEnd) {
  source->give(lines(0, 1000));
  source->give(lines(1000, 1003));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 1003; }));
  stop();
  const std::vector<std::string> values = kafka.values();
  for (int i = 0; i < 1003; ++i) ASSERT_EQ(values[i], std::to_string(i));
  EXPECT_EQ(offsets->position(), R"({"position":1002})");
  EXPECT_THAT(states.states(), ElementsAre("RUNNING", "UNASSIGNED"));
  EXPECT_THAT(topics, ElementsAre("t"));
  EXPECT_EQ(source->seen().stops, 1);
  EXPECT_EQ(source->seen().commits, 1);
  // The thread that called cancel may be the last to let go of it.
  EXPECT_TRUE(eventually([&] { return source->seen().destroyed == 1; }));
  EXPECT_EQ(source->seen().config.at("file"), "/x");
  EXPECT_EQ(kafka.producers_open(), 0);
}

TEST_F(SourceTaskTest, RecordsKeepTheirEnvelope) {
  source->give({{"v", "f", 1, "topic-a", 5, "header text"}, {"w", "f", 2, "topic-b"}});
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 2; }));
  const auto log = kafka.log();
  EXPECT_EQ(log[0].topic, "topic-a");
  EXPECT_EQ(log[0].timestamp, 5);
  ASSERT_THAT(log[0].headers, SizeIs(1));
  EXPECT_EQ(log[0].headers[0].first, "h");
  EXPECT_EQ(log[0].headers[0].second, "header text");
  EXPECT_EQ(log[0].key, std::nullopt);
  EXPECT_EQ(log[1].topic, "topic-b");
  EXPECT_EQ(log[1].timestamp, -1);
  EXPECT_THAT(log[1].headers, IsEmpty());
  stop();
  EXPECT_THAT(topics, ElementsAre("topic-a", "topic-b"));
}

TEST_F(SourceTaskTest, NoProducerBeforeTheFirstRecordAndNoneWhenIdle) {
  limits.producer_idle = 1ms;
  start();
  ASSERT_TRUE(eventually([&] { return source->seen().polls > 3; }));
  EXPECT_EQ(kafka.producers_made(), 0);
  source->give(lines(0, 1));
  ASSERT_TRUE(eventually([&] { return kafka.producers_made() == 1; }));
  ASSERT_TRUE(eventually([&] { return kafka.producers_open() == 0; }));
  source->give(lines(1, 2));
  ASSERT_TRUE(eventually([&] { return kafka.producers_made() == 2; }));
  stop();
  EXPECT_THAT(kafka.values(), ElementsAre("0", "1"));
}

TEST_F(SourceTaskTest, WhatFailsGoesToTheDeadLettersAndItsOffsetIsCommittedAfterThem) {
  tolerate_all = true;
  flush_interval = 1ms;
  letters = std::make_shared<Letters>();
  letters->written = false;
  source->give({{"a", "f", 0}, {"bad", "f", 1}, {"b", "g", 0}, {"bad", "f", 2}});
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 2 && letters->vain_waits > 2; }));
  EXPECT_EQ(offsets->writes(), 0);
  letters->written = true;
  ASSERT_TRUE(eventually([&] { return offsets->position() == R"({"position":2})"; }));
  EXPECT_EQ(offsets->position("g"), R"({"position":0})");
  source->give({{"bad", "g", 1}});  // nothing but dead letters
  ASSERT_TRUE(eventually([&] { return offsets->position("g") == R"({"position":1})"; }));
  stop();
  EXPECT_THAT(kafka.values(), ElementsAre("a", "b"));
  const std::string value =
      R"({"schema":{"type":"string","optional":true},"payload":"bad"} {"filename":)";
  EXPECT_THAT(letters->texts(),
              ElementsAre("VALUE_CONVERTER t " + value + R"("f"} {"position":1})",
                          "VALUE_CONVERTER t " + value + R"("f"} {"position":2})",
                          "VALUE_CONVERTER t " + value + R"("g"} {"position":1})"));
}

TEST_F(SourceTaskTest, DeadLettersBehindWhatCouldNotBeSentAreNotCommitted) {
  tolerate_all = true;
  kafka.acknowledge_at_once = false;
  letters = std::make_shared<Letters>();
  source->give({{"bad", "f", 0}, {"a", "f", 1}, {"bad", "f", 2}});
  flush_timeout = 1ms;
  start();
  ASSERT_TRUE(eventually([&] { return letters->texts().size() == 2; }));
  stop();
  EXPECT_EQ(offsets->position(), R"({"position":0})");
}

TEST_F(SourceTaskTest, CommitsTheAcknowledgedPrefixOnly) {
  kafka.acknowledge_at_once = false;
  flush_interval = 1ms;
  source->give(lines(0, 5));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.in_flight() == 5; }));
  kafka.acknowledge({0, 1, 3});
  ASSERT_TRUE(eventually([&] { return offsets->position() == R"({"position":1})"; }));
  const int commits = source->seen().commits;  // nothing more is committed now
  ASSERT_TRUE(eventually([&] { return source->seen().commits > commits + 2; }));
  EXPECT_EQ(offsets->position(), R"({"position":1})");
  kafka.acknowledge({0});
  ASSERT_TRUE(eventually([&] { return offsets->position() == R"({"position":3})"; }));
  kafka.acknowledge_all();
  ASSERT_TRUE(eventually([&] { return offsets->position() == R"({"position":4})"; }));
}

TEST_F(SourceTaskTest, SourcePartitionsAdvanceApart) {
  kafka.acknowledge_at_once = false;
  flush_interval = 1ms;
  source->give({{"a1", "a", 1}, {"b1", "b", 1}, {"a2", "a", 2}, {"b2", "b", 2}});
  source->give({{"b3", "b", 3}, {"a3", "a", 3}, {"n", "", 9}});
  start();
  ASSERT_TRUE(eventually([&] { return kafka.in_flight() == 7; }));
  kafka.acknowledge({0, 2, 5});  // all of a; a later batch waits for nothing but its own past
  ASSERT_TRUE(eventually([&] { return offsets->position("a") == R"({"position":3})"; }));
  EXPECT_EQ(offsets->position("b"), "");
  kafka.acknowledge_all();
  ASSERT_TRUE(eventually([&] { return offsets->position("b") == R"({"position":3})"; }));
}

TEST_F(SourceTaskTest, UnacknowledgedRecordsAreNotCommittedAtTheEnd) {
  kafka.acknowledge_at_once = false;
  flush_timeout = 20ms;
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.in_flight() == 3; }));
  kafka.acknowledge({0, 2});
  stop();
  EXPECT_EQ(offsets->position(), R"({"position":0})");
  EXPECT_EQ(source->seen().stops, 1);
}

TEST_F(SourceTaskTest, StopWaitsForAcknowledgements) {
  kafka.acknowledge_at_once = false;
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.in_flight() == 3; }));
  task->request_stop();
  ASSERT_TRUE(eventually([&] { return source->seen().cancels > 0; }));
  EXPECT_EQ(source->seen().stops, 0);
  kafka.acknowledge_all();
  stop();
  EXPECT_EQ(offsets->position(), R"({"position":2})");
}

TEST_F(SourceTaskTest, FilteredRecordsDoNotAdvanceOffsets) {
  source->wants_acknowledgements = true;
  source->give({{"0", "f", 0}, {"1", "f", 1}, {"drop", "f", 2}});
  source->give({{"drop", "f", 3}});
  start();
  ASSERT_TRUE(eventually([&] { return source->seen().acknowledged.size() == 4; }));
  stop();
  EXPECT_EQ(offsets->position(), R"({"position":1})");
  EXPECT_THAT(source->seen().acknowledged,
              ::testing::UnorderedElementsAre("0@0", "1@1", "drop dropped", "drop dropped"));
}

TEST_F(SourceTaskTest, IntoleratedConversionFailureSendsTheGoodPrefixThenFails) {
  source->give({{"0", "f", 0}, {"1", "f", 1}, {"bad", "f", 2}, {"3", "f", 3}});
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(kafka.values(), ElementsAre("0", "1"));
  EXPECT_EQ(offsets->position(), R"({"position":1})");
  EXPECT_THAT(states.trace(), HasSubstr("Tolerance exceeded in error handler"));
  EXPECT_THAT(states.trace(), HasSubstr("this is bad"));
  EXPECT_EQ(source->seen().stops, 1);
}

TEST_F(SourceTaskTest, ToleratedConversionFailuresAreSkipped) {
  tolerate_all = true;
  source->give({{"bad", "f", 0}, {"1", "f", 1}, {"bad", "f", 2}, {"3", "f", 3}, {"bad", "f", 4}});
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 2; }));
  stop();
  EXPECT_THAT(kafka.values(), ElementsAre("1", "3"));
  EXPECT_EQ(offsets->position(), R"({"position":3})");
}

TEST_F(SourceTaskTest, InvalidTimestampFailsTheTaskAfterThePrefix) {
  tolerate_all = true;
  source->give({{"0", "f", 0}, {"1", "f", 1, "t", -2}});
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("Invalid record timestamp -2"));
  EXPECT_THAT(kafka.values(), ElementsAre("0"));
  EXPECT_EQ(offsets->position(), R"({"position":0})");
}

TEST_F(SourceTaskTest, BackPressure) {
  kafka.acknowledge_at_once = false;
  kafka.capacity = 10;
  source->give(lines(0, 25));
  start();
  for (int sent = 10; sent <= 20; sent += 10) {
    ASSERT_TRUE(eventually([&] { return kafka.log().size() == static_cast<size_t>(sent); }));
    kafka.acknowledge_all();
  }
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 25; }));
  kafka.acknowledge_all();
  stop();
  EXPECT_EQ(offsets->position(), R"({"position":24})");
  EXPECT_EQ(kafka.values().back(), "24");
}

TEST_F(SourceTaskTest, StopWhileTheProducerIsFullSendsNoMore) {
  kafka.acknowledge_at_once = false;
  kafka.capacity = 10;
  flush_timeout = 20ms;
  source->give(lines(0, 25));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 10; }));
  task->request_stop();
  ASSERT_TRUE(states.wait_for("UNASSIGNED"));
  EXPECT_THAT(kafka.log(), SizeIs(10));
  EXPECT_EQ(offsets->position(), "");
}

TEST_F(SourceTaskTest, PollingStopsWhileTooMuchIsInFlight) {
  kafka.acknowledge_at_once = false;
  limits.pinned_bytes = 1;
  source->give(lines(0, 5));
  source->give(lines(5, 10));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 5; }));
  const int polls = source->seen().polls;
  kafka.acknowledge({0, 1, 2, 3});
  EXPECT_THAT(kafka.log(), SizeIs(5));
  EXPECT_EQ(source->seen().polls, polls);
  kafka.acknowledge_at_once_from_now();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 10; }));
}

TEST_F(SourceTaskTest, RetriableSendErrorIsTriedAgainInOrder) {
  std::atomic<int> failures{3};
  kafka.fail_send = [&](const kafka::OutgoingRecord& record) -> std::optional<Error> {
    if (std::string_view(reinterpret_cast<const char*>(record.value), record.value_size) != "2" ||
        failures == 0)
      return std::nullopt;
    --failures;
    return Error(ErrorKind::retriable, "no metadata yet");
  };
  source->give(lines(0, 5));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 5; }));
  EXPECT_EQ(failures, 0);
  EXPECT_THAT(kafka.values(), ElementsAre("0", "1", "2", "3", "4"));
}

TEST_F(SourceTaskTest, FatalSendErrorFailsTheTask) {
  kafka.fail_send = [&](const kafka::OutgoingRecord& record) -> std::optional<Error> {
    if (record.value[0] != '2') return std::nullopt;
    return Error(ErrorKind::fatal, "fenced");
  };
  source->give(lines(0, 5));
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("Unrecoverable exception trying to send"));
  EXPECT_THAT(states.trace(), HasSubstr("fenced"));
  EXPECT_EQ(offsets->position(), R"({"position":1})");
}

TEST_F(SourceTaskTest, RefusedRecordFailsTheTask) {
  kafka.refuse = [](const auto& record) { return record.value == "2" ? 10 : 0; };
  source->give(lines(0, 5));
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("Unrecoverable exception from producer send callback"));
  EXPECT_THAT(states.trace(), HasSubstr("refused with 10 by topic t"));
  EXPECT_EQ(offsets->position(), R"({"position":1})");
}

TEST_F(SourceTaskTest, RefusedRecordIsSkippedWhenTolerated) {
  tolerate_all = true;
  source->wants_acknowledgements = true;
  kafka.refuse = [](const auto& record) { return record.value == "2" ? 10 : 0; };
  source->give(lines(0, 4));
  start();
  ASSERT_TRUE(eventually([&] { return source->seen().acknowledged.size() == 4; }));
  stop();
  EXPECT_EQ(offsets->position(), R"({"position":3})");
  EXPECT_THAT(source->seen().acknowledged, ElementsAre("0@0", "1@1", "2 dropped", "3@2"));
}

TEST_F(SourceTaskTest, RecordTheProducerWillNotTakeIsTreatedAsRefused) {
  tolerate_all = true;
  kafka.fail_send = [&](const kafka::OutgoingRecord& record) -> std::optional<Error> {
    if (record.value[0] != '2') return std::nullopt;
    return Error(ErrorKind::bad_data, "too large");
  };
  source->give(lines(0, 4));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 3; }));
  stop();
  EXPECT_THAT(kafka.values(), ElementsAre("0", "1", "3"));
  EXPECT_EQ(offsets->position(), R"({"position":3})");
}

TEST_F(SourceTaskTest, RetriablePollErrorIsAnEmptyPoll) {
  source->give([] { return fail(ErrorKind::retriable, "try again"); });
  source->give(lines(0, 1));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 1; }));
}

TEST_F(SourceTaskTest, OtherPollErrorsFailTheTask) {
  source->give(lines(0, 1));
  source->give([] { return fail(ErrorKind::fatal, "table is gone"); });
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("table is gone"));
  EXPECT_EQ(offsets->position(), R"({"position":0})");
}

TEST_F(SourceTaskTest, FailedStart) {
  source->fail_start = Error(ErrorKind::bad_config, "no such file");
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("no such file"));
  EXPECT_THAT(states.states(), ElementsAre("FAILED"));
  EXPECT_EQ(source->seen().polls, 0);
}

TEST_F(SourceTaskTest, ProducerThatCannotBeMadeFailsTheTask) {
  kafka.fail_make_producer = Error(ErrorKind::bad_config, "bootstrap.servers is empty");
  source->give(lines(0, 1));
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("bootstrap.servers is empty"));
}

TEST_F(SourceTaskTest, WrongSettingsOfTheProducerFailATaskWithoutRecords) {
  kafka.fail_check_producer = Error(ErrorKind::bad_config, "Invalid value 2 for acks");
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("Invalid value 2 for acks"));
  EXPECT_THAT(states.states(), ElementsAre("FAILED"));
}

TEST_F(SourceTaskTest, PauseAndResume) {
  start();
  ASSERT_TRUE(states.wait_for("RUNNING"));
  task->set_target(TargetState::kPaused);
  ASSERT_TRUE(states.wait_for("PAUSED"));
  source->give(lines(0, 1));
  EXPECT_EQ(source->seen().stops, 0);
  EXPECT_THAT(kafka.log(), IsEmpty());
  task->set_target(TargetState::kStarted);
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 1; }));
  stop();
  EXPECT_THAT(states.states(), ElementsAre("RUNNING", "PAUSED", "RUNNING", "UNASSIGNED"));
}

TEST_F(SourceTaskTest, TaskThatBeginsPausedDoesNotStartTheConnector) {
  start(TargetState::kPaused);
  ASSERT_TRUE(states.wait_for("PAUSED"));
  EXPECT_EQ(source->seen().starts, 0);
  task->set_target(TargetState::kStarted);
  ASSERT_TRUE(states.wait_for("RUNNING"));
  EXPECT_EQ(source->seen().starts, 1);
}

TEST_F(SourceTaskTest, OffsetsAreCommittedWhilePaused) {
  kafka.acknowledge_at_once = false;
  flush_interval = 1ms;
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.in_flight() == 3; }));
  task->set_target(TargetState::kPaused);
  ASSERT_TRUE(states.wait_for("PAUSED"));
  kafka.acknowledge_all();
  ASSERT_TRUE(eventually([&] { return offsets->position() == R"({"position":2})"; }));
}

TEST_F(SourceTaskTest, FailedCommitIsTriedAgainAtTheNextInterval) {
  flush_interval = 1ms;
  offsets->fail_next(2);
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(eventually([&] { return offsets->position() == R"({"position":2})"; }));
  EXPECT_GE(offsets->writes(), 3);
  EXPECT_THAT(states.states(), ElementsAre("RUNNING"));
}

TEST_F(SourceTaskTest, CommitThatIsNotAnsweredIsGivenUpAndTriedAgain) {
  flush_interval = flush_timeout = 1ms;
  offsets->be_silent();
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(eventually([&] { return offsets->writes() > 2; }));
  EXPECT_THAT(states.states(), ElementsAre("RUNNING"));
  EXPECT_EQ(
      metrics.prometheus().find("offset_commit_failure_percentage{connector=\"c\",task=\"0\"} 0\n"),
      std::string::npos);
}

TEST_F(SourceTaskTest, FailureOfTheConnectorsCommitHarmsNobody) {
  flush_interval = 1ms;
  source->fail_commit = Error(ErrorKind::fatal, "no");
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(eventually([&] { return source->seen().commits > 2; }));
  EXPECT_EQ(offsets->position(), R"({"position":2})");
  EXPECT_THAT(states.states(), ElementsAre("RUNNING"));
}

TEST_F(SourceTaskTest, HungConnectorIsAbandoned) {
  source->hang();
  start();
  ASSERT_TRUE(eventually([&] { return source->seen().hanging; }));
  task->request_stop();
  EXPECT_FALSE(task->wait_stopped(std::chrono::steady_clock::now() + 10ms));
  task->abandon();
  const auto before = states.states();
  auto end = task;
  task.reset();  // its thread goes on without us
  source->let_go();
  EXPECT_TRUE(end->wait_stopped(std::chrono::steady_clock::now() + kLongest));
  EXPECT_EQ(states.states(), before);
  EXPECT_EQ(offsets->writes(), 0);
  EXPECT_EQ(metrics.prometheus().find("source_task"), std::string::npos);
}

TEST_F(SourceTaskTest, AbandonedTaskDoesNotCommit) {
  kafka.acknowledge_at_once = false;
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.in_flight() == 3; }));
  task->request_stop();
  task->abandon();
  kafka.acknowledge_all();
  ASSERT_TRUE(task->wait_stopped(std::chrono::steady_clock::now() + kLongest));
  EXPECT_EQ(offsets->writes(), 0);
  EXPECT_EQ(kafka.producers_open(), 0);
}

TEST_F(SourceTaskTest, ConnectorReadsItsOffsets) {
  source->give(lines(0, 3));
  flush_interval = 1ms;
  start();
  ASSERT_TRUE(eventually([&] { return offsets->position() == R"({"position":2})"; }));
  const data::Cell known[2] = {data::string_cell("filename"), data::string_cell("f")};
  const data::Cell other[2] = {data::string_cell("filename"), data::string_cell("g")};
  const data::Cell partitions[3] = {data::nested_cell(data::Kind::kMap, known, 1),
                                    data::nested_cell(data::Kind::kMap, other, 1),
                                    data::int64_cell(5)};
  std::map<size_t, std::string> found;
  auto read = source->context()->read_offsets(partitions, [&](size_t index, const auto& offset) {
    found[index] = data::is_null(offset) ? "none"
                                         : std::string(data::text(offset.as.cells[0])) + "=" +
                                               std::to_string(offset.as.cells[1].as.i64);
  });
  ASSERT_TRUE(read);
  EXPECT_EQ(found, (std::map<size_t, std::string>{{0, "position=2"}, {1, "none"}, {2, "none"}}));
}

TEST_F(SourceTaskTest, MetricsHaveJavasNames) {
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.log().size() == 3; }));
  ASSERT_TRUE(eventually([&] {
    return metrics.prometheus().find("source_record_write_total{connector=\"c\",task=\"0\"} 3") !=
           std::string::npos;
  }));
  const std::string text = metrics.prometheus();
  for (const char* name :
       {"kafka_connect_source_task_metrics_source_record_poll_total{connector=\"c\",task=\"0\"} 3",
        "kafka_connect_source_task_metrics_source_record_active_count{",
        "kafka_connect_connector_task_metrics_running_ratio{",
        "kafka_connect_connector_task_metrics_offset_commit_success_percentage{",
        "kafka_connect_task_error_metrics_total_records_skipped{"})
    EXPECT_THAT(text, HasSubstr(name));
}

// ---- Exactly once

class ExactlyOnceTaskTest : public SourceTaskTest {
 protected:
  ExactlyOnceTaskTest() {
    transactions = std::make_shared<TransactionSettings>();
    transactions->offsets_topic = "offsets";
    transactions->interval = 1h;
  }
  ~ExactlyOnceTaskTest() override { stop(); }
  static std::string offset(int position) {
    return R"({"position":)" + std::to_string(position) + "}";
  }
  bool happened(const std::string& what, size_t times = 1) {
    return eventually([&] {
      const auto all = kafka.history();
      return static_cast<size_t>(std::count(all.begin(), all.end(), what)) >= times;
    });
  }
  // A batch with marks behind some of its records.
  void give_marked(const std::vector<SourceRecord>& records,
                   const std::vector<plugin::TransactionMark>& marks) {
    source->give([this, batch = testing::make_batch(records), marks] {
      source->marks = marks;
      return batch;
    });
  }
};

TEST_F(ExactlyOnceTaskTest, EachPollIsATransactionWithItsOffsets) {
  source->give(lines(0, 2));
  source->give(lines(2, 3));
  start();
  ASSERT_TRUE(happened("commit", 2));
  stop();
  EXPECT_THAT(kafka.history(), ElementsAre("init", "begin", "0", "1", offset(1), "commit", "begin",
                                           "2", offset(2), "commit"));
  EXPECT_EQ(kafka.log()[2].topic, "offsets");
  EXPECT_EQ(kafka.log()[2].key, R"(["c",{"filename":"f"}])");
  EXPECT_EQ(offsets->writes(), 0);
  EXPECT_THAT(states.states(), ElementsAre("RUNNING", "UNASSIGNED"));
}

TEST_F(ExactlyOnceTaskTest, NothingIsCommittedBeforeAllIsAcknowledged) {
  kafka.acknowledge_at_once = false;
  source->wants_acknowledgements = true;
  source->give(lines(0, 2));
  start();
  ASSERT_TRUE(eventually([&] { return kafka.in_flight() == 2; }));
  EXPECT_THAT(kafka.history(), ElementsAre("init", "begin", "0", "1"));
  kafka.acknowledge_all();
  ASSERT_TRUE(happened(offset(1)));
  EXPECT_THAT(source->seen().acknowledged, IsEmpty()) << "not before it counts";
  kafka.acknowledge_all();
  ASSERT_TRUE(eventually([&] { return source->seen().acknowledged.size() == 2; }));
  EXPECT_EQ(kafka.history().back(), "commit");
}

TEST_F(ExactlyOnceTaskTest, ATransactionOfAnIntervalEndsWithAPause) {
  transactions->boundary = TransactionBoundary::kInterval;
  source->give(lines(0, 1));
  source->give(lines(1, 2));
  start();
  ASSERT_TRUE(happened("1"));
  EXPECT_THAT(kafka.history(), ElementsAre("init", "begin", "0", "1"));
  task->set_target(TargetState::kPaused);
  ASSERT_TRUE(states.wait_for("PAUSED"));
  EXPECT_THAT(kafka.history(), ElementsAre("init", "begin", "0", "1", offset(1), "commit"));
}

TEST_F(ExactlyOnceTaskTest, TheConnectorSaysWhereTransactionsEnd) {
  transactions->boundary = TransactionBoundary::kConnector;
  const uint32_t kAfterBatch = plugin::TransactionMark::kAfterBatch;
  give_marked(lines(0, 4), {{1, false}, {2, true}});
  give_marked(lines(4, 5), {{kAfterBatch, false}});
  give_marked(lines(5, 6), {});
  start();
  ASSERT_TRUE(happened("5"));
  stop();
  EXPECT_THAT(kafka.history(), ElementsAre("init", "begin", "0", "1", offset(1), "commit", "begin",
                                           "2", "abort", "begin", offset(2), "commit", "begin", "3",
                                           "4", offset(4), "commit", "begin", "5", "abort"))
      << "what it has not finished does not count";
}

TEST_F(ExactlyOnceTaskTest, AFencedProducerFailsTheTask) {
  kafka.fail_transaction = [](const std::string& what) -> std::optional<Error> {
    if (what != "commit") return std::nullopt;
    return Error(ErrorKind::fatal, "There is a newer producer",
                 "org.apache.kafka.common.errors.ProducerFencedException");
  };
  source->give(lines(0, 1));
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("Failed to flush offsets and/or records for task c-0"));
  EXPECT_THAT(states.trace(), HasSubstr("ProducerFencedException: There is a newer producer"));
}

TEST_F(ExactlyOnceTaskTest, ACommitThatMayBeRepeatedIs) {
  int failures = 3;
  kafka.fail_transaction = [&failures](const std::string& what) -> std::optional<Error> {
    if (what != "commit" || failures-- <= 0) return std::nullopt;
    return Error(ErrorKind::timed_out, "later");
  };
  source->give(lines(0, 1));
  start();
  ASSERT_TRUE(happened("commit"));
}

TEST_F(ExactlyOnceTaskTest, WhatKafkaRefusesIsNotTolerated) {
  tolerate_all = true;
  kafka.refuse = [](const testing::ProducedRecord& record) { return record.value == "1" ? 10 : 0; };
  source->give(lines(0, 3));
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("Failed to flush offsets and/or records for task c-0"));
  EXPECT_EQ(kafka.history().back(), "abort");
}

TEST_F(ExactlyOnceTaskTest, ATaskMustNotWriteToItsOffsetsTopic) {
  source->give({{"v", "f", 1, "offsets"}});
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("Source tasks may not produce to their own offsets topics "
                                        "when exactly-once support is enabled"));
  EXPECT_THAT(kafka.history(), ElementsAre("init", "begin", "abort"));
}

TEST_F(ExactlyOnceTaskTest, TheWorkersStoreGetsACopy) {
  transactions->worker_store = offsets;
  source->give(lines(0, 2));
  start();
  ASSERT_TRUE(eventually([&] { return offsets->position() == offset(1); }));
}

TEST_F(ExactlyOnceTaskTest, IsCheckedBeforeAndAfterItsProducer) {
  std::vector<size_t> seen;
  transactions->checks.before_producer = [&](const auto&) -> Result<void> {
    seen.push_back(kafka.history().size());
    return {};
  };
  transactions->checks.after_producer = [&](const auto&) -> Result<void> {
    seen.push_back(kafka.history().size());
    return fail(ErrorKind::fatal, "it is somebody else's now");
  };
  start();
  ASSERT_TRUE(states.wait_for("FAILED"));
  EXPECT_THAT(states.trace(), HasSubstr("it is somebody else's now"));
  EXPECT_THAT(seen, ElementsAre(0U, 1U));
  EXPECT_EQ(source->seen().polls, 0);
}

TEST_F(ExactlyOnceTaskTest, AStopDoesNotWaitForACheck) {
  std::atomic<bool> asked{false};
  transactions->checks.before_producer = [&](const auto& give_up) -> Result<void> {
    asked = true;
    while (!give_up()) std::this_thread::yield();
    return fail(ErrorKind::cancelled, "stopped");
  };
  start();
  ASSERT_TRUE(eventually([&] { return asked.load(); }));
  stop();
  EXPECT_THAT(kafka.history(), IsEmpty());
  EXPECT_THAT(states.states(), ::testing::Not(::testing::Contains("FAILED")));
}

}  // namespace
}  // namespace millrace::runtime
