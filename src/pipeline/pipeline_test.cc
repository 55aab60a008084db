// Both pipelines and the place where failures are judged, on converters and transforms that fail
// where their input says so.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pipeline/sink_pipeline.h"
#include "pipeline/source_pipeline.h"

namespace millrace::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Text to strings and back; what begins with the word that it is given cannot be converted.
class Picky : public convert::Converter {
 public:
  explicit Picky(std::string refused) : refused_(std::move(refused)) {}
  void to_connect(const convert::ToConnect& work) override {
    for (uint32_t i : work.selected) {
      seen.push_back(std::string(work.bytes[i].text()));
      work.schemas[i] = nullptr;
      if (!accepts(i, work.bytes[i].text(), work.failures)) continue;
      work.cells[i] = data::string_cell(work.bytes[i].text());
    }
  }
  void from_connect(const convert::FromConnect& work) override {
    for (uint32_t i : work.selected) {
      const std::string_view text = data::text(work.cells[i]);
      seen.push_back(std::string(text));
      if (!accepts(i, text, work.failures)) continue;
      work.bytes[i] = {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
    }
  }
  std::vector<std::string> seen;

 private:
  bool accepts(uint32_t i, std::string_view text,
               std::vector<convert::ConversionFailure>& failures) {
    if (!text.starts_with(refused_)) return true;
    failures.push_back({i, Error(ErrorKind::bad_data, "refused: " + std::string(text))});
    return false;
  }
  std::string refused_;
};

// Drops values that begin with "drop", fails for those that begin with "fail".
class DropOrFail : public Transform {
 public:
  void apply(data::Batch& batch, data::Records& view, data::Failures& failures) override {
    auto* kept = batch.arena().allocate_array<uint32_t>(view.selected.size());
    uint32_t count = 0;
    for (uint32_t i : view.selected) {
      const std::string_view text = data::text(view.values[i]);
      if (text.starts_with("drop")) continue;
      kept[count++] = i;
      if (text.starts_with("fail")) {
        failures.push_back({i, data::Stage::kTransformation,
                            Error(ErrorKind::bad_data, "failed: " + std::string(text)), "Drop"});
      }
    }
    view.selected = {kept, count};
  }
};

class Letters : public DeadLetterQueue {
 public:
  void report(const RawRecords& raw, uint32_t record, const data::RecordFailure& f) override {
    reported.push_back(std::string(data::stage_name(f.stage)) + " " +
                       std::string(raw.values[record].text()));
  }
  Result<void> await_written(std::chrono::milliseconds) override { return {}; }
  std::vector<std::string> reported;
};

class LogLines {
 public:
  LogLines() {
    logging::set_observer([this](const LogLine& line) {
      if (line.level == LogLevel::kError) lines.push_back(std::string(line.message));
    });
  }
  ~LogLines() { logging::set_observer({}); }
  std::vector<std::string> lines;
};

class PipelineTest : public ::testing::Test {
 protected:
  struct Record {
    std::string key, value;
    std::vector<std::string> headers;
  };

  Converters converters() {
    auto named = [](Picky*& converter, const char* refused, const char* name) {
      auto made = std::make_unique<Picky>(refused);
      converter = made.get();
      return NamedConverter{std::move(made), name};
    };
    return {named(key, "badkey", "KeyClass"), named(value, "bad", "ValueClass"),
            named(header, "bad", "HeaderClass")};
  }
  std::shared_ptr<ErrorPolicy> policy() {
    errors = std::make_shared<ErrorPolicy>(config, "sink-0", "", letters);
    return errors;
  }
  static Transforms transforms() {
    Transforms list;
    list.push_back(std::make_unique<DropOrFail>());
    return list;
  }

