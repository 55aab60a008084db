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

TEST_F(OtherTransformTest, TheyAreInNoListing) {
  EXPECT_NE(find_transform(kConfluent + "Filter$Value"), nullptr);
  for (const TransformClass& each : transform_classes())
    EXPECT_TRUE(each.class_name.starts_with("org.apache.kafka.")) << each.class_name;
}

}  // namespace
}  // namespace millrace::transform
