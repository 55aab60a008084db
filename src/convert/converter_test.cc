#include "convert/converter.h"

#include <gtest/gtest.h>

#include "convert/converter_config.h"
#include "data/java_text.h"

namespace millrace::convert {
namespace {

using data::Cell;
using data::Kind;

// Converts single records; holds what they point into.
class OneConverter {
 public:
  OneConverter(std::string_view name, ConverterConfig config, Role role = Role::kValue) {
    auto made = make_converter(name, role, config);
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().describe());
    if (made) converter_ = std::move(*made);
  }

  // The value as Java's text, with its schema; or the error.
  std::string read(const char* text) {
    Bytes bytes;
    if (text != nullptr) bytes = {reinterpret_cast<const uint8_t*>(text), std::strlen(text)};
    std::string_view topic = "t";
    uint32_t index = 0;
    failures_.clear();
    converter_->to_connect(
        {batch_, {&index, 1}, &bytes, &topic, nullptr, &schema, &cell, failures_});
    if (!failures_.empty()) return failures_[0].error.describe();
    std::string result = schema != nullptr ? schema->to_string() + " " : "";
    data::append_java_text(result, schema, cell);
    return result;
  }
  std::string write(const data::Schema* schema, const Cell& cell) {
    Bytes bytes;
    std::string_view topic = "t";
    uint32_t index = 0;
    failures_.clear();
    converter_->from_connect(
        {batch_, {&index, 1}, &schema, &cell, &topic, nullptr, &bytes, failures_});
    if (!failures_.empty()) return failures_[0].error.describe();
    return bytes.data == nullptr ? "(null)" : std::string(bytes.text());
  }

  const data::Schema* schema = nullptr;
  Cell cell{};

 private:
  data::Batch batch_;
  std::unique_ptr<Converter> converter_;
  std::vector<ConversionFailure> failures_;
};

const char* kEnvelope =
    R"({"schema":{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},)"
    R"({"type":"string","optional":true,"field":"name"}],"optional":false,"name":"row"},"payload":)";

TEST(JsonConverter, ReadsAnEnvelopeTwiceAlike) {
  OneConverter json("JsonConverter", {});
  std::string text = std::string(kEnvelope) + R"({"id":7,"name":"x"}})";
  EXPECT_EQ(json.read(text.c_str()), "Schema{row:STRUCT} Struct{id=7,name=x}");
  const data::Schema* first = json.schema;
  text = std::string(kEnvelope) + R"({"name":"y\n", "id":8}} and more)";
  EXPECT_EQ(json.read(text.c_str()), "Schema{row:STRUCT} Struct{id=8,name=y\n}");
  EXPECT_EQ(json.schema, first);
}

TEST(JsonConverter, LooksAtWhatFollowsThePayload) {
  OneConverter json("JsonConverter", {});
  std::string text = std::string(kEnvelope) + R"({"id":7}})";
  EXPECT_EQ(json.read(text.c_str()), "Schema{row:STRUCT} Struct{id=7}");
  text = std::string(kEnvelope) + R"({"id":7},"schema":{"type":"int8"},"payload":3})";
  EXPECT_EQ(json.read(text.c_str()), "Schema{INT8} 3");
  text = std::string(kEnvelope) + R"({"id":7},"other":1})";
  EXPECT_TRUE(json.read(text.c_str()).starts_with("JsonConverter with schemas.enable requires"));
  text = std::string(kEnvelope) + R"({"id":7})";
  EXPECT_TRUE(
      json.read(text.c_str()).starts_with("Converting byte[] to Kafka Connect data failed"));
  text = std::string(kEnvelope) + R"({"id":null}})";
  EXPECT_EQ(json.read(text.c_str()), "Invalid null value for required INT32 field");
}

TEST(JsonConverter, TellsWhatIsWrongInJacksonsWords) {
  OneConverter json("JsonConverter", {{"schemas.enable", "false"}});
  const std::string where =
      "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); ";
  EXPECT_NE(
      json.read("{\n x:1}")
          .find("com.fasterxml.jackson.core.JsonParseException: Unexpected character ('x' (code "
                "120)): was expecting double-quote to start field name" +
                where + "line: 2, column: 2]"),
      std::string::npos);
  EXPECT_NE(json.read("{\"a\"").find("JsonEOFException: Unexpected end-of-input within/between"),
            std::string::npos);
  OneConverter rows("JsonConverter", {});
  EXPECT_EQ(
      rows.read(R"({"schema":{"type":"bytes"},"payload":"AA!="})"),
      "Invalid bytes field: Cannot access contents of TextNode as binary due to broken Base64 "
      "encoding: Illegal character '!' (code 0x21) in base64 content");
}

TEST(JsonConverter, SchemalessObjectsAreHashMaps) {
  OneConverter json("Json", {{"schemas.enable", "false"}});
  EXPECT_EQ(json.read(R"({"zeta":1,"alpha":-2.50,"mid":[true,null],"alpha":"x"})"),
            "{zeta=1, alpha=x, mid=[true, null]}");
  EXPECT_EQ(json.read("007 8"), "7");
  EXPECT_EQ(json.read("18446744073709551617"), "1");
  EXPECT_EQ(json.read("1e400"), "Infinity");
  EXPECT_EQ(json.read("-0.0"), "0.0");
  EXPECT_EQ(json.read(""), "null");
  EXPECT_EQ(json.read(nullptr), "null");
}

TEST(JsonConverter, WritesAsJackson) {
  OneConverter json("Json", {});
  Cell text = data::string_cell("a\"\x01/\xC3\xA4\xF0\x9D\x84\x9E");
  EXPECT_EQ(json.write(data::primitive_schema(Kind::kString).get(), text),
            R"({"schema":{"type":"string","optional":false},"payload":"a\"\u0001/)"
            "\xC3\xA4"
            R"(\uD834\uDD1E"})");
  EXPECT_EQ(json.write(nullptr, data::null_cell()), "(null)");
  EXPECT_EQ(json.write(data::primitive_schema(Kind::kInt8).get(), text),
            "Invalid type for INT8: class java.lang.String");
  EXPECT_EQ(json.write(nullptr, data::float64_cell(1e10)), R"({"schema":null,"payload":1.0E10})");
}