  // The values that came through a sink's pipeline.
  std::vector<std::string> sink(std::vector<Record> records) {
    input = std::move(records);
    auto& batch = *(sink_batch = std::make_shared<SinkBatch>());
    Arena& arena = batch.arena();
    const auto count = static_cast<uint32_t>(input.size());
    auto* topics = arena.allocate_array<std::string_view>(count);
    auto* partitions = arena.allocate_array<int32_t>(count);
    auto* offsets = arena.allocate_array<int64_t>(count);
    auto* timestamps = arena.allocate_array<int64_t>(count);
    auto* types = arena.allocate_array<int8_t>(count);
    auto* keys = arena.allocate_array<Bytes>(count);
    auto* values = arena.allocate_array<Bytes>(count);
    auto* begin = arena.allocate_array<uint32_t>(count + 1);
    uint32_t header_count = 0;
    for (const Record& record : input) header_count += record.headers.size();
    auto* header_keys = arena.allocate_array<std::string_view>(header_count);
    auto* header_values = arena.allocate_array<Bytes>(header_count);
    header_count = 0;
    for (uint32_t i = 0; i < count; ++i) {
      topics[i] = "t", partitions[i] = 2, offsets[i] = 10 + i, timestamps[i] = 77, types[i] = 0;
      keys[i] = bytes(input[i].key), values[i] = bytes(input[i].value);
      begin[i] = header_count;
      for (const std::string& text : input[i].headers) {
        header_keys[header_count] = "h";
        header_values[header_count++] = bytes(text);
      }
    }
    begin[count] = header_count;
    batch.raw = {count, topics, partitions, offsets, timestamps, types, keys, values};
    if (header_count > 0) {
      batch.raw.header_begin = begin;
      batch.raw.header_keys = header_keys;
      batch.raw.header_values = header_values;
    }
    SinkPipeline pipeline(converters(), transforms(), policy());
    output = pipeline.run(batch);
    std::vector<std::string> texts;
    for (uint32_t i : output.records.selected) {
      texts.push_back(std::string(data::text(output.records.values[i])));
    }
    seen_values = value->seen;
    seen_headers = header->seen;
    return texts;
  }

  static Bytes bytes(const std::string& text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
  }

