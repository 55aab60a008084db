// Transforms of other packages.
#include "transform/transform_testing.h"

namespace millrace::transform {
namespace {

using data::int64_cell;
using data::Kind;
using data::SchemaRef;
using data::string_cell;

const std::string kConfluent = "io.confluent.connect.transforms.";

class OtherTransformTest : public TransformTest {
 protected:
  // One transform with the settings given.
  static config::Properties one(const std::string& type, config::Properties settings) {
    config::Properties all{{"transforms", "t"}, {"transforms.t.type", type}};
    for (auto& [key, value] : settings) all["transforms.t." + key] = value;
    return all;
  }
  SchemaRef shop_ = data::SchemaBuilder(Kind::kStruct)
                        .field("shop", data::optional_primitive_schema(Kind::kString))
                        .field("n", data::primitive_schema(Kind::kInt64))
                        .build();
  void add_shops() {
    add(shop_, row({string_cell("a"), int64_cell(1)}));
    add(shop_, row({string_cell("b"), int64_cell(2)}));
    add(nullptr, map({string_cell("shop"), string_cell("a"), string_cell("n"), int64_cell(3)}));
  }
};

TEST_F(OtherTransformTest, FilterKeepsOrDropsWhatMeetsItsCondition) {
  add_shops();
  apply(one(kConfluent + "Filter$Value",
            {{"filter.condition", "$[?(@.shop == 'a' && @.n < 3)]"}, {"filter.type", "include"}}));
  EXPECT_EQ(selected(), std::vector<uint32_t>{0});
  apply(one(kConfluent + "Filter$Value",
            {{"filter.condition", "$[?(@.shop == 'a')]"}, {"filter.type", "exclude"}}));
  EXPECT_EQ(selected(), std::vector<uint32_t>{1});
  EXPECT_TRUE(failures_.empty());
}

TEST_F(OtherTransformTest, FilterTreatsRecordsWithoutTheField) {
  add_shops();
  add(nullptr, data::null_cell());
  config::Properties settings{{"filter.condition", "$.other[?(@.x == 1)]"},
                              {"filter.type", "include"}};
  apply(one(kConfluent + "Filter$Value", settings));
  ASSERT_EQ(failures_.size(), 4u);
  EXPECT_EQ(failures_[0].stage_class, kConfluent + "Filter$Value");
  EXPECT_EQ(failures_[0].error.message(),
            "The value has no field for filter.condition $.other[?(@.x == 1)]: topic='orders', "
            "kafkaPartition=3");
  failures_.clear();
  settings["missing.or.null.behavior"] = "include";
  apply(one(kConfluent + "Filter$Value", settings));
  EXPECT_EQ(selected().size(), 4u);
  settings["missing.or.null.behavior"] = "exclude";
  apply(one(kConfluent + "Filter$Value", settings));
  EXPECT_TRUE(selected().empty());
  EXPECT_TRUE(failures_.empty());
}

TEST_F(OtherTransformTest, FilterRefusesWhatItCannotRead) {
  EXPECT_EQ(
      refusal(one(kConfluent + "Filter$Value",
                  {{"filter.condition", "$[?(@.a)"}, {"filter.type", "include"}})),
      "Invalid value $[?(@.a) for configuration filter.condition: Not a supported JSONPath: ] "
      "is expected; slices and unions are not supported at index 8 of $[?(@.a)");
  EXPECT_EQ(refusal(one(kConfluent + "Filter$Key",
                        {{"filter.condition", "$[?(@.a)]"}, {"filter.type", "drop"}})),
            "Invalid value drop for configuration filter.type: String must be one of: include, "
            "exclude");
}

TEST_F(OtherTransformTest, ConfluentExtractTopicTakesFieldsAndPaths) {
  add_shops();
  apply(one(kConfluent + "ExtractTopic$Value", {{"field", "shop"}}));
  EXPECT_EQ(view_.topics[0], "a");
  EXPECT_EQ(view_.topics[1], "b");
  EXPECT_EQ(view_.topics[2], "a");
  apply(one(kConfluent + "ExtractTopic$Value",
            {{"field", "$['shop']"}, {"field.format", "JSON_PATH"}}));
  EXPECT_EQ(view_.topics[1], "b");
  EXPECT_TRUE(failures_.empty());
  apply(one(kConfluent + "ExtractTopic$Value", {{"field", "n"}}));
  ASSERT_EQ(failures_.size(), 3u);
  EXPECT_EQ(failures_[0].error.message(),
            "Field n of the value is not a string: topic='orders', kafkaPartition=3");
}

TEST_F(OtherTransformTest, ConfluentExtractTopicSkipsWhatIsMissing) {
  add(shop_, row({data::null_cell(), int64_cell(1)}));
  add(nullptr, data::null_cell());
  apply(one(kConfluent + "ExtractTopic$Value", {{"field", "shop"}}));
  EXPECT_EQ(failures_.size(), 2u);
  failures_.clear();
  apply(one(kConfluent + "ExtractTopic$Value",
            {{"field", "shop"}, {"skip.missing.or.null", "true"}}));
  EXPECT_TRUE(failures_.empty());
  EXPECT_EQ(view_.topics[0], "orders");
  apply(one(kConfluent + "ExtractTopic$Header",
            {{"field", "none"}, {"skip.missing.or.null", "true"}}));
  EXPECT_TRUE(failures_.empty());
  EXPECT_EQ(view_.topics[1], "orders");
}

TEST_F(OtherTransformTest, ConfluentTombstonesAreDroppedOrRefused) {
  add_shops();
  add(shop_, data::null_cell());
  apply(one(kConfluent + "TombstoneHandler", {}));
  EXPECT_EQ(selected(), (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_TRUE(failures_.empty());
  apply(one(kConfluent + "TombstoneHandler", {{"behavior", "fail"}}));
  ASSERT_EQ(failures_.size(), 1u);
  EXPECT_EQ(failures_[0].record, 3u);
}

TEST_F(OtherTransformTest, TopicsChangeTheirCase) {
  struct {
    const char *from, *to, *before, *after;
  } cases[] = {{"UPPER_UNDERSCORE", "LOWER_CAMEL", "TOPIC_NAME", "topicName"},
               {"UPPER_UNDERSCORE", "LOWER_UNDERSCORE", "TOPIC_NAME", "topic_name"},
               {"LOWER_CAMEL", "UPPER_UNDERSCORE", "topicName", "TOPIC_NAME"},
               {"UPPER_CAMEL", "LOWER_HYPHEN", "TopicName", "topic-name"},
               {"LOWER_HYPHEN", "UPPER_CAMEL", "topic-name-x", "TopicNameX"},
               {"LOWER_HYPHEN", "LOWER_UNDERSCORE", "Topic-name", "Topic_name"},
               {"LOWER_CAMEL", "UPPER_CAMEL", "name", "Name"},
               {"UPPER_CAMEL", "UPPER_CAMEL", "as-It is", "as-It is"},
               {"LOWER_UNDERSCORE", "LOWER_CAMEL", "_a__b", "AB"}};
  for (const auto& each : cases) add(nullptr, int64_cell(1), each.before);
  uint32_t record = 0;
  for (const auto& each : cases) {
    apply(one("com.github.jcustenborder.kafka.connect.transform.common.ChangeTopicCase",
              {{"from", each.from}, {"to", each.to}}));
    EXPECT_EQ(view_.topics[record++], each.after) << each.from << " " << each.to;
  }
}

const std::string kAiven = "io.aiven.kafka.connect.transforms.";

// Transforms with a program for structs and transforms without one, mixed: each record comes out as
// it would of one after the other, whatever runs as one.
TEST_F(OtherTransformTest, ChainsRunAsOneAroundThoseThatCannot) {
  const std::string kafka = "org.apache.kafka.connect.transforms.";
  add_shops();
  add(shop_, row({data::null_cell(), int64_cell(4)}));
  add(data::primitive_schema(Kind::kString), string_cell("x"));
  apply({{"transforms", "i,m,c,j,h,r"},
         {"transforms.i.type", kafka + "InsertField$Value"},
         {"transforms.i.topic.field", "topic"},
         {"transforms.m.type", kafka + "MaskField$Value"},
         {"transforms.m.fields", "n"},
         {"transforms.c.type", kAiven + "CaseTransform$Value"},
         {"transforms.c.field.names", "shop,topic,n"},
         {"transforms.c.case", "upper"},
         {"transforms.j.type", kAiven + "ConcatFields$Value"},
         {"transforms.j.field.names", "shop,n,none"},
         {"transforms.j.output.field.name", "all"},
         {"transforms.j.delimiter", "-"},
         {"transforms.j.field.replace.missing", "*"},
         {"transforms.h.type", kafka + "HoistField$Value"},
         {"transforms.h.field", "row"},
         {"transforms.r.type", kafka + "ExtractField$Value"},
         {"transforms.r.field", "row"}});
  ASSERT_EQ(failures_.size(), 1u);
  EXPECT_EQ(failures_[0].record, 4u);
  EXPECT_EQ(failures_[0].stage_class, kafka + "InsertField$Value");
  EXPECT_EQ(value(0), "Struct{shop=A,n=0,topic=ORDERS,all=A-0-*}");
  EXPECT_EQ(value(1), "Struct{shop=B,n=0,topic=ORDERS,all=B-0-*}");
  EXPECT_EQ(value(2), "{all=A-0-*, topic=ORDERS, shop=A, n=0}");
  EXPECT_EQ(value(3), "Struct{n=0,topic=ORDERS,all=*-0-*}");
}

TEST_F(OtherTransformTest, AChainOfTenIsTheSameAsOneByOne) {
  const std::string kafka = "org.apache.kafka.connect.transforms.";
  config::Properties together;
  std::vector<config::Properties> alone;
  std::string names;
  for (int i = 0; i < 10; ++i) {
    const std::string alias = "t" + std::to_string(i), prefix = "transforms." + alias + ".";
    config::Properties step;
    if (i % 3 == 0) {
      step = {{prefix + "type", kafka + "InsertField$Value"},
              {prefix + "static.field", "f" + std::to_string(i)},
              {prefix + "static.value", std::to_string(i)}};
    } else if (i % 3 == 1) {
      step = {{prefix + "type", kafka + "ReplaceField$Value"},
              {prefix + "renames", "f" + std::to_string(i - 1) + ":g" + std::to_string(i)}};
    } else {
      step = {{prefix + "type", kafka + "Cast$Value"},
              {prefix + "spec", "g" + std::to_string(i - 1) + ":int8"}};
    }
    together.insert(step.begin(), step.end());
    step["transforms"] = alias;
    alone.push_back(step);
    names += (i == 0 ? "" : ",") + alias;
  }
  together["transforms"] = names;
  add_shops();
  apply(together);
  const std::string at_once[] = {value(0), value(2)};
  EXPECT_EQ(at_once[0], "Struct{shop=a,n=1,g1=0,g4=3,g7=6,f9=9}");
  for (const config::Properties& step : alone) {
    apply(step);
    value_schemas_.assign(view_.value_schemas, view_.value_schemas + view_.count);
    values_.assign(view_.values, view_.values + view_.count);
  }
  EXPECT_TRUE(failures_.empty());
  EXPECT_EQ(value(0), at_once[0]);
  EXPECT_EQ(value(2), at_once[1]);
}

TEST_F(OtherTransformTest, HashesAreThoseOfTheirFunctions) {
  add(data::primitive_schema(Kind::kString), string_cell("abc"));
  apply(one(kAiven + "Hash$Value", {{"function", "md5"}}));
  EXPECT_EQ(value(0), "900150983cd24fb0d6963f7d28e17f72");
  apply(one(kAiven + "Hash$Value", {{"function", "sha1"}}));
  EXPECT_EQ(value(0), "a9993e364706816aba3e25717850c26c9cd0d89d");
  apply(one(kAiven + "Hash$Value", {{"function", "sha256"}}));
  EXPECT_EQ(value(0), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(OtherTransformTest, TimesComeFromFields) {
  add_shops();
  apply(one(kAiven + "ExtractTimestamp$Value",
            {{"field.name", "n"}, {"timestamp.resolution", "seconds"}}));
  EXPECT_EQ(view_.timestamps[1], 2000);
  EXPECT_EQ(timestamps_[1], 1'600'000'000'000);  // the original stays
}

TEST_F(OtherTransformTest, FieldsOfTheKeyGoIntoTheValue) {
  add_shops();
  key_schemas_[0] = batch_.keep(shop_);
  keys_[0] = row({string_cell("k"), int64_cell(9)});
  keys_[2] = map({string_cell("n"), int64_cell(8)});
  apply(one(kAiven + "KeyToValue", {{"key.fields", "n"}, {"value.fields", "number"}}));
  ASSERT_EQ(failures_.size(), 1u);  // the second has no key
  EXPECT_EQ(failures_[0].record, 1u);
  EXPECT_EQ(value(0), "Struct{shop=a,n=1,number=9}");
  EXPECT_EQ(value(2), "{number=8, n=3, shop=a}");
}

TEST_F(OtherTransformTest, TopicsComeFromSchemaNames) {
  SchemaRef named = data::SchemaBuilder(Kind::kStruct).name("com.shop.Order").build();
  add(named, row({}));
  apply(one(kAiven + "ExtractTopicFromSchemaName$Value", {}));
  EXPECT_EQ(view_.topics[0], "com.shop.Order");
  apply(one(kAiven + "ExtractTopicFromSchemaName$Value",
            {{"schema.name.regex", "(?:[.]|^)([^.]*)$"}}));
  EXPECT_EQ(view_.topics[0], "Order");
  apply(one(kAiven + "ExtractTopicFromSchemaName$Value",
            {{"schema.name.topic-map", "com.shop.Order:orders-2"}}));
  EXPECT_EQ(view_.topics[0], "orders-2");
}

TEST_F(OtherTransformTest, TheyAreInNoListing) {
  EXPECT_NE(find_transform(kConfluent + "Filter$Value"), nullptr);
  for (const TransformClass& each : transform_classes())
    EXPECT_TRUE(each.class_name.starts_with("org.apache.kafka.")) << each.class_name;
}

}  // namespace
}  // namespace millrace::transform
