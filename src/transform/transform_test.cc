#include "transform/transform.h"

#include "transform/simple_date_format.h"
#include "transform/transform_testing.h"

namespace millrace::transform {
namespace {

using data::Cell;
using data::Kind;
using data::Schema;
using data::SchemaRef;

SchemaRef order() {
  return data::SchemaBuilder(Kind::kStruct)
      .name("order")
      .field("id", data::primitive_schema(Kind::kInt64))
      .field("name", data::optional_primitive_schema(Kind::kString))
      .field("ts", data::primitive_schema(Kind::kInt64))
      .build();
}

const std::string kPackage = "org.apache.kafka.connect.transforms.";

TEST_F(TransformTest, AChainChangesStructs) {
  add(order(),
      row({data::int64_cell(7), data::string_cell("x"), data::int64_cell(1'577'934'245'006)}));
  apply({{"transforms", "i,r,t"},
         {"transforms.i.type", kPackage + "InsertField$Value"},
         {"transforms.i.static.field", "src"},
         {"transforms.i.static.value", "lab"},
         {"transforms.i.offset.field", "at"},
         {"transforms.r.type", kPackage + "ReplaceField$Value"},
         {"transforms.r.exclude", "id"},
         {"transforms.r.renames", "name:nm"},
         {"transforms.t.type", kPackage + "TimestampConverter$Value"},
         {"transforms.t.field", "ts"},
         {"transforms.t.target.type", "string"},
         {"transforms.t.format", "yyyy-MM-dd HH:mm:ss.SSS"}});
  EXPECT_TRUE(failures_.empty());
  EXPECT_EQ(value(0), "Struct{nm=x,ts=2020-01-02 03:04:05.006,at=0,src=lab}");
  EXPECT_EQ(*view_.value_schemas[0]->name(), "order");
}

// Transforms that follow each other run as one; each record still fails where it would alone.
TEST_F(TransformTest, FailuresAreThoseOfTheirOwnTransform) {
  SchemaRef other = data::SchemaBuilder(Kind::kStruct)
                        .field("name", data::optional_primitive_schema(Kind::kString))
                        .field("id", data::primitive_schema(Kind::kInt64))
                        .build();
  add(order(), row({data::int64_cell(1), data::string_cell("5"), data::int64_cell(0)}));
  add(other, row({data::string_cell("six"), data::int64_cell(2)}));
  add(order(), row({data::int64_cell(3), data::string_cell("x"), data::int64_cell(0)}));
  add(other, row({data::string_cell("7"), data::int64_cell(4)}));
  add(order(), row({data::null_cell(), data::string_cell("x"), data::int64_cell(0)}));
  apply({{"transforms", "i,c,r"},
         {"transforms.i.type", kPackage + "InsertField$Value"},
         {"transforms.i.topic.field", "topic"},
         {"transforms.c.type", kPackage + "Cast$Value"},
         {"transforms.c.spec", "name:int32"},
         {"transforms.r.type", kPackage + "ReplaceField$Value"},
         {"transforms.r.include", "id,topic"}});
  ASSERT_EQ(failures_.size(), 3u);
  EXPECT_EQ(failures_[0].record, 1u);  // of a field that is not even in the result
  EXPECT_EQ(failures_[0].stage_class, kPackage + "Cast$Value");
  EXPECT_EQ(failures_[1].record, 2u);
  EXPECT_EQ(failures_[2].record, 4u);
  EXPECT_EQ(failures_[2].stage_class, kPackage + "InsertField$Value");
  EXPECT_EQ(value(0), "Struct{id=1,topic=orders}");
  EXPECT_EQ(value(3), "Struct{id=4,topic=orders}");
}

TEST_F(TransformTest, TheOriginalViewStaysAsItWas) {
  add(order(), row({data::int64_cell(7), data::null_cell(), data::int64_cell(0)}));
  apply({{"transforms", "r"},
         {"transforms.r.type", kPackage + "ReplaceField$Value"},
         {"transforms.r.include", "id"}});
  EXPECT_EQ(value(0), "Struct{id=7}");
  EXPECT_EQ(values_[0].length, 3u);
}

TEST_F(TransformTest, OneBadRecordFailsAlone) {
  SchemaRef text = data::primitive_schema(Kind::kString);
  add(text, data::string_cell("12"));
  add(text, data::string_cell("twelve"));
  add(text, data::string_cell("-7"));
  apply({{"transforms", "c"},
         {"transforms.c.type", kPackage + "Cast$Value"},
         {"transforms.c.spec", "int8"}});
  ASSERT_EQ(failures_.size(), 1u);
  EXPECT_EQ(failures_[0].record, 1u);
  EXPECT_EQ(failures_[0].error.message(),
            "Value (twelve) was out of range for requested data type");
  ASSERT_NE(failures_[0].error.cause(), nullptr);
  EXPECT_EQ(failures_[0].error.cause()->exception_class(), "java.lang.NumberFormatException");
  EXPECT_EQ(failures_[0].error.cause()->message(), "For input string: \"twelve\"");
  EXPECT_EQ(failures_[0].stage_class, kPackage + "Cast$Value");
  EXPECT_EQ(value(0), "12");
  EXPECT_EQ(value(2), "-7");
}

TEST_F(TransformTest, RecordsThatDoNotMatchPassAround) {
  for (int i = 0; i < 4; ++i) add(nullptr, i % 2 == 0 ? data::null_cell() : data::int64_cell(i));
  apply({{"transforms", "f"},
         {"transforms.f.type", "Filter"},
         {"transforms.f.predicate", "dead"},
         {"predicates", "dead"},
         {"predicates.dead.type", "RecordIsTombstone"}});
  EXPECT_EQ(std::vector<uint32_t>(view_.selected.begin(), view_.selected.end()),
            (std::vector<uint32_t>{1, 3}));
}

TEST_F(TransformTest, APredicateCanBeNegated) {
  add(nullptr, data::int64_cell(1), "a-1");
  add(nullptr, data::int64_cell(2), "b-1");
  apply({{"transforms", "f"},
         {"transforms.f.type", kPackage + "Filter"},
         {"transforms.f.predicate", "p"},
         {"transforms.f.negate", "TRUE"},
         {"predicates", "p"},
         {"predicates.p.type", "TopicNameMatches"},
         {"predicates.p.pattern", "a-.*"}});
  EXPECT_EQ(std::vector<uint32_t>(view_.selected.begin(), view_.selected.end()),
            (std::vector<uint32_t>{0}));
}

TEST_F(TransformTest, TopicsAreRouted) {
  add(nullptr, data::int64_cell(1), "db.orders");
  add(nullptr, data::int64_cell(1), "other");
  apply({{"transforms", "r,t"},
         {"transforms.r.type", "RegexRouter"},
         {"transforms.r.regex", "db\\.(.*)"},
         {"transforms.r.replacement", "$1-new"},
         {"transforms.t.type", "TimestampRouter"},
         {"transforms.t.timestamp.format", "yyyy.MM"}});
  EXPECT_EQ(view_.topics[0], "orders-new-2020.09");
  EXPECT_EQ(view_.topics[1], "other-2020.09");
}

TEST_F(TransformTest, HeadersComeAndGo) {
  add(order(), row({data::int64_cell(7), data::string_cell("x"), data::int64_cell(0)}));
  apply({{"transforms", "i,h,d"},
         {"transforms.i.type", "InsertHeader"},
         {"transforms.i.header", "n"},
         {"transforms.i.value.literal", "12"},
         {"transforms.h.type", kPackage + "HeaderFrom$Value"},
         {"transforms.h.fields", "id,name"},
         {"transforms.h.headers", "id,gone"},
         {"transforms.h.operation", "move"},
         {"transforms.d.type", "DropHeaders"},
         {"transforms.d.headers", "gone"}});
  ASSERT_TRUE(failures_.empty());
  auto headers = view_.headers_of(0);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0].value.kind, MILLRACE_INT8);
  EXPECT_EQ(std::string_view(headers[1].key.data, headers[1].key.size), "id");
  EXPECT_EQ(value(0), "Struct{ts=0}");
}