  ErrorPolicyConfig config;
  std::shared_ptr<Letters> letters = std::make_shared<Letters>();
  std::shared_ptr<ErrorPolicy> errors;
  Picky *key = nullptr, *value = nullptr, *header = nullptr;
  std::vector<std::string> seen_values, seen_headers;
  std::vector<Record> input;
  std::shared_ptr<SinkBatch> sink_batch;
  SinkPipeline::Output output;
};

TEST_F(PipelineTest, GoodRecordsComeThrough) {
  EXPECT_THAT(sink({{"k", "a"}, {"k", "drop"}, {"k", "b", {"x", "y"}}}), ElementsAre("a", "b"));
  EXPECT_FALSE(output.failure);
  EXPECT_EQ(output.handled, 3u);
  EXPECT_EQ(output.records.headers_of(2).size(), 2u);
  EXPECT_EQ(data::text(output.records.headers_of(2)[1].value), "y");
  EXPECT_EQ(errors->probe().failures.total(), 0u);
}

TEST_F(PipelineTest, ToleratedFailuresAreSkippedAndReportedInOrder) {
  config.tolerate_all = true;
  EXPECT_THAT(sink({{"k", "fail"},
                    {"badkey", "bad1"},
                    {"k", "a"},
                    {"k", "bad2"},
                    {"k", "c", {"x", "bad3", "bad4"}},
                    {"k", "b"}}),
              ElementsAre("a", "b"));
  EXPECT_FALSE(output.failure);
  EXPECT_EQ(output.handled, 6u);
  EXPECT_THAT(letters->reported, ElementsAre("TRANSFORMATION fail", "KEY_CONVERTER bad1",
                                             "VALUE_CONVERTER bad2", "HEADER_CONVERTER c"));
  EXPECT_EQ(errors->probe().failures.total(), 4u);
  EXPECT_EQ(errors->probe().errors.total(), 4u);
  EXPECT_EQ(errors->probe().skipped.total(), 4u);
  EXPECT_EQ(errors->probe().dead_letter_requests.total(), 4u);
  EXPECT_GT(errors->probe().last_error_ms.load(), 0);
  // A record whose key failed is not looked at any more.
  EXPECT_THAT(seen_values, ElementsAre("fail", "a", "bad2", "c", "b"));
}

TEST_F(PipelineTest, TheLowestFailureWinsThoughALaterStageFindsIt) {
  EXPECT_THAT(sink({{"k", "a"}, {"k", "drop"}, {"k", "fail"}, {"k", "bad"}, {"badkey", "b"}}),
              ElementsAre("a"));
  ASSERT_TRUE(output.failure);
  EXPECT_EQ(
      output.failure->message(),
      "Tolerance exceeded in error handler\n\tat TRANSFORMATION Drop {topic='t', partition=2, "
      "offset=12, timestamp=77, timestampType=CreateTime}");
  EXPECT_EQ(output.failure->cause()->message(), "failed: fail");
  EXPECT_EQ(output.handled, 2u);
  EXPECT_THAT(letters->reported, ElementsAre("TRANSFORMATION fail"));
  EXPECT_EQ(errors->probe().failures.total(), 1u);
  EXPECT_EQ(errors->probe().errors.total(), 1u);
  EXPECT_EQ(errors->probe().skipped.total(), 0u);
}

TEST_F(PipelineTest, HeadersOfRecordsThatAreGoneAreNotConverted) {
  config.tolerate_all = true;
  sink({{"badkey", "a", {"x"}}, {"k", "b", {"y"}}});
  EXPECT_THAT(seen_headers, ElementsAre("y"));
}

TEST_F(PipelineTest, LogLinesAreThoseOfTheJavaWorker) {
  config.tolerate_all = config.log = config.log_messages = true;
  LogLines log;
  sink({{"k", "a"}, {"k", "bad"}});
  ASSERT_EQ(log.lines.size(), 2u);
  EXPECT_THAT(log.lines[0],
              HasSubstr("WorkerSinkTask{id=sink-0} Error converting message value in topic 't' "
                        "partition 2 at offset 11 and timestamp 77: refused: bad"));
  EXPECT_THAT(log.lines[1],
              HasSubstr("Error encountered in task sink-0. Executing stage 'VALUE_CONVERTER' with "
                        "class 'ValueClass', where consumed record is {topic='t', partition=2, "
                        "offset=11, timestamp=77, timestampType=CreateTime}.\n"
                        "org.apache.kafka.connect.errors.DataException: refused: bad"));
  EXPECT_EQ(errors->probe().logged.total(), 1u);
}

TEST_F(PipelineTest, OfTransformsNothingIsLoggedUnlessAskedFor) {
  config.tolerate_all = true;
  LogLines log;
  sink({{"k", "fail"}});
  EXPECT_THAT(log.lines, IsEmpty());
}

TEST_F(PipelineTest, SettingsAreReadFromTheConnectorsConfiguration) {
  auto read = ErrorPolicyConfig::from({{"errors.tolerance", "all"},
                                       {"errors.log.enable", "TRUE"},
                                       {"errors.log.include.messages", "false"},
                                       {"errors.retry.timeout", "-1"},
                                       {"errors.retry.delay.max.ms", "5"}});
  EXPECT_TRUE(read.tolerate_all);
  EXPECT_TRUE(read.log);
  EXPECT_FALSE(read.log_messages);
  EXPECT_EQ(read.retry_timeout.count(), -1);
  EXPECT_EQ(read.retry_delay_max.count(), 5);
  EXPECT_FALSE(ErrorPolicyConfig::from({}).tolerate_all);
}

class SourcePipelineTest : public PipelineTest {
 protected:
  std::vector<std::string> source(std::vector<std::pair<std::string, int64_t>> records,
                                  uint32_t headers_each = 0) {
    texts = std::move(records);
    Arena& arena = batch.arena();
    const auto count = static_cast<uint32_t>(texts.size());
    auto* topics = arena.allocate_array<std::string_view>(count);
    auto* schemas = arena.allocate_array<const data::Schema*>(count);
    auto* keys = arena.allocate_array<data::Cell>(count);
    auto* values = arena.allocate_array<data::Cell>(count);
    auto* timestamps = arena.allocate_array<int64_t>(count);
    auto* begin = arena.allocate_array<uint32_t>(count + 1);
    auto* headers = arena.allocate_array<data::Header>(count * headers_each);
    for (uint32_t i = 0; i < count; ++i) {
      topics[i] = "t", schemas[i] = nullptr, keys[i] = data::string_cell("k");
      values[i] = data::string_cell(texts[i].first), timestamps[i] = texts[i].second;
      begin[i] = i * headers_each;
      for (uint32_t h = 0; h < headers_each; ++h) {
        headers[i * headers_each + h] = {{"h", 1}, nullptr, values[i]};
      }
    }
    begin[count] = count * headers_each;
    data::Records& original = batch.original;
    original.count = count;
    original.selected = data::select_all(arena, count);
    original.topics = topics;
    original.key_schemas = original.value_schemas = schemas;
    original.keys = keys, original.values = values, original.timestamps = timestamps;
    if (headers_each > 0) original.header_begin = begin, original.headers = headers;
    SourcePipeline pipeline(converters(), transforms(), policy());
    sent = pipeline.run(batch);
    std::vector<std::string> out;
    for (uint32_t i : sent.selected) {
      out.push_back(std::string(sent.records.values[i].text()));
      auto [first, last] = sent.records.headers_of(i);
      for (; first < last; ++first)
        out.back() += "+" + std::string(sent.records.header_values[first].text());
    }
    return out;
  }

