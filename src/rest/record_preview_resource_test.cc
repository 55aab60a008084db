// POST /connectors/validate-records: what a request may say, and how the answer looks.

#include "rest/record_preview_resource.h"

#include <gtest/gtest.h>

#include "base/metrics.h"
#include "rest/fake_herder.h"
#include "rest/resources.h"

namespace millrace::rest {
namespace {

using Form = herder::GivenData::Form;
using Outcome = runtime::RecordPreview::Outcome;

// Keeps what it was asked.
class PreviewingHerder : public FakeHerder {
 public:
  Result<herder::RecordPreviews> preview_records(herder::RecordPreviewRequest request,
                                                 Deadline) override {
    asked = std::move(request);
    return answer;
  }
  herder::RecordPreviewRequest asked;
  herder::RecordPreviews answer;
};

class RecordPreviewTest : public testing::Test {
 protected:
  RecordPreviewTest() {
    add_connectors_resource(router_, context_);
    add_record_preview_resource(router_, context_);
  }
  HttpResponse ask(const std::string& method, const std::string& body) {
    HttpRequest request;
    request.method = method;
    request.path = "/connectors/validate-records";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    return router_.dispatch(request);
  }
  void expect_refused(const std::string& body, const std::string& message) {
    const HttpResponse response = ask("POST", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_NE(response.body.find(message), std::string::npos) << response.body;
  }

  PreviewingHerder herder_;
  MetricRegistry metrics_;
  RestServerOptions options_;
  ResourceContext context_{herder_, metrics_, options_};
  Router router_;
};

TEST_F(RecordPreviewTest, AConnectorOfThatNameIsReachedByAllOtherMethods) {
  EXPECT_EQ(ask("GET", "").status, 404);
  herder_.configs["validate-records"] = {{"name", "validate-records"}};
  EXPECT_EQ(ask("GET", "").status, 200);
  const HttpResponse refused = ask("PUT", "{}");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(find_header(refused.headers, "Allow")->find("POST"), std::string::npos);
}

TEST_F(RecordPreviewTest, ReadsEveryFormOfData) {
  const HttpResponse response = ask("POST", R"({"config":{"connector.class":"c","n":1},"records":[
      {"topic":"t","partition":2,"offset":9007199254740993,"timestamp":-3,"key":"k",
       "value":{"json":{"b":1.50,"a":[null]}},
       "headers":[{"key":"x","value":{"base64":"AA=="}},{"key":"y"}]},
      {"key":{"text":"t"},"value":{"payload":5}},
      {"value":{"schema":{"type":"int8"},"payload":5},"key":null,"topic":null}]})");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(herder_.asked.config.at("n"), "1");
  ASSERT_EQ(herder_.asked.records.size(), 3u);
  const herder::GivenRecord& first = herder_.asked.records[0];
  EXPECT_EQ(first.topic, "t");
  EXPECT_EQ(first.partition, 2);
  EXPECT_EQ(first.offset, 9007199254740993);
  EXPECT_EQ(first.timestamp, -3);
  EXPECT_EQ(first.key.form, Form::kText);
  EXPECT_EQ(first.value.text, R"({"b":1.50,"a":[null]})");
  ASSERT_EQ(first.headers.size(), 2u);
  EXPECT_EQ(first.headers[0].second.form, Form::kBase64);
  EXPECT_EQ(first.headers[1].second.form, Form::kNull);
  EXPECT_EQ(herder_.asked.records[1].key.text, "t");
  EXPECT_EQ(herder_.asked.records[1].value.text, R"({"schema":null,"payload":5})");
  EXPECT_EQ(herder_.asked.records[2].value.form, Form::kConnect);
  EXPECT_EQ(herder_.asked.records[2].topic, std::nullopt);
}

TEST_F(RecordPreviewTest, ReadsARange) {
  EXPECT_EQ(ask("POST", R"({"config":{},"range":{"topic":"t","partition":1,"from":5,"to":9,
                            "limit":3}})")
                .status,
            200);
  ASSERT_TRUE(herder_.asked.range);
  EXPECT_EQ(herder_.asked.range->partition.topic, "t");
  EXPECT_EQ(herder_.asked.range->partition.partition, 1);
  EXPECT_EQ(herder_.asked.range->from, 5);
  EXPECT_EQ(herder_.asked.range->to, 9);
  EXPECT_EQ(herder_.asked.range->most_records, 3u);
}