TEST_F(TransformTest, NestedDataIsFlattenedExtractedAndHoisted) {
  SchemaRef inner = data::SchemaBuilder(Kind::kStruct)
                        .field("x", data::primitive_schema(Kind::kInt32))
                        .optional()
                        .build();
  SchemaRef outer = data::SchemaBuilder(Kind::kStruct)
                        .field("a", inner)
                        .field("b", data::primitive_schema(Kind::kInt32))
                        .build();
  add(outer, row({row({data::int32_cell(1)}), data::int32_cell(2)}));
  add(outer, row({data::null_cell(), data::int32_cell(3)}));
  add(nullptr, map({data::string_cell("m"), map({data::string_cell("k"), data::int64_cell(9)})}));
  apply({{"transforms", "f,h"},
         {"transforms.f.type", kPackage + "Flatten$Value"},
         {"transforms.f.delimiter", "_"},
         {"transforms.h.type", kPackage + "HoistField$Value"},
         {"transforms.h.field", "all"}});
  ASSERT_TRUE(failures_.empty());
  EXPECT_EQ(value(0), "Struct{all=Struct{a_x=1,b=2}}");
  EXPECT_EQ(value(1), "Struct{all=Struct{b=3}}");
  EXPECT_EQ(value(2), "{all={m_k=9}}");
}

