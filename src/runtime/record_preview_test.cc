// Previews of records, through the real converters and transforms.

#include "runtime/record_preview.h"

#include <gtest/gtest.h>

#include "base/redaction.h"

namespace millrace::runtime {
namespace {

using config::Properties;
using Outcome = RecordPreview::Outcome;

config::WorkerConfig json_worker() {
  auto made = config::make_worker_config(
      {{"bootstrap.servers", "localhost:1"},
       {"key.converter", "org.apache.kafka.connect.storage.StringConverter"},
       {"value.converter", "org.apache.kafka.connect.json.JsonConverter"},
       {"offset.storage.file.filename", "unused"}});
  EXPECT_TRUE(made) << made.error().describe();
  return *made;
}

kafka::StoredRecord stored(std::optional<std::string> value) {
  kafka::StoredRecord record;
  record.partition = {"orders", 3};
  record.offset = 42;
  record.timestamp = 1000;
  record.timestamp_type = 0;
  record.key = "k";
  record.value = std::move(value);
  return record;
}

RecordPreview sink_preview(const Properties& config, const kafka::StoredRecord& record,
                           const std::string& owner = "test") {
  auto previewer = SinkRecordPreviewer::make(json_worker(), config, owner);
  EXPECT_TRUE(previewer) << previewer.error().describe();
  return previewer.value()->preview(record);
}

Result<RecordPreview> source_preview(const Properties& config, const ConnectRecord& record) {
  auto previewer = SourceRecordPreviewer::make(json_worker(), config, "test");
  EXPECT_TRUE(previewer) << previewer.error().describe();
  return previewer.value()->preview(record);
}

TEST(SinkRecordPreview, ShowsTheRecordAsTheConnectorGetsIt) {
  kafka::StoredRecord record =
      stored(R"({"schema":{"type":"int32","optional":false},"payload":7})");
  record.headers = {{"h", "5"}, {"none", std::nullopt}};
  const RecordPreview preview = sink_preview(
      {{"transforms", "hoist"},
       {"transforms.hoist.type", "org.apache.kafka.connect.transforms.HoistField$Value"},
       {"transforms.hoist.field", "id"}},
      record);
  EXPECT_EQ(preview.outcome, Outcome::kPassed);
  EXPECT_EQ(preview.topic, "orders");
  EXPECT_EQ(preview.partition, 3);
  EXPECT_EQ(preview.timestamp, 1000);
  EXPECT_EQ(preview.key,
            R"({"type":"STRING","schema":{"type":"string","optional":true},"payload":"k"})");
  EXPECT_EQ(preview.value,
            R"({"type":"STRUCT","schema":{"type":"struct","fields":[{"type":"int32",)"
            R"("optional":false,"field":"id"}],"optional":false},"payload":{"id":7}})");
  ASSERT_EQ(preview.headers.size(), 2u);
  EXPECT_EQ(preview.headers[0].first, "h");
  EXPECT_EQ(preview.headers[0].second,
            R"({"type":"INT8","schema":{"type":"int8","optional":false},"payload":5})");
  EXPECT_EQ(preview.headers[1].second, "null");
}

TEST(SinkRecordPreview, SchemalessDataHasItsJavaClass) {
  const Properties config{{"value.converter", "JsonConverter"},
                          {"value.converter.schemas.enable", "false"}};
  EXPECT_EQ(sink_preview(config, stored(R"({"a":1})")).value,
            R"({"type":"java.util.HashMap","schema":null,"payload":{"a":1}})");
  EXPECT_EQ(sink_preview(config, stored(std::nullopt)).value, "null");
}

TEST(SinkRecordPreview, WhatHasNoJsonFormIsShownAsText) {
  const RecordPreview preview = sink_preview(
      {{"value.converter", "JsonConverter"},
       {"value.converter.schemas.enable", "false"},
       {"transforms", "t"},
       {"transforms.t.type", "org.apache.kafka.connect.transforms.TimestampConverter$Value"},
       {"transforms.t.target.type", "Timestamp"}},
      stored("1000"));
  EXPECT_EQ(preview.value, R"({"type":"java.util.Date","text":"Thu Jan 01 00:00:01 UTC 1970"})");
}

TEST(SinkRecordPreview, NamesTheTransformThatDropsARecord) {
  const Properties config{
      {"transforms", "first, drop ,last"},
      {"transforms.first.type", "org.apache.kafka.connect.transforms.ValueToKey"},
      {"transforms.first.fields", "a"},
      {"transforms.first.predicate", "never"},
      {"transforms.drop.type", "Filter"},
      {"transforms.drop.predicate", "tombstone"},
      {"transforms.last.type", "org.apache.kafka.connect.transforms.HoistField$Value"},
      {"transforms.last.field", "f"},
      {"predicates", "tombstone,never"},
      {"predicates.tombstone.type", "RecordIsTombstone"},
      {"predicates.never.type", "HasHeaderKey"},
      {"predicates.never.name", "never"}};
  const RecordPreview dropped = sink_preview(config, stored(std::nullopt));
  EXPECT_EQ(dropped.outcome, Outcome::kDropped);
  EXPECT_EQ(dropped.transform, "drop");
  EXPECT_EQ(sink_preview(config, stored(R"({"schema":null,"payload":1})")).outcome,
            Outcome::kPassed);
}

TEST(SinkRecordPreview, TellsStageClassAndCauseOfAFailure) {
  const RecordPreview bad = sink_preview({}, stored("{"));
  EXPECT_EQ(bad.outcome, Outcome::kFailed);
  EXPECT_EQ(bad.stage, "VALUE_CONVERTER");
  EXPECT_EQ(bad.stage_class, "org.apache.kafka.connect.json.JsonConverter");
  EXPECT_EQ(bad.exception, "org.apache.kafka.connect.errors.DataException");
  EXPECT_EQ(bad.transform, "");
  EXPECT_NE(bad.trace.find("\nCaused by: "), std::string::npos) << bad.trace;

  const RecordPreview cast =
      sink_preview({{"transforms", "cast"},
                    {"transforms.cast.type", "org.apache.kafka.connect.transforms.Cast$Value"},
                    {"transforms.cast.spec", "int8"}},
                   stored(R"({"schema":null,"payload":"many"})"));
  EXPECT_EQ(cast.outcome, Outcome::kFailed);
  EXPECT_EQ(cast.stage, "TRANSFORMATION");
  EXPECT_EQ(cast.stage_class, "org.apache.kafka.connect.transforms.Cast$Value");
  EXPECT_EQ(cast.transform, "cast");
  EXPECT_NE(cast.message.find("many"), std::string::npos) << cast.message;
}

TEST(SinkRecordPreview, OneRecordDoesNotHideTheNext) {
  auto previewer = SinkRecordPreviewer::make(json_worker(), {}, "test");
  ASSERT_TRUE(previewer);
  EXPECT_EQ((*previewer)->preview(stored("{")).outcome, Outcome::kFailed);
  const RecordPreview next = (*previewer)->preview(stored(R"({"schema":null,"payload":1})"));
  EXPECT_EQ(next.outcome, Outcome::kPassed);
  EXPECT_EQ(next.message, "");
}

TEST(SinkRecordPreview, HidesSecretsEvenWithinNumbers) {
  redaction::note("owner", {"hush-hush", "123456"});
  const Properties config{
      {"transforms", "insert"},
      {"transforms.insert.type", "org.apache.kafka.connect.transforms.InsertField$Value"},
      {"transforms.insert.static.field", "s"},
      {"transforms.insert.static.value", "hush-hush"}};
  const RecordPreview text =
      sink_preview(config, stored(R"({"schema":null,"payload":{}})"), "owner");
  EXPECT_NE(text.value.find(R"({"s":"[hidden]"})"), std::string::npos) << text.value;
  const RecordPreview number =
      sink_preview({}, stored(R"({"schema":null,"payload":91234567})"), "owner");
  EXPECT_EQ(number.value, R"({"type":"java.lang.Long","text":"[hidden]"})");
  const RecordPreview failed = sink_preview({}, stored(R"(hush-hush)"), "owner");
  EXPECT_EQ(failed.outcome, Outcome::kFailed);
  EXPECT_EQ(failed.trace.find("hush-hush"), std::string::npos) << failed.trace;
  redaction::retire("owner");
}

TEST(SourceRecordPreview, ShowsWhatWouldBeProduced) {
  ConnectRecord record;
  record.topic = "in";
  record.key = R"({"schema":{"type":"string","optional":false},"payload":"k"})";
  record.value = R"({"schema":{"type":"bytes","optional":false},"payload":"/wA="})";
  record.headers = {{"h", R"({"schema":{"type":"int32","optional":false},"payload":5})"}};
  auto preview = source_preview({{"value.converter", "ByteArrayConverter"},
                                 {"transforms", "route"},
                                 {"transforms.route.type", "RegexRouter"},
                                 {"transforms.route.regex", "in"},
                                 {"transforms.route.replacement", "out"}},
                                record);
  ASSERT_TRUE(preview) << preview.error().describe();
  EXPECT_EQ(preview->outcome, Outcome::kPassed);
  EXPECT_EQ(preview->topic, "out");
  EXPECT_EQ(preview->partition, std::nullopt);
  EXPECT_EQ(preview->timestamp, std::nullopt);
  EXPECT_EQ(preview->key, R"({"text":"k","base64":"aw=="})");
  EXPECT_EQ(preview->value, R"({"base64":"/wA="})");
  ASSERT_EQ(preview->headers.size(), 1u);
  EXPECT_EQ(preview->headers[0].second, R"({"text":"5","base64":"NQ=="})");
}

TEST(SourceRecordPreview, NullIsNoBytes) {
  auto preview = source_preview({}, {.topic = "t"});
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->key, "null");
  EXPECT_EQ(preview->value, "null");
}

TEST(SourceRecordPreview, TellsWhatKafkaWouldRefuse) {
  auto preview = source_preview({}, {.topic = "t", .timestamp = -5});
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->outcome, Outcome::kFailed);
  EXPECT_EQ(preview->stage, "KAFKA_PRODUCE");
  EXPECT_EQ(preview->exception, "org.apache.kafka.common.InvalidRecordException");
}

TEST(SourceRecordPreview, RefusesDataThatCannotBeRead) {
  auto preview =
      source_preview({}, {.topic = "t", .value = R"({"schema":{"type":"nope"},"payload":1})"});
  ASSERT_FALSE(preview);
  EXPECT_EQ(preview.error().message(), "value");
}

}  // namespace
}  // namespace millrace::runtime