  data::Batch batch;
  std::vector<std::pair<std::string, int64_t>> texts;
  SourcePipeline::Output sent;
};

TEST_F(SourcePipelineTest, RecordsBecomeBytes) {
  EXPECT_THAT(source({{"a", 5}, {"drop", 5}, {"b", -1}}, 2), ElementsAre("a+a+a", "b+b+b"));
  EXPECT_FALSE(sent.failure);
  EXPECT_EQ(sent.handled, 3u);
  EXPECT_EQ(sent.records.timestamps[2], -1);
}

TEST_F(SourcePipelineTest, TheRecordsBeforeAFailureAreSent) {
  EXPECT_THAT(source({{"a", 5}, {"b", 5}, {"bad", 5}, {"fail", 5}}), ElementsAre("a", "b"));
  ASSERT_TRUE(sent.failure);
  EXPECT_EQ(sent.failure->cause()->message(), "refused: bad");
  EXPECT_EQ(sent.handled, 2u);
}

TEST_F(SourcePipelineTest, ToleratedFailuresAreLeftOut) {
  config.tolerate_all = true;
  EXPECT_THAT(source({{"bad", 5}, {"a", 5}, {"fail", 5}}, 1), ElementsAre("a+a"));
  EXPECT_FALSE(sent.failure);
  EXPECT_EQ(errors->probe().skipped.total(), 2u);
}

TEST_F(SourcePipelineTest, LogLinesAreThoseOfTheJavaWorker) {
  config.tolerate_all = config.log = config.log_messages = true;
  LogLines log;
  source({{"bad", -1}}, 1);
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_THAT(log.lines[0],
              HasSubstr("with class 'HeaderClass', where source record is = "
                        "SourceRecord{sourcePartition=null, sourceOffset=null} "
                        "ConnectRecord{topic='t', kafkaPartition=null, key=k, keySchema=null, "
                        "value=bad, valueSchema=null, timestamp=null, "
                        "headers=ConnectHeaders(headers=[ConnectHeader(key=h, value=bad, "
                        "schema=null)])}.\n"));
}

TEST_F(SourcePipelineTest, AnImpossibleTimestampFailsTheTaskWhateverIsTolerated) {
  config.tolerate_all = true;
  EXPECT_THAT(source({{"bad", 5}, {"a", 5}, {"b", -2}, {"bad", 5}}), ElementsAre("a"));
  ASSERT_TRUE(sent.failure);
  EXPECT_EQ(sent.failure->trace(),
            "org.apache.kafka.common.InvalidRecordException: Invalid record timestamp -2\n");
  EXPECT_EQ(sent.handled, 2u);
  EXPECT_EQ(errors->probe().skipped.total(), 1u);
}

}  // namespace
}  // namespace millrace::pipeline