TEST_F(TransformTest, WhatCannotBeIsRefusedByName) {
  EXPECT_EQ(refusal({{"transforms", "a"}}),
            "Missing required configuration \"transforms.a.type\" which has no default value.");
  EXPECT_EQ(refusal({{"transforms", "a"}, {"transforms.a.type", "no.Such"}}),
            "Invalid value no.Such for configuration transforms.a.type: Class no.Such could not be "
            "found.");
  EXPECT_EQ(refusal({{"transforms", "a,a"}}),
            "Invalid value [a, a] for configuration transforms: Duplicate alias provided.");
  EXPECT_EQ(refusal({{"transforms", "a"}, {"transforms.a.type", kPackage + "InsertField$Key"}}),
            "No field insertion configured");
}

TEST(SimpleDateFormat, FormatsAndReads) {
  auto format = *SimpleDateFormat::parse("EEE, d MMM yyyy h:mm a 'o''clock' Z");
  EXPECT_EQ(format.format(1'577'934'245'006), "Thu, 2 Jan 2020 3:04 AM o'clock +0000");
  EXPECT_EQ(format.read("Thu, 2 Jan 2020 3:04 AM o'clock +0000"), 1'577'934'240'000);
  EXPECT_EQ(SimpleDateFormat::parse("yyyyMMdd")->read("20200102"), 1'577'923'200'000);
  EXPECT_EQ(SimpleDateFormat::parse("yyyy-MM-dd")->read("2020-13-01"),
            1'609'459'200'000);  // lenient
  EXPECT_FALSE(SimpleDateFormat::parse("yyyy-MM-dd")->read("yesterday").has_value());
  EXPECT_FALSE(SimpleDateFormat::parse("b"));
  EXPECT_FALSE(SimpleDateFormat::parse("'open"));
}

// What JDK 17 gives in UTC with English names.
TEST(SimpleDateFormat, ReadsAsJavaDoes) {
  auto read = [](const char* pattern, const char* text) {
    return SimpleDateFormat::parse(pattern)->read(text);
  };
  EXPECT_EQ(read("ww", "-0"), -950'400'000);
  EXPECT_EQ(read("yyyyEEEdd", "2020Mon03"), 1'578'009'600'000);  // the day was set last
  EXPECT_EQ(read("yyyyMMMdd", "2020Mar03"), 1'583'193'600'000);
  EXPECT_EQ(read("E", "MONday"), 345'600'000);
  EXPECT_FALSE(read("E", " Mon").has_value());
  EXPECT_EQ(read("HHz", "12 PST"), 72'000'000);
  EXPECT_EQ(read("yyyy", "1E3"), -30'609'792'000'000);
  EXPECT_EQ(read("yyyy", "NaN"), -62'167'392'000'000);
  EXPECT_EQ(read("M", "\u0663"), 5'097'600'000);  // an Arabic digit
  EXPECT_EQ(read("yyyyG", "2020Anno Domini"), 1'577'836'800'000);
  EXPECT_FALSE(read("yyyy-MM-dd'T'HH:mmXXX", "2020-01-01T00:00+1:00").has_value());
}

TEST(SimpleDateFormat, YearsOutOfRangeWrapAsInJava) {
  auto read = [](const char* pattern, const char* text) {
    return SimpleDateFormat::parse(pattern)->read(text);
  };
  EXPECT_EQ(read("yy Y", "10 2147483647"), -6'019'000'093'065'600'000);  // a hundred years later
  EXPECT_EQ(read("yy Y w", "99 2147483647 3"), -6'019'000'091'856'000'000);
  EXPECT_EQ(read("yy Y", "10 -2147483648"), 6'017'484'156'854'400'000);
  EXPECT_EQ(read("Y yy", "2147483647 10"), 1'262'304'000'000);  // the one that is read last counts
}

}  // namespace
}  // namespace millrace::transform
