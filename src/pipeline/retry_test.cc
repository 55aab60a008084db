// What fails in a way that may pass is tried again, and only that.

#include "pipeline/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "pipeline/record_bytes.h"
#include "pipeline/sink_pipeline.h"
#include "pipeline/source_records.h"

namespace millrace::pipeline {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Lt;

TEST(RetryDelay, DoublesFromThreeHundredMilliseconds) {
  const milliseconds longest(60'000), left = milliseconds::max();
  EXPECT_EQ(Retry::delay(1, longest, left), milliseconds(300));
  EXPECT_EQ(Retry::delay(2, longest, left), milliseconds(600));
  EXPECT_EQ(Retry::delay(8, longest, left), milliseconds(38'400));
}

TEST(RetryDelay, IsAnythingBelowTheLongestOnceItWouldBeMore) {
  std::map<bool, int> halves;
  for (int i = 0; i < 200; ++i) {
    const milliseconds delay = Retry::delay(9, milliseconds(60'000), milliseconds::max());
    EXPECT_THAT(delay.count(), AllOf(Ge(0), Lt(60'000)));
    ++halves[delay.count() < 30'000];
  }
  EXPECT_EQ(halves.size(), 2u);
  EXPECT_THAT(Retry::delay(1000, milliseconds(5), milliseconds::max()).count(), Lt(5));
  EXPECT_EQ(Retry::delay(1, milliseconds(0), milliseconds::max()), milliseconds(0));
}

TEST(RetryDelay, EndsWithTheTimeThatIsLeft) {
  EXPECT_EQ(Retry::delay(2, milliseconds(60'000), milliseconds(450)), milliseconds(450));
  EXPECT_EQ(Retry::delay(2, milliseconds(60'000), milliseconds(-1)), milliseconds(0));
}

// "soonN" fails N times in a way that may pass, "never" in that way for ever, "bad" in another.
class Moods {
 public:
  std::optional<Error> meet(std::string_view text) {
    if (text.starts_with("bad")) return Error(ErrorKind::bad_data, "bad");
    const bool never = text.starts_with("never");
    if (!never && !text.starts_with("soon")) return std::nullopt;
    if (!never && failed_[std::string(text)]++ >= text[4] - '0') return std::nullopt;
    return Error(ErrorKind::retriable, "not now",
                 "org.apache.kafka.connect.errors.RetriableException");
  }

 private:
  std::map<std::string, int> failed_;
};

using Calls = std::vector<std::string>;  // what a stage was given, one line per call

class MoodyConverter : public convert::Converter {
 public:
  explicit MoodyConverter(Calls& calls) : calls_(calls) {}
  void to_connect(const convert::ToConnect& work) override {
    std::string line;
    for (uint32_t i : work.selected) {
      const std::string_view text = work.bytes[i].text();
      line.append(line.empty() ? "" : " ").append(text);
      work.schemas[i] = nullptr;
      if (auto error = moods_.meet(text))
        work.failures.push_back({i, *std::move(error)});
      else
        work.cells[i] = data::string_cell(text);
    }
    calls_.push_back(line);
  }
  void from_connect(const convert::FromConnect&) override {}

 private:
  Moods moods_;
  Calls& calls_;
};

// Appends "!" to values; those that end in "?" get a header, those that end in "-" are dropped.
class MoodyTransform : public Transform {
 public:
  explicit MoodyTransform(Calls& calls) : calls_(calls) {}
  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    Arena& arena = batch.arena();
    auto* values = arena.allocate_array<data::Cell>(view.count);
    auto* kept = arena.allocate_array<uint32_t>(view.count);
    auto* begin = arena.allocate_array<uint32_t>(view.count + 1);
    auto* headers = arena.allocate_array<data::Header>(view.count);
    uint32_t count = 0, header = 0, next = 0;
    std::string line;
    for (uint32_t i : view.selected) {
      while (next <= i) begin[next++] = header;
      const std::string_view text = data::text(view.values[i]);
      line.append(line.empty() ? "" : " ").append(text);
      values[i] = data::null_cell();
      if (!text.ends_with("-")) kept[count++] = i;
      if (auto error = moods_.meet(text)) {
        failures.push_back({i, data::Stage::kTransformation, *std::move(error), "Moody"});
        continue;
      }
      char* longer = arena.allocate_array<char>(text.size() + 1);
      *std::copy(text.begin(), text.end(), longer) = '!';
      values[i] = data::string_cell({longer, text.size() + 1});
      if (text.ends_with("?")) headers[header++] = {{"h", 1}, nullptr, values[i]};
    }
    while (next <= view.count) begin[next++] = header;
    calls_.push_back(line);
    view.values = values;
    view.header_begin = begin;
    view.headers = headers;
    view.selected = {kept, count};
  }

 private:
  Moods moods_;
  Calls& calls_;
};

class Letters : public DeadLetterQueue {
 public:
  void report(const RawRecords& raw, uint32_t record, const data::RecordFailure& f) override {
    reported.push_back(std::string(data::stage_name(f.stage)) + " " +
                       std::string(raw.values[record].text()));
  }
  Result<void> await_written(milliseconds) override { return {}; }
  std::vector<std::string> reported;
};

class RetryTest : public ::testing::Test {
 protected:
  // The values that come out.
  std::vector<std::string> run(std::vector<std::string> given, bool transform = false) {
    values = std::move(given);
    auto& batch = *(kept_batch = std::make_shared<SinkBatch>());
    Arena& arena = batch.arena();
    const auto count = static_cast<uint32_t>(values.size());
    batch.raw.count = count;
    auto* topics = arena.allocate_array<std::string_view>(count);
    auto* numbers = arena.allocate_array<int64_t>(count);
    auto* partitions = arena.allocate_array<int32_t>(count);
    auto* keys = arena.allocate_array<Bytes>(count);
    auto* bytes = arena.allocate_array<Bytes>(count);
    for (uint32_t i = 0; i < count; ++i) {
      topics[i] = "t";
      numbers[i] = i;
      partitions[i] = 0;
      keys[i] = {};
      bytes[i] = {reinterpret_cast<const uint8_t*>(values[i].data()), values[i].size()};
    }
    batch.raw.topics = topics;
    batch.raw.offsets = batch.raw.timestamps = numbers;
    batch.raw.partitions = partitions;
    batch.raw.keys = keys;
    batch.raw.values = bytes;
    errors = std::make_shared<ErrorPolicy>(config, "sink-0", "", letters);
    if (waits) errors->wait_with([this](milliseconds time) { return wait(time); });
    Converters converters;
    converters.key = {std::make_unique<MoodyConverter>(other_calls), "Key"};
    converters.value = {std::make_unique<MoodyConverter>(transform ? other_calls : calls), "Value"};
    converters.header = {std::make_unique<MoodyConverter>(other_calls), "Header"};
    if (transform) converters.value.converter = std::make_unique<Plain>();
    Transforms transforms;
    if (transform) transforms.push_back(std::make_unique<MoodyTransform>(calls));
    SinkPipeline pipeline(std::move(converters), std::move(transforms), errors);
    output = pipeline.run(batch);
    std::vector<std::string> texts;
    for (uint32_t i : output.records.selected) {
      texts.emplace_back(data::text(output.records.values[i]));
      for (const data::Header& header : output.records.headers_of(i))
        texts.back() += "(" + std::string(data::text(header.value)) + ")";
    }
    return texts;
  }

  bool wait(milliseconds time) {
    waited.push_back(time.count());
    return --patience <= 0;
  }

  class Plain : public convert::Converter {
   public:
    void to_connect(const convert::ToConnect& work) override {
      for (uint32_t i : work.selected) {
        work.schemas[i] = nullptr;
        work.cells[i] = data::string_cell(work.bytes[i].text());
      }
    }
    void from_connect(const convert::FromConnect&) override {}
  };

  ErrorPolicyConfig config{.retry_timeout = milliseconds(-1)};
  bool waits = true;
  int patience = 1000;  // at the last one the task is to stop
  std::vector<int64_t> waited;
  std::shared_ptr<Letters> letters = std::make_shared<Letters>();
  std::shared_ptr<ErrorPolicy> errors;
  Calls calls, other_calls;
  std::vector<std::string> values;
  std::shared_ptr<SinkBatch> kept_batch;
  SinkPipeline::Output output;
};

TEST_F(RetryTest, OnlyWhatFailedIsConvertedAgain) {
  EXPECT_THAT(run({"a", "soon2", "b", "soon1"}), ElementsAre("a", "soon2", "b", "soon1"));
  EXPECT_THAT(calls, ElementsAre("a soon2 b soon1", "soon2 soon1", "soon2"));
  EXPECT_THAT(waited, ElementsAre(300, 600));
  EXPECT_EQ(errors->probe().retries.total(), 3u);
  EXPECT_EQ(errors->probe().failures.total(), 3u);
  EXPECT_EQ(errors->probe().errors.total(), 0u);
  EXPECT_THAT(letters->reported, IsEmpty());
}

TEST_F(RetryTest, OnlyWhatFailedIsTransformedAgain) {
  EXPECT_THAT(run({"a?", "soon2?", "b", "soon1", "soon1-", "c?"}, true),
              ElementsAre("a?!(a?!)", "soon2?!(soon2?!)", "b!", "soon1!", "c?!(c?!)"));
  EXPECT_THAT(calls, ElementsAre("a? soon2? b soon1 soon1- c?", "soon2? soon1 soon1-", "soon2?"));
}

TEST_F(RetryTest, WithoutATimeNothingIsTriedAgainAndTheLastAttemptCountsTwice) {
  config = {.tolerate_all = true};
  EXPECT_THAT(run({"a", "soon1", "bad"}), ElementsAre("a"));
  EXPECT_THAT(calls, ElementsAre("a soon1 bad"));
  EXPECT_THAT(waited, IsEmpty());
  EXPECT_EQ(errors->probe().retries.total(), 0u);
  EXPECT_EQ(errors->probe().failures.total(), 3u);
  EXPECT_EQ(errors->probe().errors.total(), 2u);
  EXPECT_EQ(errors->probe().skipped.total(), 2u);
  EXPECT_THAT(letters->reported, ElementsAre("VALUE_CONVERTER soon1", "VALUE_CONVERTER bad"));
}

TEST_F(RetryTest, WhereNobodyCanWaitNothingIsTriedAgain) {
  waits = false;
  run({"soon1"});
  ASSERT_TRUE(output.failure);
  EXPECT_EQ(output.failure->cause()->message(), "not now");
  EXPECT_THAT(calls, ElementsAre("soon1"));
}

TEST_F(RetryTest, BehindWhatFailsTheTaskNothingIsTriedAgain) {
  EXPECT_THAT(run({"soon1", "bad", "never"}), ElementsAre("soon1"));
  EXPECT_THAT(calls, ElementsAre("soon1 bad never", "soon1"));
  ASSERT_TRUE(output.failure);
  EXPECT_EQ(output.failure->cause()->message(), "bad");
  EXPECT_EQ(output.handled, 1u);
}

TEST_F(RetryTest, AStopSkipsWhatStillFailsWhereErrorsAreTolerated) {
  config.tolerate_all = true;
  patience = 2;
  EXPECT_THAT(run({"a", "never", "soon1"}), ElementsAre("a", "soon1"));
  EXPECT_THAT(calls, ElementsAre("a never soon1", "never soon1"));
  EXPECT_EQ(errors->probe().failures.total(), 3u);  // "never" twice, "soon1" once
  EXPECT_EQ(errors->probe().retries.total(), 3u);
  EXPECT_EQ(errors->probe().skipped.total(), 1u);
  EXPECT_EQ(errors->probe().errors.total(), 1u);
  EXPECT_THAT(letters->reported, ElementsAre("VALUE_CONVERTER never"));
}

TEST_F(RetryTest, AStopLeavesWhatStillFailsForTheNextTimeWhereNoErrorIsTolerated) {
  patience = 1;
  EXPECT_THAT(run({"a", "never", "b"}), ElementsAre("a"));
  EXPECT_FALSE(output.failure);
  EXPECT_EQ(output.handled, 1u);
  EXPECT_THAT(letters->reported, IsEmpty());
}

// ---- What dead letters of records without bytes are made of

TEST(RecordBytesTest, ASourcesRecordKeepsSchemasHeadersAndWhereItCameFrom) {
  data::Batch batch;
  Arena& arena = batch.arena();
  const std::string_view topics[] = {"other", "t"};
  const data::Schema* none[] = {nullptr, nullptr};
  const data::Cell keys[] = {data::null_cell(), data::null_cell()};
  const data::Cell values[] = {data::null_cell(), data::int32_cell(7)};
  const uint32_t header_begin[] = {0, 0, 1};
  const data::Header headers[] = {{{"h", 1}, nullptr, data::string_cell("x")}};
  const data::Cell entry[] = {data::string_cell("file"), data::string_cell("/a")};
  const data::Cell place = data::nested_cell(data::Kind::kMap, entry, 1);
  const data::Cell* places[] = {nullptr, &place};
  data::Records records;
  records.count = 2;
  records.selected = data::select_all(arena, 2);
  records.topics = topics;
  records.key_schemas = records.value_schemas = none;
  records.keys = keys;
  records.values = values;
  records.header_begin = header_begin;
  records.headers = headers;
  records.source_partitions = places;

  RecordBytes bytes(lossless_converters());
  auto written = bytes.write(records, 1);
  ASSERT_TRUE(written);
  const RawRecords& raw = (*written)->raw;
  EXPECT_EQ(raw.topics[0], "t");
  EXPECT_EQ(raw.keys[0].data, nullptr);
  EXPECT_EQ(raw.values[0].text(), R"({"schema":null,"payload":7})");
  EXPECT_EQ(raw.headers_of(0), std::make_pair(0u, 1u));
  EXPECT_EQ(raw.header_keys[0], "h");
  EXPECT_EQ(raw.header_values[0].text(), R"({"schema":null,"payload":"x"})");
  EXPECT_EQ(raw.source_partitions->text(), R"({"file":"/a"})");
  EXPECT_EQ(raw.source_offsets, nullptr);
  EXPECT_EQ(raw.partitions, nullptr);
  EXPECT_EQ(raw.offsets, nullptr);
}

TEST(RecordBytesTest, WhatTheConvertersRefuseIsAnError) {
  data::Cell opaque{};
  opaque.kind = MILLRACE_OPAQUE;
  data::Records records;
  records.count = 1;
  records.values = &opaque;
  RecordBytes bytes(lossless_converters());
  EXPECT_FALSE(bytes.write(records, 0));
}

}  // namespace
}  // namespace millrace::pipeline