TEST_F(RecordPreviewTest, SaysWhatIsWrongWithARequest) {
  expect_refused("", "must be an object");
  expect_refused(R"({"config":)", "Unexpected end-of-input");
  expect_refused(R"({"config":{"a":{}},"records":[]})", "START_OBJECT");
  expect_refused("[]", "must be an object");
  expect_refused("{}", "config: is missing");
  expect_refused(R"({"config":{}})", R"(Give either \"records\" or a \"range\")");
  expect_refused(R"({"config":{},"records":[],"range":{"topic":"t"}})", "Give either");
  expect_refused(R"({"config":{},"recordz":[]})", "recordz");
  expect_refused(R"({"config":{},"records":{}})", "records: must be a list");
  expect_refused(R"({"config":{},"records":[1]})", "records[0]: must be an object");
  expect_refused(R"({"config":{},"records":[{"valu":1}]})", "unknown field");
  expect_refused(R"({"config":{},"records":[{"value":1}]})", "records[0].value: must be null");
  expect_refused(R"({"config":{},"records":[{"value":{"text":"a","json":1}}]})", "must be null");
  expect_refused(R"({"config":{},"records":[{"value":{"payload":1,"more":1}}]})", "must be null");
  expect_refused(R"({"config":{},"records":[{"partition":1.5}]})", "must be an integer, not 1.5");
  expect_refused(R"({"config":{},"records":[{"partition":"1"}]})", "must be an integer");
  expect_refused(R"({"config":{},"records":[{"topic":1}]})", "records[0].topic: must be a string");
  expect_refused(R"({"config":{},"records":[{"headers":[{}]}]})", "records[0].headers[0]");
  expect_refused(R"({"config":{},"range":{}})", "range.topic: is missing");
  expect_refused(R"({"config":{},"range":{"topic":"t","limit":0}})", "range.limit");
  expect_refused(R"({"config":{},"range":{"topic":"t","limit":1001}})", "range.limit");
  expect_refused(R"({"config":{},"range":{"topic":"t","partition":-1}})", "range.partition");
  std::string many = "{}";
  for (int i = 0; i < 1000; ++i) many += ",{}";
  expect_refused(R"({"config":{},"records":[)" + many + "]}", "at most 1000 at a time, not 1001");
}

TEST_F(RecordPreviewTest, AnswersEachRecord) {
  herder_.answer = {"n", "sink", true, {}, true};
  herder::PreviewedRecord passed{"t", 1, 7, {}};
  passed.preview.topic = "u";
  passed.preview.key = "null";
  passed.preview.value = R"({"type":"X","schema":null,"payload":1})";
  passed.preview.headers = {{"h", "null"}};
  herder::PreviewedRecord dropped{"t", 1, 8, {}};
  dropped.preview.outcome = Outcome::kDropped;
  dropped.preview.transform = "f";
  herder::PreviewedRecord failed{"t", std::nullopt, std::nullopt, {}};
  failed.preview.outcome = Outcome::kFailed;
  failed.preview.stage = "VALUE_CONVERTER";
  failed.preview.stage_class = "C";
  failed.preview.exception = "E";
  failed.preview.message = "m";
  failed.preview.trace = "E: m";
  herder_.answer.records = {passed, dropped, failed};
  EXPECT_EQ(
      ask("POST", R"({"config":{},"records":[]})").body,
      R"({"name":"n","type":"sink","errors.tolerance":"all","passed":1,"dropped":1,"failed":1,)"
      R"("complete":true,"records":[{"given":{"topic":"t","partition":1,"offset":7},)"
      R"("outcome":"PASSED","record":{"topic":"u","partition":null,"timestamp":null,"key":null,)"
      R"("value":{"type":"X","schema":null,"payload":1},"headers":[{"key":"h","value":null}]}},)"
      R"({"given":{"topic":"t","partition":1,"offset":8},"outcome":"DROPPED","transform":"f"},)"
      R"({"given":{"topic":"t","partition":null,"offset":null},"outcome":"FAILED","error":)"
      R"({"stage":"VALUE_CONVERTER","class":"C","transform":null,"exception":"E","message":"m",)"
      R"("trace":"E: m"}}]})");
}

}  // namespace
}  // namespace millrace::rest