TEST(SimpleHeaderConverter, InfersTypes) {
  OneConverter header("SimpleHeaderConverter", {}, Role::kHeader);
  EXPECT_EQ(header.read("12"), "Schema{INT8} 12");
  EXPECT_EQ(header.read("1.50"), "Schema{FLOAT32} 1.5");
  EXPECT_EQ(header.read("[1, 2.5]"), "Schema{ARRAY} [1.0, 2.5]");
  EXPECT_EQ(header.read("{\"b\":1,\"a\":300}"), "Schema{MAP} {b=1, a=300}");
  EXPECT_EQ(header.read("[1 2]"), "Schema{STRING} [1 2]");
  EXPECT_EQ(header.read("2020-01-02"),
            "Schema{org.apache.kafka.connect.data.Date:INT32} "
            "Thu Jan 02 00:00:00 UTC 2020");
  EXPECT_EQ(header.read("null"), "null");
}

TEST(Converters, AreFoundByNameAndAlias) {
  for (const ConverterClass& known : converter_classes()) {
    std::string name(known.class_name);
    EXPECT_EQ(find_converter(name), &known);
    EXPECT_EQ(find_converter(name.substr(name.rfind('.') + 1)), &known);
    EXPECT_TRUE(make_converter(name, Role::kHeader, {}).has_value());
  }
  EXPECT_EQ(make_converter("Nothing", Role::kKey, {}).error().kind(), ErrorKind::not_found);
  EXPECT_FALSE(make_converter("Simple", Role::kKey, {}).has_value());
  EXPECT_EQ(make_converter("Json", Role::kKey, {{"decimal.format", "X"}}).error().kind(),
            ErrorKind::bad_config);
  EXPECT_FALSE(make_converter("String", Role::kKey, {{"converter.encoding", "klingon"}}));
}

TEST(NumberConverters, RefuseOtherSizesAndKinds) {
  OneConverter integers("IntegerConverter", {});
  EXPECT_EQ(integers.read("abcd"), "Schema{INT32} 1633837924");
  EXPECT_EQ(
      integers.read("abc"),
      "Failed to deserialize integer: : Size of data received by IntegerDeserializer is not 4");
  EXPECT_EQ(
      integers.write(nullptr, data::int64_cell(1)),
      "Failed to serialize to integer (was class java.lang.Long): : class java.lang.Long cannot "
      "be cast to class java.lang.Integer");
  EXPECT_EQ(integers.write(nullptr, data::string_cell("1")),
            "Failed to serialize to integer (was class java.lang.String): : class java.lang.String "
            "cannot be cast to class java.lang.Number");
  EXPECT_EQ(integers.write(nullptr, data::int32_cell(1633837924)), "abcd");
}

}  // namespace
}  // namespace millrace::convert
